using System.Text;
using Leadline.Core;
using Leadline.Web;
using Xunit;

namespace Leadline.Tests.Docs;

/// <summary><c>docs/reference/presets.md</c> is written from the presets, with <c>LEADLINE_UPDATE_DOCS=1</c>.</summary>
public sealed class PresetsReferenceTest
{
    static readonly string Reference = Path.Combine(Shared.Repository, "docs", "reference", "presets.md");

    [Fact]
    public void Describes_the_presets_as_they_are()
    {
        var written = Write();
        if (Environment.GetEnvironmentVariable("LEADLINE_UPDATE_DOCS") == "1") File.WriteAllText(Reference, written);

        Assert.True(
            File.Exists(Reference) && File.ReadAllText(Reference) == written,
            "docs/reference/presets.md is not what the presets are; LEADLINE_UPDATE_DOCS=1 ./build writes it again");
    }

    [Fact]
    public void Every_preset_is_told_by_a_scenario_of_the_same_fortnight()
    {
        var stories =
            Presets.All.Select(preset =>
                File.ReadAllLines(
                    Path.Combine(Shared.Repository, "tests", "Leadline.Tests", "Scenarios", $"preset-{preset.Name}.scenario")))
                .Select(lines => string.Join('\n', lines.Where(line => line.StartsWith("2026-", StringComparison.Ordinal))))
                .Distinct();

        Assert.Single(stories);
    }

    static string Write()
    {
        var text = new StringBuilder("""
            # Presets

            Written from the program itself by `LEADLINE_UPDATE_DOCS=1 ./build`; a test fails where it differs.

            Tools give different numbers the same names. A preset is a named value of the [definitions](definitions.md) that reproduces one tool's:

            ```yaml
            definitions:
              preset: gitlab
              lead_time: { start: opened } # what is set besides goes before it
            ```

            Services, environments and the time zone stay those of the file. `leadline compare-presets` prints the five numbers of all presets side by side,
            `leadline whatif --set preset=gitlab` which rows one of them moves and why. Rework is counted alike under all. Prometheus and the distribution of
            stages show percentiles of the rows, whatever statistic the definitions name; everything else follows them.

            """);
        foreach (var preset in Presets.All)
        {
            text.Append($"\n## {preset.Tool}: `{preset.Name}`\n\n");
            foreach (var sentence in preset.Says) text.Append($"- {sentence}\n");
            var changes = RulesInForce.Changes(
                DefinitionsHash.Canonical(Definitions.Default), DefinitionsHash.Canonical(preset.Over(Definitions.Default)));
            if (!changes.IsEmpty)
            {
                text.Append("\n| key | value |\n|---|---|\n");
                foreach (var change in changes) text.Append($"| `{change.Key}` | `{change.After}` |\n");
            }

            if (!preset.Differs.IsEmpty)
            {
                text.Append("\nWhat is not reproduced:\n\n");
                foreach (var sentence in preset.Differs) text.Append($"- {sentence}\n");
            }

            text.Append(
                "\nSources: "
                    + $"{string.Join(", ", preset.Sources.Select(source => source.Contains(' ') ? source : $"<{source}>"))}\n");
        }

        return text.ToString();
    }
}
