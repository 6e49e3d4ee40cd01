using System.Text.Json.Nodes;
using Xunit;

namespace Leadline.Tests.Cli;

public sealed class TokenVerbTest : IDisposable
{
    readonly EmptyDirectory directory = new();

    [Fact]
    public async Task A_token_is_shown_once_and_never_kept()
    {
        var created = await RunAsync("create", "ci", "--scope", "ingest");
        var token = created.Out.Trim();
        Assert.Equal((0, ""), (created.Code, created.Error));
        Assert.Matches("^ll_[A-Za-z0-9_-]{43}$", token);

        // Not even in the store's log of writes.
        foreach (var file in Directory.EnumerateFiles(directory.Path, "store.duckdb*"))
            Assert.DoesNotContain(token, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        var listed = await RunAsync("list", "--json");
        var only = Assert.Single(JsonNode.Parse(listed.Out)!.AsArray())!;
        Assert.Equal(("ci", "ingest"), ((string?)only["name"], (string?)only["scope"]));
        Assert.DoesNotContain(token, listed.Out);

        var again = await RunAsync("create", "ci", "--scope", "read");
        Assert.Equal((2, ""), (again.Code, again.Out));
        Assert.Equal(0, (await RunAsync("remove", "ci")).Code);
        var gone = await RunAsync("remove", "ci");
        Assert.Equal(2, gone.Code);
        Assert.Contains("there is no token named ci", gone.Error);
    }

    [Theory]
    [InlineData("ci", "write")]
    [InlineData(" ", "read")]
    public async Task A_token_without_a_name_or_a_scope_is_none(string name, string scope)
    {
        var refused = await RunAsync("create", name, "--scope", scope);
        Assert.Equal((2, ""), (refused.Code, refused.Out));
        Assert.DoesNotContain("   at ", refused.Error);
    }

    Task<BuiltProgram.Ended> RunAsync(params string[] words) =>
        BuiltProgram.RunInAsync(directory.Path, null, ["token", .. words, "--store", "duckdb:store.duckdb"]);

    public void Dispose() => directory.Dispose();
}
