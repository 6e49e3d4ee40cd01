using System.Text.Json.Nodes;
using Leadline.Tests.Api;
using Leadline.Tests.Ingest;
using Xunit;

namespace Leadline.Tests.Cli;

/// <summary><c>leadline deliveries</c>, <c>leadline sources</c> and what doctor says of sources, by the built program.</summary>
public sealed class DeliveriesVerbTest : IDisposable
{
    const string Deployment = """{"type":"deployment","id":"d1","service":"checkout","environment":"production","status":"succeeded","finished_at":"2026-01-01T10:00:00Z"}""";

    readonly EmptyDirectory directory = new();

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    string Store => "duckdb:" + directory.File("store.duckdb");

    [Fact]
    public async Task Lists_shows_and_reads_again_what_a_store_keeps()
    {
        await FillAsync();
        var list = await RunAsync("list", "--outcome", "unreadable", "--json");
        Assert.Equal((0, ""), (list.Code, list.Error));
        var only = Assert.Single(JsonNode.Parse(list.Out)!["items"]!.AsArray())!;
        Assert.Equal((2L, "leadline", "unreadable"), ((long)only["id"]!, (string?)only["source"], (string?)only["outcome"]));
        var page = await RunAsync("list", "--limit", "1");
        Assert.Contains("unreadable", page.Out);
        Assert.Contains("--cursor 2", page.Error);
        Assert.DoesNotContain("unreadable", (await RunAsync("list", "--cursor", "2")).Out);

        var show = await RunAsync("show", "1");
        Assert.Equal(0, show.Code);
        Assert.Contains("outcome    1 fact", show.Out);
        Assert.EndsWith(Deployment, show.Out.TrimEnd());

        // It is broken still; the other can be read again as often as anybody likes.
        Assert.Equal((1, "1 deliveries read again, 1 of them still unreadable"), await SaidAsync("retry", "--unreadable"));
        Assert.Equal((0, "delivery 1: 1 fact"), await SaidAsync("retry", "1"));
        Assert.Equal((0, "Nothing is unreadable."), await SaidAsync("retry", "--unreadable", "--source", "github"));
    }

    [Fact]
    public async Task Asks_a_server_for_the_same()
    {
        await using var server = await RunningServer.StartAsync();
        await server.PostAsync("/api/v1/events", Deployment);
        await server.PostAsync("/api/v1/deliveries/github", "no json", ("X-GitHub-Event", "push"));
        await server.SettleAsync();
        var address = server.Client.BaseAddress!.ToString();
        Assert.Equal(2, JsonNode.Parse((await OfServerAsync("list", "--json")).Out)!["items"]!.AsArray().Count);
        Assert.Single(
            JsonNode.Parse(
                (await OfServerAsync(
                    "list", "--source", "github", "--outcome", "unreadable", "--from", "2026-04-01",
                    "--json")).Out)!["items"]!.AsArray());
        Assert.EndsWith(Deployment, (await OfServerAsync("show", "1")).Out.TrimEnd());
        var one = await OfServerAsync("retry", "1");
        Assert.Equal((0, "delivery 1: 1 fact"), (one.Code, one.Out.Trim()));
        Assert.Equal(
            "1 deliveries wait to be read again: 1 of github", (await OfServerAsync("retry", "--unreadable")).Out.Trim());
        var missing = await OfServerAsync("show", "99");
        Assert.Equal((1, ""), (missing.Code, missing.Out));
        Assert.Contains("there is no delivery 99", missing.Error);

        Task<BuiltProgram.Ended> OfServerAsync(params string[] arguments) =>
            BuiltProgram.RunInAsync(directory.Path, null, ["deliveries", .. arguments, "--server", address]);
    }

