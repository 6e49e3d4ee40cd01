using System.Text.RegularExpressions;
using Leadline.Tests.Api;
using Leadline.Tests.Cli;
using Xunit;

namespace Leadline.Tests.Docs;

/// <summary>
/// Each example of <c>docs/reference/mapping.md</c> is run as it stands there: settings, body, verb, what is printed, and curl
/// to a real server. LEADLINE_UPDATE_DOCS=1 writes again what is printed.
/// </summary>
public sealed partial class MappingReferenceTest
{
    const string Secret = "a secret of Acme";

    static readonly string Reference = Path.Combine(Shared.Repository, "docs", "reference", "mapping.md");

    [Fact]
    public async Task Every_example_is_read_and_sent_as_it_says()
    {
        var document = await File.ReadAllTextAsync(Reference, TestContext.Current.CancellationToken);
        var examples = Example().Split(document)[1..];
        Assert.True(examples.Length >= 2);
        var written = document;
        foreach (var example in examples)
        {
            var blocks = Block().Matches(example).Select(block => (Kind: block.Groups[1].Value, Text: block.Groups[2].Value))
                .ToList();
            Assert.Equal("yaml", blocks[0].Kind);
            Assert.True(
                blocks.Count > 1
                    && blocks[1..].Chunk(4)
                        .All(chunk => chunk.Select(block => block.Kind).SequenceEqual(["json", "sh", "json", "sh"])));
            using var directory = new EmptyDirectory();
            await File.WriteAllTextAsync(directory.File("leadline.yaml"), blocks[0].Text, TestContext.Current.CancellationToken);
            await WriteProgramAsync(directory);
            await using var server = await RunningServer.StartAsync(blocks[0].Text, environment: Secret);
            var sent = 0;
            foreach (var chunk in blocks[1..].Chunk(4))
            {
                var (body, read, printed, send) = (chunk[0].Text, chunk[1].Text, chunk[2].Text, chunk[3].Text);
                var name = FileName().Match(read).Value;
                Assert.Contains($"`{name}`", example);
                await File.WriteAllTextAsync(directory.File(name), body, TestContext.Current.CancellationToken);

                var actual = await ShellAsync(directory, read);
                written = Replace(written, read, actual);
                if (Environment.GetEnvironmentVariable("LEADLINE_UPDATE_DOCS") != "1") Assert.Equal(printed, actual);
                Assert.StartsWith("{\n  \"facts\"", actual);

                Assert.Contains("http://127.0.0.1:8080/api/v1/deliveries/", send);
                Assert.StartsWith(
                    "HTTP/1.1 202",
                    await ShellAsync(
                        directory, send.Replace("http://127.0.0.1:8080", server.Client.BaseAddress!.ToString().TrimEnd('/'))));
                sent++;
            }

            await server.SettleAsync();
            var health = Assert.Single(await server.Store.SourcesAsync(default));
            Assert.Equal((sent, sent), (health.Deliveries, health.Facts));
        }

        if (Environment.GetEnvironmentVariable("LEADLINE_UPDATE_DOCS") == "1")
            await File.WriteAllTextAsync(Reference, written, TestContext.Current.CancellationToken);
    }

    /// <summary>The document with what this command prints in the block behind it.</summary>
    static string Replace(string document, string command, string printed)
    {
        var start = document.IndexOf("```json\n", document.IndexOf(command, StringComparison.Ordinal), StringComparison.Ordinal)
            + "```json\n".Length;
        return document[..start] + printed + document[document.IndexOf("```", start, StringComparison.Ordinal)..];
    }

    /// <summary>The built program under the name by which the document calls it.</summary>
    static async Task WriteProgramAsync(EmptyDirectory directory)
    {
        var program = directory.File("leadline");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nexec dotnet '{BuiltProgram.Path}' \"$@\"\n");
        Assert.Equal(0, (await Shell.RunAsync(directory.Path, "chmod +x leadline", [])).Code);
    }

    static async Task<string> ShellAsync(EmptyDirectory directory, string script)
    {
        var ended = await Shell.RunAsync(
            directory.Path, script,
            [
                ("PATH", $"{directory.Path}:{Environment.GetEnvironmentVariable("PATH")}"), ("SHIPIT_SECRET", Secret),
                ("PELORUS_SECRET", Secret),
            ]);
        Assert.True(ended.Code == 0, script + ended.Out + ended.Error);
        return ended.Out;
    }

    [GeneratedRegex("^## Example", RegexOptions.Multiline)]
    private static partial Regex Example();

    [GeneratedRegex(@"^```([a-z]*)\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"[a-z]+\.json")]
    private static partial Regex FileName();
}
