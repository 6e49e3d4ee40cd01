using System.Text.Json.Nodes;
using Xunit;

namespace Leadline.Tests.Cli;

public sealed class ReadVerbTest : IDisposable
{
    const string Settings = """
        mappings:
          shipit:
            rules: [{ type: annotation, when: { header X-Event: [told] }, id: $.id, at: $.at, text: $.text }]
        sources:
          shipit: { secret: "${LEADLINE_TESTS_UNSET}" }
        """;

    readonly EmptyDirectory directory = new();

    [Theory]
    [InlineData("""{"id":1,"at":1793697365,"text":"by @ada"}""", 0, "facts")]
    [InlineData("""{"id":1,"at":"soon","text":"t"}""", 1, "unreadable", "rule 1 (annotation): \"at\" is no time: 'soon'")]
    [InlineData("nonsense", 1, "unreadable", "the body is not JSON: mappings read one JSON value")]
    [InlineData("", 1, "unreadable", "the body is empty, or was dropped when its time was over")]
    public async Task Prints_what_is_made_of_a_body(string body, int code, string outcome, string? because = null)
    {
        await File.WriteAllTextAsync(directory.File("leadline.yaml"), Settings, TestContext.Current.CancellationToken);

        var ended = await BuiltProgram.RunInAsync(
            directory.Path, body, "read", "-", "--source", "shipit", "--header", "X-Other: a", "--header", "x-event: told");

        Assert.Equal((code, ""), (ended.Code, ended.Error));
        var (key, value) = Assert.Single(JsonNode.Parse(ended.Out)!.AsObject());
        Assert.Equal(outcome, key);
        if (because is not null) Assert.Equal(because, (string?)value);
        Assert.DoesNotContain("@ada", ended.Out);
        Assert.Equal(["leadline.yaml"], Directory.EnumerateFileSystemEntries(directory.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Reads_for_every_source_of_the_catalogue()
    {
        var ended = await BuiltProgram.RunInAsync(
            directory.Path, "{}", "read", "-", "--source", "github", "--header", "X-GitHub-Event: star");

        Assert.Equal((0, ""), (ended.Code, ended.Error));
        Assert.StartsWith("star", (string?)JsonNode.Parse(ended.Out)!["ignored"]);
    }

    [Theory]
    [InlineData("there is no file body.json", "body.json", "--source", "github")]
    [InlineData("there is no source 'gitub'; did you mean \"github\"?", "-", "--source", "gitub")]
    [InlineData("--header 'told' is none: write 'NAME: VALUE'", "-", "--source", "github", "--header", "told")]
    [InlineData(". is a folder", ".", "--source", "github")]
    [InlineData("'--source' is required", "-")]
    public async Task Ends_with_2_and_a_sentence_after_wrong_use(string sentence, params string[] arguments)
    {
        var ended = await BuiltProgram.RunInAsync(directory.Path, "{}", ["read", .. arguments]);

        Assert.Equal((2, ""), (ended.Code, ended.Out));
        Assert.Contains(sentence, ended.Error);
        Assert.DoesNotContain("   at ", ended.Error);
    }

    public void Dispose() => directory.Dispose();
}
