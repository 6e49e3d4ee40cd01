using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Sources;
using Leadline.Sources.GitHub;
using Leadline.Storage;
using Xunit;

namespace Leadline.Tests.Ingest;

public sealed partial class ScrubTests
{
    static readonly PersonalFields Fields = new GitHubReader().Personal;

    [Fact]
    public void People_become_hashes_and_all_else_stays()
    {
        const string Body = """
            {"sender":{"login":"mona","id":12,"type":"User"},"pull_request":{"title":"Thanks mona and @hubot","body":"Signed-off-by: Mona Lisa <mona@acme.example>","user":{"login":"renovate[bot]"}},
             "repository":{"full_name":"mona/shop","owner":{"login":"mona"}},"count":1.50,"ok":true,"nothing":null}
            """;
        var text = Encoding.UTF8.GetString(new Scrub(new byte[32]).Apply(Encoding.UTF8.GetBytes(Body), Fields).Span);
        using var json = JsonDocument.Parse(text);
        Assert.DoesNotContain("Lisa", text);
        Assert.DoesNotContain("hubot", text);
        Assert.DoesNotContain("acme.example", text);
        Assert.Equal("mona/shop", json.RootElement.GetProperty("repository").GetProperty("full_name").GetString());
        Assert.Single(Regex.Matches(text, "mona"));
        Assert.EndsWith(
            "[bot]", json.RootElement.GetProperty("pull_request").GetProperty("user").GetProperty("login").GetString());
        Assert.Equal("User", json.RootElement.GetProperty("sender").GetProperty("type").GetString());
        Assert.Equal(0, json.RootElement.GetProperty("sender").GetProperty("id").GetInt32());
        Assert.Contains("1.50", text);
    }

    [Fact]
    public void What_comes_after_a_person_in_a_list_is_none()
    {
        const string Body =
            """{"result":[{"title":"first","user":"Mona Lisa"},{"name":"Checkout","title":"Checkout is down, says Mona"}]}""";
        var text = Encoding.UTF8.GetString(new Scrub(new byte[32]).Apply(Encoding.UTF8.GetBytes(Body), Fields).Span);
        Assert.Contains("Checkout is down", text);
        Assert.DoesNotContain("Mona", text);
    }

    /// <summary>Packages are released as name@version, and some addresses begin with a digit too.</summary>
    [Theory]
    [InlineData("shop@1.4.0", true)]
    [InlineData("shop@v1.4.0-rc.1", true)]
    [InlineData("shop@2026.03.02", true)]
    [InlineData("mona@acme.example", false)]
    [InlineData("mona@163.example", false)]
    public void A_packages_version_is_no_address(string text, bool stays)
    {
        var scrubbed = Encoding.UTF8.GetString(
            new Scrub(new byte[32]).Apply(Encoding.UTF8.GetBytes($$"""{"version":"{{text}}"}"""), Fields).Span);
        Assert.Equal(stays, scrubbed.Contains(text, StringComparison.Ordinal));
    }

