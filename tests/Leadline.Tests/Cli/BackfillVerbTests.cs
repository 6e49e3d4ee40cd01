using System.Diagnostics;
using Leadline.Tests.Polling;
using Xunit;

namespace Leadline.Tests.Cli;

/// <summary><c>leadline backfill</c>, run as a person runs it, against an API that is played.</summary>
public sealed class BackfillVerbTests
{
    [Fact]
    public async Task A_history_is_planned_asked_for_and_measured()
    {
        var world = new GitHubWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        using var directory = new EmptyDirectory();
        Write(directory, api);

        var plan = await BuiltProgram.RunInAsync(directory.Path, null, "backfill", "github", "--since", "2025-01-01", "--plan");
        Assert.Equal(0, plan.Code);
        Assert.Contains("github: at most 8 requests to " + api.Address, plan.Out);
        Assert.False(File.Exists(directory.File("store.duckdb")));

        var ended = await BuiltProgram.RunInAsync(
            directory.Path, null, "backfill", "github", "--since", "2025-01-01", "--store",
            $"duckdb:{directory.File("store.duckdb")}");
        Assert.True(ended.Code == 0, ended.Error);
        Assert.Matches("github: [0-9]+ stored, 0 known already; 1 of 1 asked to the end", ended.Out);
        Assert.Contains("github:acme/shop:908", await LedgerAsync(directory, "store.duckdb"));
    }

    [Fact]
    public async Task A_process_that_is_killed_leaves_what_the_next_one_goes_on_with()
    {
        var world = new GitHubWorld();
        await using var api = await PlayedApi.StartAsync(world.Answer);
        using var directory = new EmptyDirectory();
        Write(directory, api);
        var whole = Asked(await BackfillAsync(directory, "whole.duckdb"));

        var answered = 0;
        Process? running = null;
        api.Fault = _ =>
        {
            if (Interlocked.Increment(ref answered) == 15) running!.Kill();
            return null;
        };
        using (running = Start(directory, "killed.duckdb"))
        {
            await running.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.NotEqual(0, running.ExitCode);
        }

        api.Fault = null;
        var after = Asked(await BackfillAsync(directory, "killed.duckdb"));
        Assert.InRange(after.Requests, 1, whole.Requests - 10);
        var ledger = await LedgerAsync(directory, "whole.duckdb");
        Assert.Contains("github:acme/shop:908", ledger);
        Assert.Equal(ledger, await LedgerAsync(directory, "killed.duckdb"));
    }

    [Fact]
    public async Task What_nothing_joins_is_compared_and_the_summary_says_how_much()
    {
        using var folder = new TemporaryFolder();
        var world = await ComparedRepository.OfAsync(folder, "cli", "HEAD~30", "HEAD~20", "HEAD~10", "HEAD");
        await using var api = await PlayedApi.StartAsync(world.GitHub);
        using var directory = new EmptyDirectory();
        Write(directory, api);
        var plan = await BuiltProgram.RunInAsync(directory.Path, null, "backfill", "github", "--since", "2005-01-01", "--plan");
        Assert.Contains(
            "github: and one, or one for each 100 commits, for every deployment whose history is then still missing", plan.Out);

        world.Forgotten.Add(world.Deployed[0].Sha);
        string[] asked = ["backfill", "github", "--since", "2005-01-01", "--store", $"duckdb:{directory.File("store.duckdb")}"];
        var ended = await BuiltProgram.RunInAsync(directory.Path, null, asked);
        Assert.True(ended.Code == 0, ended.Error);
        Assert.Contains(
            "; 2 compared with what was live before, and 1 not: the host no longer knows one of the two commits, or refuses",
            ended.Out);
        Assert.Contains("github: compared commits of 2 deployments that nothing else joins", ended.Error);
        var explained = await BuiltProgram.RunInAsync(
            directory.Path, null, "explain", "lead-time", "--from", "2005-01-01", "--to", "2099-01-01", "--store",
            $"duckdb:{directory.File("store.duckdb")}");
        Assert.Contains("compare", explained.Out);
        Assert.DoesNotContain("compared with", (await BuiltProgram.RunInAsync(directory.Path, null, asked)).Out);
    }

