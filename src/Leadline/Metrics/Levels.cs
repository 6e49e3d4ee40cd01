using System.Collections.Immutable;

namespace Leadline.Metrics;

/// <summary>
/// The levels that an edition's cut-offs allow for a value and its interval, the best first: one where both ends of the interval
/// have the same, several where it is too wide to tell, and null where the edition defines none, or there is no interval.
/// </summary>
public sealed class Levels(Edition edition)
{
    public static readonly Levels Default = new(KnownEditions.Of(KnownEditions.Default));

    public Edition Edition => edition;

    /// <summary>Whether frequency is judged by days with a deployment.</summary>
    public bool NeedDeployDays =>
        edition.CutsOf("deployment_frequency")?.Any(
            cut => cut is { DeployDaysPerWeek: not null } or { DeployDaysPerMonth: not null }) == true;

    public ImmutableArray<string>? OfFrequency(
        double? perDay, ImmutableArray<double>? interval, DeployDays? days) => !NeedDeployDays
        ? Of("deployment_frequency", perDay, interval)
        : perDay is not null && days is { PerWeekInterval: [var low, var high] }
            ? Between(
                "deployment_frequency", new(0, low, days.PerMonthInterval?[0] ?? 0),
                new(0, high, days.PerMonthInterval?[1] ?? double.PositiveInfinity)) : null;

    /// <summary>Those of a metric whose cut-offs are of its own number.</summary>
    public ImmutableArray<string>? Of(string metric, double? value, ImmutableArray<double>? interval) =>
        value is { } known && interval is [var low, var high]
            ? Between(metric, new(Math.Min(low, known)), new(Math.Max(high, known))) : null;

    /// <summary>Why a value has no level, or more than one; null where it has one.</summary>
    /// <param name="hasValue">Whether there is a value.</param>
    /// <param name="found">Those that were found for it.</param>
    public string? WhyNot(string metric, bool hasValue, ImmutableArray<string>? found)
    {
        var byDays = metric == "deployment_frequency" && NeedDeployDays;
        return edition.CutsOf(metric) is null ? $"{edition.Id} defines no level for it"
            : !hasValue ? "there is no value"
            : found is null ? byDays ? "fewer than five whole weeks" : $"too few {LevelWords.RowsOf(metric)} for an interval"
            : found is { Length: > 1 } ? $"too few {(byDays ? "weeks" : LevelWords.RowsOf(metric))} to tell" : null;
    }

    /// <summary>Whether the edition has levels of this metric.</summary>
    public bool Defines(string metric) => edition.CutsOf(metric) is not null;

    /// <summary>The one level of a value, whatever it rests on; null where the edition defines none.</summary>
    public string? At(string metric, double value) =>
        edition.CutsOf(metric) is { } cuts ? cuts[PlaceOf(cuts, new(value))].Level : null;

    ImmutableArray<string>? Between(string metric, LevelValue one, LevelValue other)
    {
        if (edition.CutsOf(metric) is not { } cuts) return null;
        var (first, last) = (PlaceOf(cuts, one), PlaceOf(cuts, other));
        if (first > last) (first, last) = (last, first);
        return [.. cuts[first..(last + 1)].Select(cut => cut.Level)];
    }

    static int PlaceOf(ImmutableArray<LevelCut> cuts, LevelValue value)
    {
        for (var place = 0; place < cuts.Length; place++)
            if (cuts[place].Holds(value)) return place;
        return cuts.Length - 1;
    }
}

/// <summary>Levels as people read them.</summary>
public static class LevelWords
{
    /// <summary>The level that the interval leaves no doubt about; null where it does, or there is none.</summary>
    public static string? One(ImmutableArray<string>? levels) => levels is [var one] ? one : null;

    /// <summary><c>elite</c>; <c>elite, or high</c>; <c>elite to low</c>. Null where there is none.</summary>
    public static string? Of(ImmutableArray<string>? levels) => levels switch
    {
        null or [] => null,
        [var one] => one,
        [var one, var other] => $"{one}, or {other}",
        [var best, .., var worst] => $"{best} to {worst}",
    };

    /// <summary>What a metric's number is made of.</summary>
    public static string RowsOf(string metric) => metric switch
    {
        "lead_time" => "changes",
        "recovery_time" => "failures",
        _ => "deployments",
    };
}
