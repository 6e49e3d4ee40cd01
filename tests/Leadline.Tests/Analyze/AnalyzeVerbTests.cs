using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Leadline.Api;
using Leadline.Cli;
using Leadline.Metrics;
using Leadline.Tests.Git;
using Microsoft.Extensions.Time.Testing;
using Spectre.Console;
using Xunit;

namespace Leadline.Tests.Analyze;

/// <summary><c>leadline analyze</c> as it is called, on made repositories.</summary>
public sealed class AnalyzeVerbTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Prints_the_numbers_the_trend_the_deployments_and_the_coverage()
    {
        using var repository = await ReleasedAsync();

        var ended = await RunAsync("analyze", repository.Path);

        Assert.Equal(0, ended.Code);
        Assert.Empty(ended.Error);
        foreach (var text in (ReadOnlySpan<string>)[
            "shop", "Lead time for changes", "By month", "2026-02", "Last deployments", "v1.2", "Coverage",
            "2 of 3 deployments ship commits", "sha256:",
        ])
            Assert.Contains(text, ended.Out);
    }

    [Fact]
    public async Task Json_is_the_answer_of_the_api_with_more_beside_it()
    {
        using var repository = await ReleasedAsync();

        var ended = await RunAsync("analyze", repository.Path, "--json");

        var report = JsonSerializer.Deserialize<MetricsReport>(ended.Out, Wire.Json)!;
        Assert.Equal(3, report.Metrics.DeploymentFrequency.Deployments);
        Assert.Equal(MadeRepository.Day(40).AddSeconds(1), report.To);
        Assert.Equal(report.To.AddMonths(-12), report.From);
        using var json = JsonDocument.Parse(ended.Out);
        using var plain = JsonDocument.Parse(JsonSerializer.Serialize(report, Wire.Json));
        Assert.All(
            plain.RootElement.EnumerateObject(),
            property => Assert.Equal(property.Value.GetRawText(), json.RootElement.GetProperty(property.Name).GetRawText()));
        Assert.Equal(
            JsonValueKind.Null, json.RootElement.GetProperty("trend")[0].GetProperty("lead_time_median_seconds").ValueKind);
    }

    [Fact]
    public async Task Several_paths_are_an_array_and_a_bad_one_does_not_spoil_the_others()
    {
        using var repository = await ReleasedAsync();
        using var folder = new TemporaryFolder();

        var ended = await RunAsync("analyze", repository.Path, folder.Path, "--json");

        Assert.Equal(2, ended.Code);
        Assert.Contains($"{folder.Path} is not a git repository", ended.Error);
        using var json = JsonDocument.Parse(ended.Out);
        Assert.Equal(
            "shop",
            Assert.Single(json.RootElement.EnumerateArray()).GetProperty("scope").GetProperty("services")[0].GetString());
    }

    [Fact]
    public async Task The_window_is_half_open_and_may_be_days()
    {
        using var repository = await ReleasedAsync();

        async Task<long> CountAsync(params string[] window)
        {
            var ended = await RunAsync(["analyze", repository.Path, "--json", .. window]);
            return JsonSerializer.Deserialize<MetricsReport>(ended.Out, Wire.Json)!.Metrics.DeploymentFrequency.Deployments;
        }

        Assert.Equal(3, await CountAsync("--all"));
        Assert.Equal(1, await CountAsync("--from", "2026-01-01", "--to", "2026-01-12"));
        Assert.Equal(2, await CountAsync("--from", "2026-01-12"));
        Assert.Equal(1, await CountAsync("--to", "2026-01-12T12:00:00Z"));
    }

    [Fact]
    public async Task Definitions_and_time_zone_come_from_the_file_that_is_named()
    {
        using var repository = await ReleasedAsync();
        var config = Path.Combine(repository.Path, "rules.yaml");
        await File.WriteAllTextAsync(
            config,
            "timezone: Asia/Tokyo\nenvironments:\n  live: { match: [live] }\ndefinitions:\n  lead_time: { start: committed }\n",
            Cancellation);

        var ended = await RunAsync("analyze", repository.Path, "--json", "--config", config);

        var report = JsonSerializer.Deserialize<MetricsReport>(ended.Out, Wire.Json)!;
        Assert.Equal("Asia/Tokyo", report.Timezone);
        Assert.Equal(3, report.Metrics.DeploymentFrequency.Deployments);
        Assert.Equal(4.5 * 86_400, report.Metrics.LeadTime.MedianSeconds);
        await File.WriteAllTextAsync(config, "timezone: [", Cancellation);
        var wrong = await RunAsync("analyze", repository.Path, "--config", config);
        Assert.Equal(2, wrong.Code);
        Assert.StartsWith("leadline: rules.yaml:", wrong.Error);
    }

    [Theory]
    [InlineData("unit: change")]
    [InlineData("start: merged")]
    public async Task Lead_time_by_changes_is_no_number_and_says_why(string rule)
    {
        using var repository = await ReleasedAsync();
        var config = Path.Combine(repository.Path, "rules.yaml");
        await File.WriteAllTextAsync(config, $"definitions:\n  lead_time: {{ {rule} }}\n", Cancellation);

        var ended = await RunAsync("analyze", repository.Path, "--config", config);

        Assert.Contains("Leadline.yaml measures lead time by changes", ended.Out);
        Assert.Matches("Lead time for changes +│ no data", ended.Out);
    }

    [Fact]
    public async Task Without_the_git_program_it_says_so()
    {
        using var repository = await ReleasedAsync();
        using var folder = new TemporaryFolder();

        var ended = await RunBuiltAsync("PATH", folder.Path, "analyze", repository.Path);

        Assert.Equal((2, ""), (ended.Code, ended.Out));
        Assert.Equal("leadline: the git program is not installed, or not on the PATH: install git", ended.Error.Trim());
    }

    [Fact]
    public async Task The_repository_of_a_hook_that_calls_it_is_not_taken_for_the_named_one()
    {
        using var repository = await ReleasedAsync();
        using var other = await MadeRepository.CreateAsync();

        var ended = await RunBuiltAsync("GIT_DIR", Path.Combine(other.Path, ".git"), "analyze", repository.Path, "--json");

        Assert.Equal(
            3, JsonSerializer.Deserialize<MetricsReport>(ended.Out, Wire.Json)!.Metrics.DeploymentFrequency.Deployments);
    }

    [Fact]
    public async Task Markdown_has_a_table_for_each_part()
    {
        using var repository = await ReleasedAsync();

        var ended = await RunAsync("analyze", repository.Path, "--markdown");

        Assert.StartsWith("## shop, 2025-02-10 to 2026-02-10 (UTC)", ended.Out);
        Assert.Contains("| Change failure rate | 0 % |", ended.Out);
        Assert.Contains("| 2026-02-10 12:00 | v1.2 | 1 | 5 days | ok | – |", ended.Out);
    }

    [Fact]
    public async Task The_page_holds_all_it_needs_and_gives_tags_no_chance_to_be_markup()
    {
        using var repository = await ReleasedAsync();
        await repository.TagAsync(41, "<b>1.3");
        var file = Path.Combine(repository.Path, "report.html");

        var ended = await RunAsync("analyze", repository.Path, "--html", file);

        Assert.Equal(0, ended.Code);
        var page = await File.ReadAllTextAsync(file, Cancellation);
        Assert.Contains("<svg", page);
        Assert.Contains("prefers-color-scheme:dark", page);
        Assert.Contains("&lt;b&gt;1.3", page);
        foreach (var outside in (ReadOnlySpan<string>)["<b>", "<script", "src=", "href=", "http", "@import", "url("])
            Assert.DoesNotContain(outside, page);
    }

    [Theory]
    [InlineData("--tags and --branch exclude each other", "--tags", "v*", "--branch", "main")]
    [InlineData("--json and --markdown exclude each other", "--json", "--markdown")]
    [InlineData("--from: 'yesterday' is no time", "--from", "yesterday")]
    [InlineData("is empty", "--from", "2026-02-01", "--to", "2026-01-01")]
    [InlineData("--html missing/report.html cannot be written", "--html", "missing/report.html")]
    [InlineData("--service is empty", "--service", " ")]
    [InlineData("'--nonsense'", "--nonsense")]
    public async Task Wrong_use_is_a_sentence_and_exit_code_2(string expected, params string[] arguments)
    {
        using var repository = await ReleasedAsync();

        var ended = await RunAsync(["analyze", repository.Path, .. arguments]);

        Assert.Equal(2, ended.Code);
        Assert.Contains(expected, ended.Error);
        Assert.DoesNotContain("   at ", ended.Error);
    }

    [Fact]
    public void A_trend_without_a_value_is_a_gap_and_never_the_lowest()
    {
        Assert.Equal("▅·▁█", Leadline.Analyze.Sparkline.Of([0.5, null, 0, 1], 60));
        Assert.Equal("·█", Leadline.Analyze.Sparkline.Of([9, null, 1], 2));
        Assert.Equal("··", Leadline.Analyze.Sparkline.Of([null, null], 60));
    }

    /// <summary>Three releases: v1.0 on day 10, v1.1 on day 20 and v1.2 on day 40.</summary>
    static async Task<MadeRepository> ReleasedAsync()
    {
        var repository = await MadeRepository.CreateAsync();
        await repository.CommitAsync(0);
        await repository.TagAsync(10, "v1.0");
        await repository.CommitAsync(15, committed: 16);
        await repository.TagAsync(20, "v1.1");
        await repository.CommitAsync(35);
        await repository.TagAsync(40, "v1.2");
        return repository;
    }

    /// <summary>The built program with one variable of its environment set.</summary>
    static async Task<(int Code, string Out, string Error)> RunBuiltAsync(
        string variable, string value, params string[] arguments)
    {
        // Found from the runtime, because the PATH may be what is set.
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        var start = new ProcessStartInfo(dotnet, [Path.Combine(AppContext.BaseDirectory, "leadline.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[variable] = value;
        start.Environment.Remove("LEADLINE_CONFIG");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(Cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        return (process.ExitCode, output, await error);
    }

    static async Task<(int Code, string Out, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(On(output), On(error), output);
        var code = await CommandLine.RunAsync(
            App.Commands(new FakeTimeProvider(MadeRepository.Day(100)), terminal), arguments, terminal);
        return (code, output.ToString(), error.ToString());
    }

    static IAnsiConsole On(TextWriter writer)
    {
        var console =
            AnsiConsole.Create(new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(writer),
                Ansi = AnsiSupport.No,
                Interactive = InteractionSupport.No,
            });
        console.Profile.Width = 10_000;
        return console;
    }
}