    [Fact]
    public async Task What_is_missing_is_said_and_is_the_exit_code()
    {
        await using var api = await PlayedApi.StartAsync(_ => new Played(404, "{}"));
        using var directory = new EmptyDirectory();
        Write(directory, api);
        var ended = await BackfillAsync(directory, "store.duckdb");
        Assert.Equal(1, ended.Code);
        Assert.Contains("missing acme/shop, commits: ", ended.Error);
        Assert.Contains("is not found (404)", ended.Error);
    }

    [Theory]
    [InlineData("the history of 'gitub' cannot be asked for; did you mean \"github\"?", "gitub", "--since", "2025-01-01")]
    [InlineData("where is jira? write the address of its API as sources.jira.api", "jira", "--since", "2025-01-01")]
    [InlineData("'last year' is no date", "github", "--since", "last year")]
    [InlineData("lies in the future", "github", "--since", "2100-01-01")]
    [InlineData("whose history of gitlab? name projects with --scopes", "gitlab", "--since", "2025-01-01")]
    public async Task What_cannot_be_asked_for_is_refused(string sentence, params string[] arguments)
    {
        var ended = await BuiltProgram.RunAsync(["backfill", .. arguments]);
        Assert.Equal(2, ended.Code);
        Assert.Contains(sentence, ended.Error);
    }

    [Fact]
    public async Task A_token_whose_variable_is_not_set_is_said_to_whoever_asks_with_it()
    {
        using var directory = new EmptyDirectory();
        await File.WriteAllTextAsync(
            directory.File("leadline.yaml"),
            "sources:\n  github: { secret: \"${LEADLINE_TESTS_UNSET}\", token: \"${LEADLINE_TESTS_UNSET_TOO}\", repositories: "
                + "[acme/shop] }\n", TestContext.Current.CancellationToken);
        var ended = await BuiltProgram.RunInAsync(directory.Path, null, "backfill", "github", "--since", "2025-01-01");
        Assert.Equal(2, ended.Code);
        Assert.Contains(
            "the environment variable LEADLINE_TESTS_UNSET_TOO, which sources.github.token names, is not set", ended.Error);
    }

    static void Write(EmptyDirectory directory, PlayedApi api) => File.WriteAllText(
        directory.File("leadline.yaml"),
        $"sources:\n  github: {{ token: token one, api: \"{api.Address}\", repositories: [acme/shop] }}\n");

    static Task<BuiltProgram.Ended> BackfillAsync(EmptyDirectory directory, string store) =>
        BuiltProgram.RunInAsync(
            directory.Path, null, "backfill", "github", "--since", "2025-01-01", "--json", "--store",
            $"duckdb:{directory.File(store)}");

    static async Task<string> LedgerAsync(EmptyDirectory directory, string store) => (await BuiltProgram.RunInAsync(
        directory.Path, null, "ledger", "--from", "2026-01-01", "--to", "2026-03-01", "--store",
        $"duckdb:{directory.File(store)}", "--json")).Out;

    static (long Requests, long Stored) Asked(BuiltProgram.Ended ended)
    {
        Assert.True(ended.Code == 0, ended.Error);
        var outcome = System.Text.Json.JsonDocument.Parse(ended.Out).RootElement[0];
        return (outcome.GetProperty("requests").GetInt64(), outcome.GetProperty("stored").GetInt64());
    }

    static Process Start(EmptyDirectory directory, string store)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [BuiltProgram.Path, "backfill", "github", "--since", "2025-01-01", "--store", $"duckdb:{directory.File(store)}"])
        {
            WorkingDirectory = directory.Path,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        return Process.Start(start)!;
    }
}
