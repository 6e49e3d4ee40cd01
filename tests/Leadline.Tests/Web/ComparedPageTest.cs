using System.Net;
using Leadline.Core;
using Leadline.Sources.Paging;
using Leadline.Tests.Storage;
using Xunit;

namespace Leadline.Tests.Web;

/// <summary>What the page of a deployment says of how it is joined with the one before.</summary>
public sealed class ComparedPageTest
{
    static readonly DateTimeOffset Noon = new(2026, 3, 30, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_row_says_what_was_live_before_and_whether_its_host_could_compare_the_two()
    {
        await using var server = await WebServer.StartAsync("{}", Deployed(1), Deployed(2), Deployed(3), new ComparisonFact
        {
            Repository = Made.Repository,
            Base = Made.Sha(2),
            Head = Made.Sha(3),
            Status = ComparisonStatus.Ahead,
            Commits = [Made.Sha(3)],
            Total = 1,
            AsOf = Noon,
        });
        var page = await PageAsync(server, "/deployments/d2");
        Assert.Contains($"<span class=\"mono\">{Made.Sha(1)}</span>: nothing that is known joins the two.", page);
        Assert.Contains("its host: by a comparison, once there is a token under", page);

        var cursor = new ComparingCursor { Version = 1, Pair = ComparingCursor.PairOf(Made.Sha(1), Made.Sha(2)), Requests = [] }
            .Without(Noon, "it no longer knows one of the two commits");
        await server.WithStoreAsync(store =>
            store.AppendPageAsync(
                "github compare", Made.Repository.Value, cursor.Write(), [], TestContext.Current.CancellationToken));
        page = await PageAsync(server, "/deployments/d2");
        Assert.Contains("github was asked to compare them", page);
        Assert.Contains("it no longer knows one of the two commits.", page);
        Assert.DoesNotContain("once there is a token", page);

        page = await PageAsync(server, "/deployments/d3");
        Assert.DoesNotContain("Live before", page);
        Assert.Contains("The host compared it with what was live before", page);
        Assert.Contains("<span class=\"method\">compare</span>", page);
        Assert.Contains("<span class=\"method\">compare</span>", await PageAsync(server, "/ledger"));
        Assert.DoesNotContain("The host compared it", await PageAsync(server, "/deployments/d1"));
    }

    static DeploymentFact Deployed(int number) => new()
    {
        Id = $"d{number}",
        Repository = Made.Repository,
        Environment = "production",
        Sha = Made.Sha(number),
        Status = DeploymentStatus.Succeeded,
        FinishedAt = Noon.AddHours(number),
        AsOf = Noon.AddHours(number),
    };

    static async Task<string> PageAsync(WebServer server, string address) =>
        WebUtility.HtmlDecode(await server.Client.GetStringAsync(address, TestContext.Current.CancellationToken));
}
