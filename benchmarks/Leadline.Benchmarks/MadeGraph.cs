using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Leadline.Benchmarks;

/// <summary>GitHub's GraphQL API of the same history.</summary>
sealed partial class MadeForge
{
    /// <summary>
    /// The fewest requests that GitHub's API allows: a hundred of everything a page, commits, changes, deployments, issues and
    /// releases all in one query; runs, which GraphQL does not know, by themselves.
    /// </summary>
    public long FewestOfGitHub => repositories * 2L * ((changes + AtOnce - 1) / AtOnce);

    async Task GraphQlAsync(HttpContext context)
    {
        using var posted = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        var nodes = posted.RootElement.GetProperty("variables").GetProperty("ids").EnumerateArray()
            .Select(id => NodeOf(id.GetString()!.Split('-')));
        context.Response.Headers["x-ratelimit-resource"] = "graphql";
        await context.Response.WriteAsync($$"""{"data":{"nodes":[{{string.Join(',', nodes)}}]} }""");
    }

    static string NodeOf(string[] id)
    {
        const string Last = "\"pageInfo\":{\"hasNextPage\":false,\"endCursor\":null}";
        var (repository, number) = (id[1], int.Parse(id[2]));
        if (id[0] == "DE")
        {
            var statuses = new[] { ("IN_PROGRESS", 1), ("SUCCESS", 2) }.Select(one => $$"""{"id":"DES-{{repository}}-{{number}}-{{one.Item2}}","state":"{{one.Item1}}","createdAt":"{{At((number - 1) * 5, one.Item2)}}","logUrl":""}""");
            return $$"""{"statuses":{ {{Last}},"nodes":[{{string.Join(',', statuses)}}]} }""";
        }

        var commits = Enumerable.Range(0, 2).Select(i => $$"""{"commit":{"oid":"{{ShaOf($"{repository}b{i}", number)}}","message":"{{Prose}}","authoredDate":"{{At(number, -4)}}","committedDate":"{{At(number, -4)}}","parents":{"nodes":[]},"author":{"name":"a","email":"a","user":null} } }""");
        return $$"""{"reviews":{ {{Last}},"nodes":[{"fullDatabaseId":"{{number}}","state":"APPROVED","submittedAt":"{{At(number, -1)}}","author":{"login":"b","__typename":"User"} }]},"commits":{ {{Last}},"nodes":[{{string.Join(',', commits)}}]} }""";
    }
}
