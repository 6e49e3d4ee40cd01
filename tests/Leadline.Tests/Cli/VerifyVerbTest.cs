using System.Text.Json;
using Leadline.Tests.Api;
using Leadline.Tests.Polling;
using Leadline.Tests.Verification;
using Xunit;

namespace Leadline.Tests.Cli;

/// <summary>
/// <c>leadline verify</c> and what <c>leadline doctor</c> says of checks, by the built program against a played Prometheus.
/// </summary>
public sealed class VerifyVerbTest
{
    static readonly DateTimeOffset Deployed = RunningServer.Now.AddHours(-2);

    [Fact]
    public async Task Prints_the_numbers_of_every_check_and_ends_with_1_where_one_is_worse()
    {
        await using var measures = await PlayedMeasures.StartAsync(at => at >= Deployed ? 0.2 : 0.01);
        using var directory = await StoreAsync(measures);
        var ended = await VerifyAsync(directory, "d1");
        Assert.Equal((1, ""), (ended.Code, ended.Error));
        Assert.Contains("worse", ended.Out);
        Assert.Contains("+0.19", ended.Out);

        var json = await VerifyAsync(directory, "d1", "--json");
        using var verdicts = JsonDocument.Parse(json.Out);
        var only = Assert.Single(verdicts.RootElement.EnumerateArray());
        Assert.Equal(
            ("worse", 60),
            (only.GetProperty("verdict").GetString(), only.GetProperty("after").GetProperty("samples").GetInt32()));
        Assert.Equal(6, measures.Asked.Count);
    }

    [Fact]
    public async Task A_query_that_is_refused_is_named_by_verify_and_by_doctor()
    {
        await using var measures =
            await PlayedApi.StartAsync(_ =>
                new Played(
                    400, "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse error: unknown function\"}"));
        using var directory = await StoreAsync(measures);
        var ended = await VerifyAsync(directory, "d1");
        Assert.Equal(1, ended.Code);
        Assert.Contains("errors: the query is refused (400): parse error: unknown function", ended.Error);
        var doctor = await BuiltProgram.RunInAsync(
            directory.Path, null, "doctor", "--store", $"duckdb:{directory.File("leadline.duckdb")}");
        Assert.Equal(1, doctor.Code);
        Assert.Contains(
            "mend  The check verification.services.shop.errors tells nothing: the query is refused (400): parse error: "
                + "unknown function.", doctor.Out);
        Assert.Contains("note  Deployments are verified, and no degradation makes one a failure", doctor.Out);
    }

    [Fact]
    public async Task What_is_not_there_is_said_in_a_sentence()
    {
        await using var measures = await PlayedMeasures.StartAsync(_ => 0.01);
        using var directory = await StoreAsync(measures);
        Assert.Equal(
            (0, ""), (await VerifyAsync(directory, "d1")) is { Code: var code, Error: var error } ? (code, error) : default);
        Assert.Contains("no deployment in the ledger has the id 'd9'", (await VerifyAsync(directory, "d9")).Error);
        Assert.Contains(
            "leadline.yaml has no check 'latency' of shop: there are errors",
            (await VerifyAsync(directory, "d1", "--check", "latency")).Error);
        await File.WriteAllTextAsync(directory.File("leadline.yaml"), "timezone: UTC\n", TestContext.Current.CancellationToken);
        var none = await VerifyAsync(directory, "d1");
        Assert.Equal(2, none.Code);
        Assert.Contains("leadline.yaml has no check: write some below verification.services", none.Error);
    }

    static Task<BuiltProgram.Ended> VerifyAsync(EmptyDirectory directory, params string[] arguments) =>
        BuiltProgram.RunInAsync(
            directory.Path, null, ["verify", .. arguments, "--store", $"duckdb:{directory.File("leadline.duckdb")}"]);

    /// <summary>A directory with a store in which d1 is, and settings that ask these measures.</summary>
    static async Task<EmptyDirectory> StoreAsync(PlayedApi measures)
    {
        var directory = new EmptyDirectory();
        await File.WriteAllTextAsync(
            directory.File("leadline.yaml"),
            $"verification:\n  sources: {{ metrics: {{ api: \"{measures.Address}\" }} }}\n  services: {{ shop: {{ errors: {{ "
                + $"query: 'sum(errors)' }} }} }}\n", TestContext.Current.CancellationToken);
        await using var server = await RunningServer.StartAsync(address: $"duckdb:{directory.File("leadline.duckdb")}");
        await server.PostAsync(
            "/api/v1/events",
            $$"""{"type":"deployment","id":"d1","service":"shop","environment":"production","sha":"3f786850e387550fdab836ed7e6dc881de23001b","status":"succeeded","finished_at":"{{Deployed:O}}"}""");
        await server.SettleAsync();
        return directory;
    }
}
