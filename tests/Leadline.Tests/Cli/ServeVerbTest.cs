using Leadline.Cli;
using Xunit;

namespace Leadline.Tests.Cli;

public sealed class ServeVerbTest : IDisposable
{
    readonly EmptyDirectory directory = new();

    [Theory]
    [InlineData("127.0.0.1:8080", "127.0.0.1:8080")]
    [InlineData("localhost:0", "127.0.0.1:0")]
    [InlineData("[::1]:80", "[::1]:80")]
    [InlineData("0.0.0.0:80", "0.0.0.0:80")]
    [InlineData("8080", null)]
    [InlineData(":8080", null)]
    [InlineData("127.0.0.1", null)]
    [InlineData("1:8080", null)]
    [InlineData("::1", null)]
    [InlineData("127.0.0.1:70000", null)]
    [InlineData("127.0.0.1:-1", null)]
    [InlineData("acme.example:80", null)]
    public void Listens_on_what_was_written_and_guesses_nothing(string text, string? expected) =>
        Assert.Equal(expected, ListenAddress.Parse(text)?.ToString());

    [Theory]
    [InlineData("8080", "write 127.0.0.1:8080")]
    [InlineData("0.0.0.0:0", "make one with leadline token create")]
    public async Task Says_why_it_does_not_listen(string listen, string sentence)
    {
        var refused = await BuiltProgram.RunInAsync(
            directory.Path, null, "serve", "--store", "duckdb:store.duckdb", "--listen", listen);
        Assert.Equal(2, refused.Code);
        Assert.Contains(sentence, refused.Error);
        Assert.DoesNotContain("   at ", refused.Error);
    }

    [Fact]
    public async Task The_demo_is_not_poured_over_what_somebody_stored()
    {
        await File.WriteAllTextAsync(
            directory.File("events.ndjson"), """{"type":"annotation","id":"1","at":"2026-01-01T00:00:00Z","text":"a"}""",
            TestContext.Current.CancellationToken);
        Assert.Equal(
            0,
            (await BuiltProgram.RunInAsync(
                directory.Path, null, "import", "events.ndjson", "--store", "duckdb:store.duckdb")).Code);
        var refused = await BuiltProgram.RunInAsync(
            directory.Path, null, "serve", "--demo", "--store", "duckdb:store.duckdb", "--listen", "127.0.0.1:0");
        Assert.Equal(2, refused.Code);
        Assert.Contains("holds something else than this demo", refused.Error);
    }

    public void Dispose() => directory.Dispose();
}
