using System.Text.Json;
using Leadline.Core;
using Leadline.Sources.Paging;

namespace Leadline.Sources.GitHub;

/// <summary>Which commits lie between two deployed ones.</summary>
public sealed partial class GitHubPager
{
    public override PageRequest Comparing(string repository, Sha from, Sha head) => new()
    {
        Kind = "comparison",
        Address = $"repos/{Escaped(repository)}/compare/{from}...{head}?per_page={AtOnce}",
        About = ComparedCommits.About(from, head),
    };

    /// <summary>
    /// Each page says how many commits there are in all. The files that differ are those of the whole, and are left out.
    /// </summary>
    static Page Comparison(JsonElement body, PageRequest request, PageAnswer answer, string scope)
    {
        var compared = ComparedCommits.Of(request);
        var commits = Envelope.List(body.Field("commits"), "commits");
        var next = Following(
            request with { About = (compared with { Before = compared.Before + commits.Length }).Write() }, answer);
        return new Page
        {
            Items =
            [
                Item(
                    scope, "api_comparison", compared.Key,
                    ("base", Envelope.Text(compared.Base)), ("head", Envelope.Text(compared.Head)),
                    ("status", body.JsonOf("status")),
                    ("merge_base", body.Field("merge_base_commit").JsonOf("sha")),
                    ("total_commits", body.JsonOf("total_commits")), ("commits", body.JsonOf("commits"))),
            ],
            Next = next,
        };
    }
}
