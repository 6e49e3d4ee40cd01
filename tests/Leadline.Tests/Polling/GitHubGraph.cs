using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Leadline.Tests.Polling;

/// <summary>The same world as GitHub's GraphQL API shows it.</summary>
sealed partial class GitHubWorld
{
    /// <summary>So many nodes of a connection are on a page, whatever is asked for.</summary>
    public int Nested { get; set; } = 2;

    /// <summary>More things at once are answered with 502, as what takes too long is.</summary>
    public int MostTogether { get; set; } = int.MaxValue;

    /// <summary>Changes an answer: the ids that were asked for, the nodes and the errors.</summary>
    public Action<IReadOnlyList<string>, JsonArray, JsonArray>? Spoil { get; set; }

    /// <summary>What was asked for: the ids, of each request.</summary>
    public List<string[]> Together { get; } = [];

    Played GraphQl(HttpRequest request)
    {
        if (request.Headers.Authorization.Count == 0)
            return new Played(401, """{"message":"This endpoint requires you to be authenticated."}""");
        using var posted = JsonDocument.Parse(PlayedApi.Posted(request));
        var (query, variables) =
            (posted.RootElement.GetProperty("query").GetString()!, posted.RootElement.GetProperty("variables"));
        string[] ids = [.. variables.GetProperty("ids").EnumerateArray().Select(id => id.GetString()!)];
        Together.Add(ids);
        if (ids.Length > MostTogether)
            return new Played(502, """{"data":null,"errors":[{"message":"Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug."}]}""");
        var after = variables.TryGetProperty("after", out var cursor)
            ? int.Parse(cursor.GetString()!["after ".Length..], CultureInfo.InvariantCulture) : 0;
        var (nodes, errors) = (new JsonArray(), new JsonArray());
        foreach (var (id, place) in ids.Select((id, place) => (id, place)))
        {
            if (NodeOf(id, query, after) is { } node)
            {
                nodes.Add(node);
                continue;
            }

            nodes.Add(null);
            errors.Add(ErrorOf("NOT_FOUND", $"Could not resolve to a node with the global id of '{id}'.", "nodes", place));
        }

        Spoil?.Invoke(ids, nodes, errors);
        var answer = new JsonObject { ["data"] = new JsonObject { ["nodes"] = nodes } };
        if (errors.Count > 0) answer["errors"] = errors;
        return new Played(200, answer.ToJsonString(), ("x-ratelimit-resource", "graphql"));
    }

    public static JsonObject ErrorOf(string? type, string message, params object[] path)
    {
        var error = new JsonObject { ["message"] = message };
        if (type is not null) error["type"] = type;
        if (path.Length > 0)
            error["path"] = new JsonArray(
                [.. path.Select(part => part is int place ? JsonValue.Create(place) : JsonValue.Create((string)part))]);
        return error;
    }

    JsonObject? NodeOf(string id, string query, int after)
    {
        var number = id[3..];
        if (!lists[id.StartsWith("PR_", StringComparison.Ordinal) ? "pulls" : "deployments"]
            .Any(one => one.GetProperty("node_id").GetString() == id)) return null;
        var node = new JsonObject();
        foreach (Match connection in AskedConnection().Matches(query))
        {
            var name = connection.Groups[1].Value;
            Func<JsonElement, JsonObject>? convert = name switch
            {
                "reviews" => ReviewNode,
                "commits" => CommitNode,
                "statuses" => StatusNode,
                _ => null,
            };
            if (convert is null) continue;
            var all = lists.GetValueOrDefault(
                name == "statuses" ? $"deployments/{number}/statuses" : $"pulls/{number}/{name}",
                []).OrderDescending(Newest).ToList();
            var end = Math.Min(
                all.Count, after + Math.Min(Nested, int.Parse(connection.Groups[2].Value, CultureInfo.InvariantCulture)));
            node[name] = new JsonObject
            {
                ["pageInfo"] = new JsonObject { ["hasNextPage"] = end < all.Count, ["endCursor"] = $"after {end}" },
                ["nodes"] = new JsonArray([.. all.Take(end).Skip(after).Select(convert)]),
            };
        }

        return node;
    }

    static JsonObject ReviewNode(JsonElement review)
    {
        var (login, type) =
            (review.GetProperty("user").GetProperty("login").GetString()!, review.GetProperty("user").GetProperty("type")
                .GetString()!);
        return new JsonObject
        {
            ["fullDatabaseId"] = review.GetProperty("id").GetRawText(),
            ["state"] = review.GetProperty("state").GetString(),
            ["submittedAt"] = review.GetProperty("submitted_at").GetString(),
            ["author"] = new JsonObject
            {
                ["login"] = login.Replace("[bot]", "", StringComparison.Ordinal),
                ["__typename"] = type,
            },
        };
    }

    /// <summary>
    /// Only users are authors here, and times have the offset of whoever committed, but for those that are UTC.
    /// </summary>
    static JsonObject CommitNode(JsonElement listed)
    {
        var (commit, login) = (listed.GetProperty("commit"), listed.GetProperty("author").GetProperty("login").GetString()!);
        var author = commit.GetProperty("author");
        return new JsonObject
        {
            ["commit"] = new JsonObject
            {
                ["oid"] = listed.GetProperty("sha").GetString(),
                ["message"] = commit.GetProperty("message").GetString(),
                ["authoredDate"] = author.GetProperty("date").GetString(),
                ["committedDate"] = commit.GetProperty("committer").GetProperty("date").GetString(),
                ["parents"] = new JsonObject
                {
                    ["nodes"] = new JsonArray(
                        [
                            .. listed.GetProperty("parents").EnumerateArray()
                                .Select(parent => (JsonNode)new JsonObject { ["oid"] = parent.GetProperty("sha").GetString() }),
                        ]),
                },
                ["author"] = new JsonObject
                {
                    ["name"] = author.GetProperty("name").GetString(),
                    ["email"] = author.GetProperty("email").GetString(),
                    ["user"] = login.EndsWith("[bot]", StringComparison.Ordinal) ? null : new JsonObject { ["login"] = login },
                },
            },
        };
    }

    static JsonObject StatusNode(JsonElement status) => new()
    {
        ["id"] = StatusId(status.GetProperty("id").GetInt64()),
        ["state"] = status.GetProperty("state").GetString()!.ToUpperInvariant(),
        ["createdAt"] = status.GetProperty("created_at").GetString(),
        ["logUrl"] = status.GetProperty("log_url").GetString(),
    };

    /// <summary>Of those with an even number as GitHub has made them since 2022, of the others as it did before.</summary>
    static string StatusId(long number)
    {
        if (number % 2 != 0) return Convert.ToBase64String(Encoding.ASCII.GetBytes($"016:DeploymentStatus{number}"));
        var packed = new byte[16];
        (packed[0], packed[2], packed[7]) = (0x93, 0xce, 0xcf);
        BinaryPrimitives.WriteUInt32BigEndian(packed.AsSpan(3), 335_774_614);
        BinaryPrimitives.WriteUInt64BigEndian(packed.AsSpan(8), (ulong)number);
        return "DES_" + Base64Url.EncodeToString(packed);
    }

    [GeneratedRegex(@"\b(\w+)\(first:([0-9]+)")]
    private static partial Regex AskedConnection();
}
