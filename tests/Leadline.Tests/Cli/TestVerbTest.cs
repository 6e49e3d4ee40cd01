using System.Text.Json;
using Xunit;

namespace Leadline.Tests.Cli;

public sealed class TestVerbTest
{
    const string Met =
        "# One.\n2026-03-02 09:00 deploy d1 of a1 to production\nexpect 2026-03-01 .. 2026-04-01\n  deployments 1\n";

    [Fact]
    public async Task Takes_files_folders_and_globs()
    {
        using var folder = new EmptyDirectory();
        Directory.CreateDirectory(folder.File("rules/deep"));
        foreach (var file in (string[])["rules/a.scenario", "rules/deep/b.scenario", "rules/notes.txt"])
            File.WriteAllText(folder.File(file), Met);

        var byFolder = await BuiltProgram.RunInAsync(folder.Path, null, "test", "rules");
        var byGlob = await BuiltProgram.RunInAsync(folder.Path, null, "test", "rules/*.scenario");

        Assert.Equal((0, "2 passed, 0 failed"), (byFolder.Code, byFolder.Out.Trim()));
        Assert.Equal((0, "1 passed, 0 failed"), (byGlob.Code, byGlob.Out.Trim()));
    }

    [Fact]
    public async Task Prints_each_miss_with_its_place_and_ends_with_1()
    {
        using var folder = new EmptyDirectory();
        File.WriteAllText(folder.File("a.scenario"), Met.Replace("deployments 1", "deployments 2"));

        var text = await BuiltProgram.RunInAsync(folder.Path, null, "test", "a.scenario");
        var json = await BuiltProgram.RunInAsync(folder.Path, null, "test", "a.scenario", "--json");

        Assert.Equal(1, text.Code);
        Assert.Contains("a.scenario:4: deployments 2: expected 2, was 1", text.Out);
        Assert.Equal(1, json.Code);
        var miss = JsonDocument.Parse(json.Out).RootElement.GetProperty("scenarios")[0].GetProperty("misses")[0];
        Assert.Equal(
            (4, "2", "1"),
            (miss.GetProperty("line").GetInt32(), miss.GetProperty("expected").GetString(), miss.GetProperty("actual")
                .GetString()));
    }

    [Fact]
    public async Task Ends_with_2_where_a_line_is_not_understood_or_a_file_is_missing()
    {
        using var folder = new EmptyDirectory();
        File.WriteAllText(folder.File("a.scenario"), "2026-03-02 09:00 deploi d1\n");

        var ended = await BuiltProgram.RunInAsync(folder.Path, null, "test", "a.scenario", "b.scenario");

        Assert.Equal(2, ended.Code);
        Assert.Contains("a.scenario:1: expected one of", ended.Error);
        Assert.Contains("b.scenario: there is no such file", ended.Error);
        Assert.Empty(ended.Out);
    }

    [Fact]
    public async Task Holds_scenarios_against_a_settings_file_whose_secrets_are_not_set()
    {
        using var folder = new EmptyDirectory();
        File.WriteAllText(folder.File("a.scenario"), Met.Replace("to production", "to main-site"));
        File.WriteAllText(
            folder.File("own.yaml"),
            "environments: { production: { match: [main-site] } }\nsources: { github: { secret: \"${NOT_SET_ANYWHERE}\" } }\n");

        var without = await BuiltProgram.RunInAsync(folder.Path, null, "test", "a.scenario");
        var with = await BuiltProgram.RunInAsync(folder.Path, null, "test", "a.scenario", "--config", "own.yaml");

        Assert.Equal((1, 0), (without.Code, with.Code));
    }
}