    /// <summary>A person may be a text, or an object whose only name is the one that is shown.</summary>
    [Theory]
    [InlineData("\"Mona Lisa\"")]
    [InlineData("{\"display_value\":\"Mona Lisa\",\"value\":\"0b31\"}")]
    [InlineData("{\"full_name\":\"Mona Lisa\"}")]
    public void A_persons_name_is_known_in_texts_however_the_person_is_written(string person)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"user":{{person}},"title":"As Mona Lisa asked"}""");
        var text = Encoding.UTF8.GetString(new Scrub(new byte[32]).Apply(body, Fields).Span);
        Assert.DoesNotContain("Mona", text);
        Assert.DoesNotContain("Lisa", text);
        Assert.Contains("asked", text);
    }

    [Fact]
    public void The_date_of_what_a_person_did_stays_and_the_name_that_is_shown_goes()
    {
        const string Body = """
            {"author":{"displayName":"Mona Lisa","date":"2026-03-02T09:15:00Z"},"message":"As Mona asked"}
            """;
        var text = Encoding.UTF8.GetString(new Scrub(new byte[32]).Apply(Encoding.UTF8.GetBytes(Body), Fields).Span);
        using var json = JsonDocument.Parse(text);
        Assert.Equal("2026-03-02T09:15:00Z", json.RootElement.GetProperty("author").GetProperty("date").GetString());
        Assert.DoesNotContain("Mona", text);
        Assert.DoesNotContain("Lisa", text);
    }

    [Fact]
    public void What_sums_up_a_user_is_a_name_and_what_sums_up_a_service_is_none()
    {
        const string Body = """
            {"user":{"type":"user_reference","summary":"Mona Lisa"},"author":{"summary":"Checkout","type":"service_reference"},
             "title":"Checkout: acknowledged by Mona Lisa"}
            """;
        var text = Encoding.UTF8.GetString(new Scrub(new byte[32]).Apply(Encoding.UTF8.GetBytes(Body), Fields).Span);
        using var json = JsonDocument.Parse(text);
        Assert.Matches(
            "^Checkout: acknowledged by h_[0-9a-f]{16} h_[0-9a-f]{16}$", json.RootElement.GetProperty("title").GetString());
        Assert.DoesNotContain("Mona", text);
    }

    [Fact]
    public void The_same_person_is_the_same_hash_and_a_hash_stays_as_it_is()
    {
        var scrub = new Scrub(new byte[32]);
        var once = scrub.Apply(Encoding.UTF8.GetBytes("""{"login":"Mona"}"""), Fields);
        Assert.Equal(once.ToArray(), scrub.Apply(once, Fields).ToArray());
        Assert.Equal(scrub.Hash("mona"), scrub.Hash("MONA"));
        Assert.NotEqual(scrub.Hash("mona"), new Scrub([1]).Hash("mona"));
    }

    [Fact]
    public void What_is_no_JSON_is_given_back_as_it_came()
    {
        var body = Encoding.UTF8.GetBytes("login=mona");
        Assert.Equal(body, new Scrub(new byte[32]).Apply(body, Fields).ToArray());
    }

    /// <summary>
    /// A reader passes over a string that it has no use for, whatever is wrong with it; the people beside it must not.
    /// </summary>
    [Theory]
    [InlineData("\\ud83d")]
    [InlineData("\xff")]
    [InlineData("\\u0000")]
    public void A_string_that_is_no_text_saves_nobody_from_the_scrub(string broken)
    {
        foreach (var body in new[]
        {
            $$"""{"login":"mona","zen":"{{broken}}"}""", $$"""{"{{broken}}":1,"login":"mona {{broken}}"}""",
        })
        {
            var scrubbed = new Scrub(new byte[32]).Apply(Encoding.Latin1.GetBytes(body), Fields).Span;
            Assert.DoesNotContain("mona", Encoding.UTF8.GetString(scrubbed));
            JsonDocument.Parse(Encoding.UTF8.GetString(scrubbed)).Dispose();
        }
    }

    /// <summary>No person of the recorded bodies is found in the store's file, which is searched byte by byte.</summary>
    [Fact]
    public async Task Nobody_of_the_recorded_bodies_reaches_the_disk()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "store.duckdb");
        var people = new HashSet<string>(StringComparer.Ordinal);
        var bodies = new List<string>();
        await using (var store = await Store.OpenAsync("duckdb:" + file, cancellation))
        {
            var intake = await Intake.OfAsync(store, cancellation);
            var reader = Catalogue.Find("github")!;
            foreach (var path in Directory.EnumerateFiles(Shared.Find("payloads", "github"), "*.json"))
            {
                var body = await File.ReadAllBytesAsync(path, cancellation);
                Collect(JsonDocument.Parse(body).RootElement, null, false, people);
                var prepared = intake.Prepare(reader, new Delivery
                {
                    Source = "github",
                    Headers = Delivery.NoHeaders.Add("X-GitHub-Event", Path.GetFileName(path).Split('-')[0]),
                    Body = body,
                    ReceivedAt = DateTimeOffset.UnixEpoch,
                });
                bodies.Add(Encoding.UTF8.GetString(prepared.Delivery.Body.Span));
                await store.AppendAsync([prepared], cancellation);
            }

            await new Readings(store, Definitions.Default, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance)
                .DrainAsync(null, cancellation);
        }

        // Some examples give an organisation's account out for a user's.
        people.Remove("Octocoders");
        Assert.True(people.Count > 50);
        var disk = string.Concat(
            Directory.EnumerateFiles(folder.Path).Select(path => Encoding.Latin1.GetString(File.ReadAllBytes(path))));
        foreach (var person in people)
        {
            Assert.DoesNotContain($"\"{person}\"", string.Concat(bodies));
            if (person.Contains('@') || person.Contains(' ')) Assert.DoesNotContain(person, disk);
        }
    }

    /// <summary>Full names and addresses, wherever a person's object or field holds them.</summary>
    static void Collect(JsonElement element, string? key, bool person, HashSet<string> people)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                    Collect(property.Value, property.Name, person || Fields.People.Contains(property.Name), people);
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray()) Collect(item, key, person, people);
                break;
            case JsonValueKind.String when (person && key is "name" or "email" or "login" or "username")
                || (key is not null && Fields.Strings.Contains(key)):
                if (element.GetString() is { Length: > 3 } text && !Common().IsMatch(text)) people.Add(text);
                break;
        }
    }

    /// <summary>What is a word of the protocol, or of repositories' own names, as well as somebody's login.</summary>
    [GeneratedRegex("^(github|test|main|master|User|None|web-flow|h_[0-9a-f]{16})$", RegexOptions.IgnoreCase)]
    private static partial Regex Common();
}
