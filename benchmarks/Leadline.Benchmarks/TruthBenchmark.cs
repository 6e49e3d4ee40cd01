using System.Collections.Immutable;
using Leadline.Tests.Constraint;
using Leadline.Tests.Experiments;

namespace Leadline.Benchmarks;

/// <summary>How often what the program claims of simulated organisations is what was planted in them.</summary>
static class TruthBenchmark
{
    /// <summary>Of each kind, so that a count is a share in percent.</summary>
    const int Organisations = 100;

    /// <summary>Every table, a line each: what is claimed, and how often that is so.</summary>
    static readonly ImmutableArray<(string Claim, Func<IEnumerable<Row>> Rows)> Tables =
    [
        ("the constraint, and no single one where there is none", Constraint),
        ("what became of an experiment, looked at every week", () => KnownExperiments.Table().Select(line => new Row(line, ""))),
    ];

    public static Task<IReadOnlyList<Row>> RunAsync(Bench bench, CancellationToken cancellation)
    {
        List<Row> rows = [];
        foreach (var (claim, table) in Tables)
        {
            rows.Add(new Row($"# {claim}", ""));
            foreach (var row in table())
            {
                cancellation.ThrowIfCancellationRequested();
                rows.Add(row);
            }
        }

        return Task.FromResult<IReadOnlyList<Row>>(rows);
    }

    static IEnumerable<Row> Constraint() => ConstraintTruth.Lines(Organisations).Select(line => new Row(
        line.Organisation, $"{line.Truth ?? "none"} {line.Right} %",
        $"wrong {line.Wrong} %{(line.Otherwise.Length > 0 ? $"; not named: {line.Otherwise}" : "")}"));
}
