using System.Text.Json.Nodes;
using Leadline.Tests.Digests;
using Xunit;

namespace Leadline.Tests.Cli;

/// <summary>The week, printed and posted by the built program.</summary>
public sealed class DigestVerbTest : IDisposable
{
    readonly EmptyDirectory directory = new();

    [Fact]
    public async Task Prints_the_week_beside_the_week_before_in_sentences()
    {
        await FillAsync();
        var printed = await RunAsync("digest", "--url", "https://leadline.example.com/");
        Assert.Equal((0, ""), (printed.Code, printed.Error));
        var lines = printed.Out.ReplaceLineEndings("\n").Split('\n');
        Assert.Matches(@"^# All services: \d{4}-\d\d-\d\d \d\d:\d\d to \d{4}-\d\d-\d\d \d\d:\d\d$", lines[0]);
        Assert.Matches(@"^- Deployed 2 times to production \(95 %: .*\); the week before once\.$", lines[2]);
        Assert.Equal("- Lead time: no data; the week before no data.", lines[3]);
        Assert.Matches(@"^- 50 % of the deployments failed, 1 of 2 \(95 %: .*\); the week before 0 %, 0 of 1\.$", lines[4]);
        Assert.Equal("- Recovery time: no data, 1 of 1 failure not over; the week before no data.", lines[5]);
        Assert.StartsWith("- 0 % of the deployments were rework, 0 of 2 (95 %: ", lines[6]);
        Assert.Contains("## Deployments that failed", lines);
        Assert.Contains(
            lines,
            line =>
                line.StartsWith(
                    @"- [checkout v3\_\[x\]](<https://leadline.example.com/deployments/d/3>), ",
                    StringComparison.Ordinal) && line.EndsWith(": incident, not over", StringComparison.Ordinal));
        Assert.Contains(
            lines,
            line =>
                line.StartsWith("- &lt;!channel&gt; all is lost of checkout, since ", StringComparison.Ordinal)
                    && line.EndsWith(
                        ": blames [d/3](<https://leadline.example.com/deployments/d/3>)", StringComparison.Ordinal));
        Assert.Equal(
            "Coverage: 0 of 2 deployments list what they ship; 0 of 1 incident are linked to no deployment. [What the numbers "
                + "rest on](<https://leadline.example.com/data>)", lines[^2]);
        Assert.DoesNotContain("](", (await RunAsync("digest")).Out);
    }

    [Fact]
    public async Task What_is_not_known_is_no_data()
    {
        await FillAsync();
        var printed = await RunAsync("digest", "--service", "checkout", "--environment", "production", "--window", "1");
        Assert.Contains("# checkout: ", printed.Out);
        Assert.Contains("Deployed not once to production; the day before ", printed.Out);
        Assert.Contains("Change failure rate: no data; the day before ", printed.Out);
        Assert.Equal((2, "leadline: the window must be 1 to 366 days long"), Said(await RunAsync("digest", "--window", "0")));
        Assert.Contains("there is no service 'other'", (await RunAsync("digest", "--service", "other")).Error);
    }

    [Theory]
    [InlineData(null, "application/json")]
    [InlineData("json", "application/json")]
    [InlineData("markdown", "text/markdown")]
    public async Task Is_posted_to_a_webhook(string? format, string type)
    {
        await FillAsync();
        await using var hook = await Hook.StartAsync();
        var posted = await RunAsync(
            [
                .. new[] { "digest", "--url", "https://leadline.example.com", "--post", hook.Address + "/services/T0/secret" },
                .. format is null ? [] : new[] { "--format", format },
            ]);
        Assert.Equal((0, "", ""), (posted.Code, posted.Out, posted.Error));
        var (path, mediaType, body) = Assert.Single(hook.Received);
        Assert.Equal(("/services/T0/secret", type), (path, mediaType.Split(';')[0]));
        var text = format == "markdown" ? body : format is null ? (string?)JsonNode.Parse(body)!["text"]
            : (string?)JsonNode.Parse(body)!["failed"]![0]!["deployment_id"];
        Assert.Contains(
            format switch
            {
                null => "<https://leadline.example.com/deployments/d/3|checkout v3_[x]>",
                "json" => "d/3",
                _ => "# All services",
            }, text);
        if (format is null) Assert.Contains("&lt;!channel&gt; all is lost", text);
    }

    [Fact]
    public async Task A_post_that_is_refused_says_so_and_never_its_address()
    {
        await FillAsync();
        await using var hook = await Hook.StartAsync();
        var refused = await RunAsync("digest", "--post", hook.Address + "/refused/secret");
        Assert.Equal((1, "leadline: 127.0.0.1 answered 404 to the digest"), Said(refused));
        Assert.Equal(
            (3, "leadline: 127.0.0.1 answered 503 to the digest"),
            Said(await RunAsync("digest", "--post", hook.Address + "/later/secret")));
        var nobody = await RunAsync("digest", "--post", "http://127.0.0.1:1/secret");
        Assert.Equal(3, nobody.Code);
        Assert.DoesNotContain("secret", nobody.Error);
        var wrong = await RunAsync("digest", "--post", "not-an-address-but-secret");
        Assert.Equal(2, wrong.Code);
        Assert.DoesNotContain("secret", wrong.Error);
        Assert.Contains("LEADLINE_DIGEST_URL", (await RunAsync("digest", "--post")).Error);
    }

    async Task FillAsync()
    {
        var now = TimeProvider.System.GetUtcNow();
        await File.WriteAllLinesAsync(
            directory.File("events.ndjson"),
            [
                Deployment("d/1", "v1", now.AddDays(-9)), Deployment("d/2", "v2", now.AddDays(-4)),
                Deployment("d/3", "v3_[x]", now.AddDays(-3)),
                $$"""{"type":"incident","id":"INC-1","service":"checkout","title":"<!channel>\nall is lost","deployment":"d/3","started_at":"{{now.AddDays(-3).AddMinutes(5):O}}"}""",
            ]);
        Assert.Equal(0, (await RunAsync("import", "events.ndjson")).Code);
    }

    static string Deployment(string id, string version, DateTimeOffset at) =>
        $$"""{"type":"deployment","id":"{{id}}","service":"checkout","environment":"production","version":"{{version}}","status":"succeeded","finished_at":"{{at:O}}"}""";

    static (int, string) Said(BuiltProgram.Ended ended) => (ended.Code, ended.Error.Trim());

    Task<BuiltProgram.Ended> RunAsync(params string[] words) =>
        BuiltProgram.RunInAsync(directory.Path, null, [.. words, "--store", "duckdb:store.duckdb"]);

    public void Dispose() => directory.Dispose();
}