    [Theory]
    [InlineData("there is no delivery 99; 'leadline deliveries list' shows those there are", "show", "99")]
    [InlineData("there is no delivery 99", "retry", "99")]
    [InlineData("'x' is no delivery's id: it is a number", "show", "x")]
    [InlineData("'x' is no delivery's id", "retry", "x")]
    [InlineData("say what to read again", "retry")]
    [InlineData("say what to read again", "retry", "1", "--unreadable")]
    [InlineData("--source goes with --unreadable", "retry", "1", "--source", "github")]
    [InlineData("there is no source 'gitub': the sources are", "retry", "--unreadable", "--source", "gitub")]
    [InlineData("there is no source 'gitub': the sources are", "list", "--source", "gitub")]
    [InlineData(
        "'unreadble' is no outcome: write one of facts, ignored, unreadable, unread; did you mean \"unreadable\"?", "list",
        "--outcome", "unreadble")]
    [InlineData("--from: 'yesterday' is no time", "list", "--from", "yesterday")]
    [InlineData("--from must lie before --to", "list", "--from", "2026-02-01", "--to", "2026-01-01")]
    [InlineData("the cursor is not one that a page ended with", "list", "--cursor", "x")]
    [InlineData("--limit must be 1 to 1000", "list", "--limit", "0")]
    public async Task Wrong_use_is_2_and_a_sentence(string sentence, params string[] arguments)
    {
        await FillAsync();
        var ended = await RunAsync(arguments);
        Assert.Equal((2, ""), (ended.Code, ended.Out));
        Assert.Contains(sentence, ended.Error);
        Assert.DoesNotContain("   at ", ended.Error);
    }

    [Fact]
    public async Task Every_source_is_listed_with_its_address()
    {
        var ended = await BuiltProgram.RunAsync("sources", "--json");
        Assert.Equal((0, ""), (ended.Code, ended.Error));
        var github = JsonNode.Parse(ended.Out)!.AsArray().Single(source => (string?)source!["source"] == "github")!;
        Assert.Equal(("GitHub", "/api/v1/deliveries/github"), ((string?)github["title"], (string?)github["address"]));
        Assert.Contains("X-Hub-Signature-256", (await BuiltProgram.RunAsync("sources")).Out);
    }

    [Fact]
    public async Task Doctor_says_what_nothing_maps_to_and_which_clock_is_ahead()
    {
        await File.WriteAllTextAsync(
            directory.File("leadline.yaml"), "services: { shop: { repositories: [acme/shop] } }", Cancellation);
        await using (var store = await Leadline.Storage.Store.OpenAsync(Store, Cancellation))
            await store.AppendAsync([Events.Deployment("d1", "till", "2026-03-02T10:00:00Z")], Cancellation);
        await BuiltProgram.RunInAsync(directory.Path, null, "replay", "--store", Store);
        var doctor = await BuiltProgram.RunInAsync(directory.Path, null, "doctor", "--store", Store);
        Assert.Equal(1, doctor.Code);
        Assert.Contains(
            "mend  1 deployment of the service till was accepted, but nothing maps to it: add \"till\": {} to the services in "
                + "leadline.yaml", doctor.Out);
        Assert.Contains("mend  What leadline sends is from", doctor.Out);
    }

    [Fact]
    public async Task Doctor_says_how_far_reading_again_is()
    {
        await FillAsync();
        await using (var store = await Leadline.Storage.Store.OpenAsync(Store, Cancellation))
            await store.RetryAsync((await store.DeliveryAsync(1, Cancellation))!, 1, Cancellation);
        Assert.Contains(
            "note  reading again: 1 of 2 of leadline.",
            (await BuiltProgram.RunInAsync(directory.Path, null, "doctor", "--store", Store)).Out);
    }

    public void Dispose() => directory.Dispose();

    async Task FillAsync()
    {
        await using (var store = await Leadline.Storage.Store.OpenAsync(Store, Cancellation))
            await store.AppendAsync([Events.Of(Deployment), Events.Of("broken")], Cancellation);
        Assert.Equal(0, (await BuiltProgram.RunInAsync(directory.Path, null, "replay", "--store", Store)).Code);
    }

    Task<BuiltProgram.Ended> RunAsync(params string[] arguments) =>
        BuiltProgram.RunInAsync(directory.Path, null, ["deliveries", .. arguments, "--store", Store]);

    async Task<(int, string)> SaidAsync(params string[] arguments)
    {
        var ended = await RunAsync(arguments);
        return (ended.Code, ended.Out.Trim());
    }
}
