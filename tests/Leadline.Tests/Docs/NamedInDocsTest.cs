using System.CommandLine;
using System.Text.RegularExpressions;
using Leadline.Cli;
using Xunit;

namespace Leadline.Tests.Docs;

/// <summary>What the documents name is there.</summary>
public sealed partial class NamedInDocsTest
{
    public static TheoryData<string> Documents =>
    [
        .. Directory.EnumerateFiles(Shared.Repository, "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Shared.Repository, file).Replace('\\', '/'))
            .Where(file =>
                !file.Split('/').Any(part => part is "bin" or "obj" or "artifacts" or "TestResults" || part.StartsWith('.')))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Names_only_paths_that_exist(string document)
    {
        var text = Read(document);
        var links = Link().Matches(text).Select(match => match.Groups[1].Value)
            .Where(target => !target.Contains("://") && !target.StartsWith('#') && !target.StartsWith("mailto:"))
            .Select(target => Path.Combine(Path.GetDirectoryName(document)!, Uri.UnescapeDataString(target.Split('#')[0])));
        var named = Code().Matches(text).Select(match => match.Value.Trim('`')).SelectMany(code => code.Split(' '))
            .Where(word => Rooted().IsMatch(word))
            .Select(word => word.TrimEnd('.', ',', ':', ';'));

        Assert.All(links.Concat(named), path =>
            Assert.True(Path.Exists(Path.Combine(Shared.Repository, path)), $"{document} names {path}, which is not there"));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Names_only_commands_that_exist(string document)
    {
        var root = VerbsReferenceTest.Commands();
        foreach (var code in Codes(Read(document)))
        {
            var words = code.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var start = Array.IndexOf(words, "--") is var dashes and >= 0 && code.Contains("--project src/Leadline ")
                ? dashes + 1 : words is ["leadline", ..] ? 1 : -1;
            if (start < 0 || start >= words.Length || !Verb().IsMatch(words[start])) continue;

            Command command = root;
            var at = start;
            while (at < words.Length && command.Subcommands.FirstOrDefault(child => child.Name == words[at]) is { } child)
                (command, at) = (child, at + 1);
            Assert.True(command != root, $"{document} names '{code}', but there is no verb {words[start]}");
            foreach (var option in words[at..].Where(word => Option().IsMatch(word)).Select(word => word.Split('=')[0]))
            {
                Assert.True(
                    command.Options.Any(known => known.Name == option || known.Aliases.Contains(option)),
                    $"{document} names '{code}', but {CommandLine.Path(command)} has no {option}");
            }
        }
    }

    [Fact]
    public void Finds_the_commands_of_the_readme() =>
        Assert.Contains("dotnet run -c Release --project src/Leadline -- serve --demo", Codes(Read("README.md")));

    static string Read(string document) => File.ReadAllText(Path.Combine(Shared.Repository, document));

    /// <summary>Code in a line, and the lines of code blocks.</summary>
    static IEnumerable<string> Codes(string text)
    {
        var blocks = Block().Matches(text).SelectMany(match => match.Groups[1].Value.Replace("\\\n", " ").Split('\n'));
        return blocks.Concat(Code().Matches(Block().Replace(text, "")).Select(match => match.Value.Trim('`')))
            .Select(code => code.Trim().TrimStart('$', ' '));
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`[^`\n]+`")]
    private static partial Regex Code();

    [GeneratedRegex(@"```[a-z]*\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    /// <summary>A path from the root of the repository, with no placeholder (<c>NAME</c>, <c>*</c>) in it.</summary>
    [GeneratedRegex(@"^(?!.*/[A-Z]+(/|\.|$))(\./build|(src|tests|docs|deploy|grafana|benchmarks|\.ci)/[^*<>{}…$]*)$")]
    private static partial Regex Rooted();

    [GeneratedRegex(@"^[a-z][a-z-]*$")]
    private static partial Regex Verb();

    [GeneratedRegex(@"^--[a-z]")]
    private static partial Regex Option();
}
