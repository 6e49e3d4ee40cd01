using System.Text.RegularExpressions;
using Leadline.Api;
using Leadline.Tests.Docs;
using Xunit;

namespace Leadline.Tests.Deploy;

/// <summary>What lies in <c>deploy</c>, and what the program that it starts would make of it.</summary>
static partial class DeployFiles
{
    public static string Folder => Path.Combine(Shared.Repository, "deploy");

    public static string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    /// <summary>The environment variables that the program's code asks for by name, and those of tokens.</summary>
    public static IReadOnlySet<string> VariablesOfTheProgram { get; } = Directory
        .EnumerateFiles(Path.Combine(Shared.Repository, "src", "Leadline"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Contains("obj"))
        .SelectMany(file => Variable().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
        .Concat(Access.Scopes.Select(scope => "LEADLINE_TOKEN_" + scope.ToUpperInvariant()))
        .ToHashSet();

    /// <summary>What the program does not understand of its arguments; empty where it would start.</summary>
    public static IEnumerable<string> Misunderstood(params string[] arguments) =>
        VerbsReferenceTest.Commands().Parse(arguments).Errors.Select(error => error.Message);

    /// <summary>The code blocks of <c>deploy/README.md</c> in this language, in their order.</summary>
    public static IReadOnlyList<string> Blocks(string language) =>
    [
        .. from block in Block().Matches(Read("README.md"))
           where block.Groups[1].Value == language
           select block.Groups[2].Value,
    ];

    /// <summary>The one block of the shell that has these words.</summary>
    public static string Commands(string words) => Blocks("sh").Single(block => block.Contains(words, StringComparison.Ordinal));

    /// <summary>Runs the README's commands that make <c>deploy/.env</c>, in this folder; answers what is in it.</summary>
    public static async Task<Dictionary<string, string>> MakeSecretsAsync(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "deploy"));
        var made = await Tool.Bash.RunInAsync(folder, "-euc", Commands("> deploy/.env"));
        Assert.Equal((0, ""), (made.Code, made.Error));
        var lines = await File.ReadAllLinesAsync(Path.Combine(folder, "deploy", ".env"), TestContext.Current.CancellationToken);
        return lines.Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
    }

    [GeneratedRegex("(?:GetEnvironmentVariable|Setting|environment)\\(\"([A-Z][A-Z_]+)\"\\)")]
    private static partial Regex Variable();

    [GeneratedRegex(@"```([a-z]+)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
