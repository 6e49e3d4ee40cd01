using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Api;

namespace Leadline.Metrics;

/// <summary>What one edition of the benchmarks says: data with year and source, never code.</summary>
/// <param name="Levels">By metric, the best level first; a metric that is null, or all of them, has no level.</param>
/// <param name="QuickCheck">The means of a survey; null where it publishes none.</param>
public sealed record Edition(
    string Id, string Title, int Year, string Source, string Note,
    ImmutableDictionary<string, ImmutableArray<LevelCut>?>? Levels, QuickCheckMeans? QuickCheck)
{
    /// <summary>The cut-offs of a metric; null where the edition defines none.</summary>
    public ImmutableArray<LevelCut>? CutsOf(string metric) => Levels?.GetValueOrDefault(metric);
}

/// <summary>The editions that the program knows.</summary>
public static class KnownEditions
{
    /// <summary>Whose levels are shown where nothing else is chosen.</summary>
    public const string Default = "cloudcops-2026";

    /// <summary>All of them, those with levels first.</summary>
    public static ImmutableArray<Edition> All { get; } = Read();

    /// <summary>Those with means of a Quick Check, the oldest first.</summary>
    public static ImmutableArray<Edition> OfQuickChecks { get; } =
    [
        .. All.Where(edition => edition.QuickCheck is not null).OrderBy(edition => edition.Year),
    ];

    /// <exception cref="ArgumentException">There is none of this id.</exception>
    public static Edition Of(string id) =>
        All.FirstOrDefault(edition => edition.Id == id)
            ?? throw new ArgumentException($"there is no edition '{id}'", nameof(id));

    static ImmutableArray<Edition> Read()
    {
        using var stream = typeof(KnownEditions).Assembly.GetManifestResourceStream("editions.json")!;
        return JsonSerializer.Deserialize<ImmutableArray<Edition>>(stream, Wire.Json);
    }
}

/// <summary>A level, and what a value must keep to for it; the last one of a metric asks for nothing.</summary>
/// <param name="DeployDaysPerWeek">At least so many days with a deployment in the median week; likewise by month.</param>
/// <param name="BelowRatio">Itself not in it; <paramref name="AtMostRatio"/> is.</param>
/// <param name="Says">In the edition's words.</param>
public sealed record LevelCut(
    string Level, double? AtLeastPerDay, double? DeployDaysPerWeek, double? DeployDaysPerMonth, double? BelowSeconds,
    double? BelowRatio, double? AtMostRatio, string? Says)
{
    /// <summary>The cut-off in words.</summary>
    public string Rule => this switch
    {
        // Six digits of a seventh are less than a seventh.
        { AtLeastPerDay: { } rate } => $"at least {Human.Rate(rate * 1.00001)}",
        { DeployDaysPerWeek: { } days } => $"on {days:0.#} or more days of the median week",
        { DeployDaysPerMonth: { } days } => $"on {days:0.#} or more days of the median month",
        { BelowSeconds: { } seconds } => $"below {Human.Span(seconds)}",
        { BelowRatio: { } ratio } => $"below {Human.Share(ratio)}",
        { AtMostRatio: { } ratio } => $"at most {Human.Share(ratio)}",
        _ => "anything else",
    };

    /// <summary>Whether a value is good enough for the level.</summary>
    internal bool Holds(LevelValue value) => this switch
    {
        { AtLeastPerDay: { } rate } => value.Number >= rate,
        { DeployDaysPerWeek: { } days } => value.DaysPerWeek >= days,
        { DeployDaysPerMonth: { } days } => value.DaysPerMonth >= days,
        { BelowSeconds: { } bound } => value.Number < bound,
        { BelowRatio: { } bound } => value.Number < bound,
        { AtMostRatio: { } bound } => value.Number <= bound,
        _ => true,
    };
}

/// <summary>What a level is found for: the metric's number, or days with a deployment.</summary>
readonly record struct LevelValue(double Number, double DaysPerWeek = 0, double DaysPerMonth = 0);

/// <summary>What the answers of a Quick Check came to, on the scale on which it was published.</summary>
/// <param name="Metrics">Those that it asks for; its overall score is the mean of theirs.</param>
/// <param name="Note">What is to be known before means are compared.</param>
public sealed record QuickCheckMeans(
    ImmutableArray<string> Metrics, string Note, QuickCheckGroups Industries, QuickCheckGroups OrganizationSizes);

/// <param name="Turned">The metrics whose means are published with 10 for the worst.</param>
public sealed record QuickCheckGroups(ImmutableArray<string> Turned, ImmutableArray<QuickCheckGroup> Groups)
{
    /// <summary>
    /// The mean score of a metric, 10 for the best, with its standard deviation; null where the edition has no such group or
    /// metric.
    /// </summary>
    public (double Mean, double Deviation)? MeanOf(string group, string metric) =>
        Groups.FirstOrDefault(one => one.Id == group)?.Means.TryGetValue(metric, out var found) == true
            ? (Turned.Contains(metric) ? Math.Round(QuickCheckScale.Best - found[0], 2) : found[0], found[1]) : null;
}

/// <param name="PublishedAverage">As it was published; on which scale says the note of the edition.</param>
/// <param name="Means">By metric the mean and the standard deviation.</param>
public sealed record QuickCheckGroup(
    string Id, string Name, double PublishedAverage, ImmutableDictionary<string, ImmutableArray<double>> Means);
