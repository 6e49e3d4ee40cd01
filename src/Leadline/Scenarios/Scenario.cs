using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Leadline.Core;

namespace Leadline.Scenarios;

/// <summary>
/// A rule as a text that a product owner could write: what happened, line by line, and what is expected of it.
/// The grammar is documented in <c>docs/reference/scenarios.md</c>.
/// </summary>
sealed class Scenario
{
    public required string File { get; init; }

    /// <summary>The sentence of its first comment, or the file's name.</summary>
    public required string Says { get; init; }

    public required Definitions Definitions { get; init; }

    /// <summary>What happened, in the order in which it was written.</summary>
    public required ImmutableArray<Fact> Facts { get; init; }

    /// <summary>What people said against the rules.</summary>
    public required ImmutableArray<Override> Overrides { get; init; }

    /// <summary>The short names that it uses for commits.</summary>
    public required ImmutableDictionary<Sha, string> Names { get; init; }

    public required ImmutableArray<ExpectedWindow> Windows { get; init; }

    /// <summary>The full sha that a short name such as <c>a1</c> stands for: the same on every machine.</summary>
    public static Sha ShaOf(string name) => Sha.Parse(Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(name))));

    /// <summary>Reads a scenario.</summary>
    /// <param name="text">Its lines.</param>
    /// <param name="file">Its name, for the errors.</param>
    /// <param name="settings">The text of a <c>leadline.yaml</c> that the scenario's own settings change; null for the
    /// defaults.</param>
    /// <exception cref="ScenarioException">Lines that are not understood; each says what was expected.</exception>
    public static Scenario Parse(string text, string file, string? settings = null)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n').Select((line, i) => new Line(i + 1, line)).ToList();
        var errors = new List<(int Line, string Sentence)>();
        var rules = new ScenarioSettings(settings);
        var happened = new List<Line>();
        var blocks = new List<(Line Head, List<Line> Lines)>();
        foreach (var line in lines.Where(line => !line.IsEmpty))
        {
            Try(line, () =>
            {
                if (line.Broken is { } broken) throw new LineException(broken);
                if (line.IsIndented && blocks.Count > 0) blocks[^1].Lines.Add(line);
                else if (line.TryTake("expect")) blocks.Add((line, []));
                else if (ScenarioSettings.IsSetting(line)) rules.Read(line);
                else happened.Add(line);
            });
        }

        var definitions = rules.Definitions();
        var timeline = new Timeline(definitions, happened);
        foreach (var line in happened) Try(line, () => timeline.Read(line));
        var facts = timeline.Facts();
        var windows = ImmutableArray.CreateBuilder<ExpectedWindow>();
        foreach (var (head, expected) in blocks)
        {
            Try(head, () =>
            {
                var window = ExpectedWindow.Read(head, definitions);
                var expectations = new List<Expectation>();
                foreach (var line in expected) Try(line, () => expectations.Add(Expectation.Read(line, timeline)));
                windows.Add(window with { Expectations = [.. expectations] });
            });
        }

        if (errors.Count == 0 && !windows.Any(window => window.Expectations.Length > 0))
            errors.Add(
                (lines.Count, "nothing is expected: write 'expect 2026-03-01 .. 2026-04-01' and, indented below it, what the "
                    + "numbers should be"));
        if (errors.Count > 0) throw new ScenarioException(file, [.. errors.OrderBy(error => error.Line)]);
        return new Scenario
        {
            File = file,
            Says = lines.FirstOrDefault(line => line.Comment is { Length: > 0 })?.Comment ?? System.IO.Path.GetFileName(file),
            Definitions = definitions,
            Facts = facts,
            Overrides = timeline.Overrides,
            Names = timeline.Names,
            Windows = windows.DrainToImmutable(),
        };

        void Try(Line line, Action read)
        {
            try
            {
                read();
            }
            catch (LineException error)
            {
                errors.Add((line.Number, error.Message));
            }
        }
    }
}

/// <summary>
/// A scenario that is not understood: everything that is wrong with it, a sentence each (<c>FILE:LINE expected …</c>).
/// </summary>
public sealed class ScenarioException(string file, ImmutableArray<(int Line, string Sentence)> errors)
    : Exception(string.Join(Environment.NewLine, errors.Select(error => $"{file}:{error.Line}: {error.Sentence}")));
