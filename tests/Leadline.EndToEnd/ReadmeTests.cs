using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Leadline.Sources;
using Leadline.Tests;
using Xunit;

namespace Leadline.EndToEnd;

/// <summary>
/// What every source's README tells to try, done by a shell as a reader would, with the settings that it tells.
/// </summary>
public sealed partial class ReadmeTests
{
    /// <summary>Where the READMEs' commands look for the server.</summary>
    const string Told = "http://127.0.0.1:8080";

    [Fact]
    public async Task Its_command_is_taken_and_gives_facts()
    {
        var readmes = Catalogue.Readers.ToDictionary(reader => reader.Source, TextOf);
        var secrets = readmes.Values.SelectMany(text => Variable().Matches(text)).Select(named => named.Groups[1].Value)
            .Distinct().ToDictionary(
            name => name,
            name =>
                name.StartsWith("INCIDENT_IO", StringComparison.Ordinal) ? "whsec_bWFkZSB1cCBmb3IgYSB0ZXN0"
                    : "made-up-" + name.ToLowerInvariant());
        Assert.Equal(readmes.Count, secrets.Count);

        using var store = new TemporaryStore();
        var settings = store.Beside(
            "leadline.yaml", "sources:\n" + string.Concat(readmes.Select(readme => SettingsOf(readme.Key, readme.Value))));
        await using var server = await LeadlineProcess.ServeAsync(store.File, secrets, "--config", settings);
        foreach (var (source, text) in readmes)
        {
            var answer = await BashAsync(
                CommandOf(source, text).Replace(Told, server.Address, StringComparison.Ordinal), secrets);
            Assert.True(Taken().IsMatch(answer), $"{source}: {answer}");
        }

        await server.WaitAsync(
            async () => (await SourcesAsync()).All(source => source.GetProperty("unread").GetInt32() == 0), "all of it is read");
        var sources = (await SourcesAsync()).ToDictionary(source => source.GetProperty("source").GetString()!);
        Assert.All(
            readmes.Keys,
            source =>
                Assert.Equal(
                    (1, 1),
                    (sources[source].GetProperty("deliveries").GetInt32(), sources[source].GetProperty("facts").GetInt32())));

        // Nor does the log tell what proved them, one of which stands in an address.
        Assert.All(secrets.Values, secret => Assert.DoesNotContain(secret, server.Said()));

        async Task<JsonElement[]> SourcesAsync() =>
            (await server.Client.GetFromJsonAsync<JsonElement[]>("/api/v1/sources", TestContext.Current.CancellationToken))!;
    }

    static string TextOf(SourceReader reader)
    {
        var folder = Path.Combine(Shared.Repository, "src", "Leadline.Sources");
        var name =
            Path.GetFileName(Directory.GetDirectories(folder)
                .Single(path =>
                    string.Equals(
                        Path.GetFileName(path), reader.Source.Replace("-", "", StringComparison.Ordinal),
                        StringComparison.OrdinalIgnoreCase)));
        return File.ReadAllText(Path.Combine(folder, name, "README.md"));
    }

    /// <summary>The line that names the source's secret.</summary>
    static string SettingsOf(string source, string text) =>
        "  "
            + Assert.Single(
                text.Split('\n'),
                line => line.TrimStart().StartsWith($"{source}: {{ secret:", StringComparison.Ordinal)).Trim() + "\n";

    /// <summary>The first block that asks the server of the reader's own machine.</summary>
    static string CommandOf(string source, string text)
    {
        var blocks = Block().Matches(text).Select(block => block.Groups[1].Value)
            .Where(block =>
                block.Contains("curl -i", StringComparison.Ordinal) && block.Contains(Told, StringComparison.Ordinal)).ToList();
        Assert.True(blocks.Count > 0, $"{source}'s README has no command to try");
        return blocks[0];
    }

    static async Task<string> BashAsync(string command, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(
            "bash", ["-euo", "pipefail", "-c", command])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return $"{await output}\n{await error}";
    }

    [GeneratedRegex(@"secret: ""\$\{([A-Z_]+)\}")]
    private static partial Regex Variable();

    [GeneratedRegex("^```[a-z]*\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("^HTTP/1.1 20[02]", RegexOptions.Multiline)]
    private static partial Regex Taken();
}
