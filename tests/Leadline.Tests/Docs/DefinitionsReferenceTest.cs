using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Leadline.Core;
using Leadline.Settings;
using Leadline.Tests.Settings;
using Xunit;

namespace Leadline.Tests.Docs;

/// <summary>
/// <c>docs/reference/definitions.md</c> is written from the table of keys, with <c>LEADLINE_UPDATE_DOCS=1</c>.
/// </summary>
public sealed partial class DefinitionsReferenceTest
{
    static readonly string Reference = Path.Combine(Shared.Repository, "docs", "reference", "definitions.md");

    const string Wrong = """
        timezone: Europe/Berln
        services:
          checkout:
            team: payments
            apps: [checkout, "till-*"]
            team: checkout
          till: { apps: [till-eu] }
        definitions:
          lead_time: { start: autored }
          failure: [incident, rollback]
        sources:
          github: { secret: "${GITHUB_WEBHOOK_SECRET}" }
        """;

    [Fact]
    public void Describes_the_keys_as_they_are()
    {
        var written = Write();
        if (Environment.GetEnvironmentVariable("LEADLINE_UPDATE_DOCS") == "1") File.WriteAllText(Reference, written);

        Assert.True(
            File.Exists(Reference) && File.ReadAllText(Reference) == written,
            "docs/reference/definitions.md is not what the table of keys says; LEADLINE_UPDATE_DOCS=1 ./build writes it again");
    }

    [Fact]
    public void The_example_sets_every_key_and_is_right()
    {
        var example = Yaml().Match(File.ReadAllText(Reference)).Groups[1].Value;
        var settings = SettingsFile.Parse(example, "leadline.yaml", _ => "set");

        Assert.All(
            SettingsTable.Keys,
            path =>
                Assert.Matches(
                    $@"(?m)^ {{{(path.Length - 1) * 2}}}{SettingsTable.Written(path[^1], path.Length > 1 ? path[^2] : SettingsKey.Root)}:", example));
        Assert.Equal(["checkout"], settings.Definitions.Services.Select(service => service.Name.Value));
        Assert.Equal(["set"], settings.Secrets["github"]);
        Assert.Equal(Definitions.Default.Failure.Hotfix.Titles, settings.Definitions.Failure.Hotfix.Titles);
    }

    static string Write()
    {
        var text = new StringBuilder("""
            # leadline.yaml

            Written from the program itself by `LEADLINE_UPDATE_DOCS=1 ./build`; a test fails where it differs.

            One file says what counts. Nothing in it is required, and without it everything below has its default. Every verb that goes by it
            takes it by `--config FILE`, else from the environment variable `LEADLINE_CONFIG`, else from `leadline.yaml` in the working directory.

            `leadline definitions` prints what is in force and its hash, or all that is wrong with the file. Equal definitions have equal hashes, in
            whatever order and style they are written. `leadline definitions --schema` prints the JSON Schema for editors: save it as
            `leadline.schema.json` and begin the file with `# yaml-language-server: $schema=leadline.schema.json`.

            ## Keys

            Names in capitals are yours to choose. One value stands for a list of one. In a glob `*` is anything but a slash, `**` anything,
            `?` one character but a slash, and `{a,b}` either; write it in quotes. A span is a number of `s`, `m`, `h` or `d`: `90s`, `1.5h`.
            `${NAME}` in a secret is replaced by that environment variable; inside of `{ }` and `[ ]` it needs quotes. The verbs that take no
            deliveries do not need the variable.

            | key | takes | default | meaning |
            |---|---|---|---|

            """);
        foreach (var path in SettingsTable.Keys)
        {
            var key = path[^1];
            var takes = key.Words.IsEmpty ? key.Takes
                : key.Words.Aggregate(key.Takes, (takes, word) => Regex.Replace(takes, $@"\b{word}\b(?!`)", $"`{word}`"));
            text.Append(
                $"| `{SettingsTable.Name(path)}` | {takes} | "
                    + $"{(key.Default is { } otherwise ? $"`{Value(key, otherwise)}`" : "")} | {key.Says} |\n");
        }

        text.Append("\n## Example\n\n```yaml\n");
        WriteExample(text, SettingsKey.Root, "");
        text.Append("```\n\n## Mistakes\n\n");
        text.Append(
            "All that is wrong is said at once on standard error, each with line, column and key, and with the nearest key or "
                + "word that is known; the exit code is 2. Of\n\n");
        text.Append($"```\n{Wrong}\n```\n\n`leadline definitions` says\n\n```\nleadline: ");
        text.AppendJoin(
            '\n', Assert.Throws<SettingsException>(() => SettingsFile.Parse(Wrong, "leadline.yaml", _ => null)).Errors);
        return text.Append("\n```\n").ToString();
    }

    static void WriteExample(StringBuilder text, SettingsKey above, string indent)
    {
        foreach (var key in above.Below)
        {
            var named = above.Kind == SettingsKind.NamedMap;
            var values = key.Example.IsEmpty ? key.Default ?? [] : named ? key.Example[1..] : key.Example;
            text.Append(
                $"{indent}# "
                    + $"{key.Says}\n{indent}{SettingsTable.Written(key, above)}:"
                    + $"{(key.Below.IsEmpty ? " " + Value(key, values) : "")}\n");
            WriteExample(text, key, indent + "  ");
            if (indent.Length == 0 && key != above.Below[^1]) text.Append('\n');
        }
    }

    static string Value(SettingsKey key, ImmutableArray<string> values) =>
        key.IsList && values is not [['$', ..]] ? $"[{string.Join(", ", values.Select(Quoted))}]" : values[0];

    static string Quoted(string value) => Plain().IsMatch(value) ? value : $"\"{value}\"";

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_/-]*$")]
    private static partial Regex Plain();

    [GeneratedRegex(@"```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Yaml();
}
