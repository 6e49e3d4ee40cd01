using System.Collections.Immutable;

namespace Leadline.Metrics;

/// <summary>
/// What every edition of the benchmarks calls the numbers of a scope and window, and what DORA's Quick Checks score them.
/// </summary>
/// <param name="Edition">The one whose levels stand beside the numbers elsewhere.</param>
public sealed record Benchmarks(
    DateTimeOffset From, DateTimeOffset To, string Timezone, string Definitions, string Edition, MetricsScope Scope,
    ImmutableArray<CalledMetric> Metrics, ImmutableArray<QuickCheck> QuickChecks, ImmutableArray<EditionSays> Editions)
{
    /// <summary>The group that holds everybody.</summary>
    public const string Everybody = "all";

    /// <param name="industry">Whose means stand beside the scores; everybody's where it is null. Likewise
    /// <paramref name="size"/>.</param>
    /// <exception cref="FormatException">There is no such industry or size; the message lists those there are.</exception>
    public static async Task<Benchmarks> OfAsync(
        MetricsReader reader, MetricsQuery query, string? industry, string? size, CancellationToken cancellation)
    {
        var (byIndustry, bySize) =
            (Known(industry, "industry", Industries), Known(size, "organization size", OrganizationSizes));
        var report = await reader.ReadAsync(query, cancellation);
        var days = await reader.DeployDaysAsync(query, cancellation);
        return new Benchmarks(
            report.From, report.To, report.Timezone, report.Definitions, report.Edition, report.Scope,
            [.. NumbersOf(report.Metrics).Select(number => CalledMetric.Of(number, days))],
            [.. KnownEditions.OfQuickChecks.Select(edition => QuickCheck.Of(edition, report.Metrics, byIndustry, bySize))],
            [.. KnownEditions.All.Select(EditionSays.Of)]);
    }

    /// <summary>The industries of all editions, by id with their name.</summary>
    public static ImmutableArray<(string Id, string Name)> Industries { get; } = Groups(means => means.Industries);

    public static ImmutableArray<(string Id, string Name)> OrganizationSizes { get; } = Groups(means => means.OrganizationSizes);

    /// <summary>The five numbers, each with its interval.</summary>
    internal static IEnumerable<MetricNumber> NumbersOf(FiveMetrics metrics) =>
    [
        new("deployment_frequency", metrics.DeploymentFrequency.PerDay, metrics.DeploymentFrequency.Interval),
        new("lead_time", metrics.LeadTime.MedianSeconds, metrics.LeadTime.IntervalSeconds),
        new("change_failure_rate", metrics.ChangeFailureRate.Value, metrics.ChangeFailureRate.Interval),
        new("recovery_time", metrics.RecoveryTime.MedianSeconds, metrics.RecoveryTime.IntervalSeconds),
        new("rework_rate", metrics.ReworkRate.Value, metrics.ReworkRate.Interval),
    ];

    // The newest names a group; the oldest orders them, because it has all of them.
    static ImmutableArray<(string, string)> Groups(Func<QuickCheckMeans, QuickCheckGroups> of) =>
        [
            .. KnownEditions.OfQuickChecks.SelectMany(edition => of(edition.QuickCheck!).Groups).GroupBy(group => group.Id)
                .Select(group => (group.Key, group.Last().Name)),
        ];

    static string Known(string? asked, string kind, ImmutableArray<(string Id, string Name)> groups) =>
        asked is null ? Everybody
        : groups.Any(group => group.Id == asked) ? asked
        : throw new FormatException(
            $"there is no {kind} '{asked}'{Sources.Nearest.Suggest(asked, groups.Select(group => group.Id))}: choose one of "
                + $"{string.Join(", ", groups.Select(group => group.Id))}");
}

/// <summary>A metric's value and its interval.</summary>
sealed record MetricNumber(string Metric, double? Value, ImmutableArray<double>? Interval)
{
    public string Show(double? value) => Metric switch
    {
        "deployment_frequency" => Human.Rate(value),
        "lead_time" or "recovery_time" => Human.Span(value),
        _ => Human.Share(value),
    };
}

/// <param name="Contradict">Whether two editions have no level for it in common.</param>
/// <param name="Says">What the editions call it, in a sentence.</param>
public sealed record CalledMetric(
    string Metric, double? Value, ImmutableArray<double>? Interval, ImmutableArray<CalledLevel> Editions, bool Contradict,
    string Says)
{
    internal static CalledMetric Of(MetricNumber number, DeployDays days)
    {
        ImmutableArray<CalledLevel> called = [.. KnownEditions.All.Select(edition => CalledLevel.Of(edition, number, days))];
        var defined = called.Where(one => one.Levels is not null).ToList();
        var contradict = defined.Exists(one => defined.Exists(other => !one.Levels!.Value.Intersect(other.Levels!.Value).Any()));
        return new CalledMetric(
            number.Metric, number.Value, number.Interval, called, contradict, Sentence(number, defined, contradict));
    }

    static string Sentence(MetricNumber number, List<CalledLevel> defined, bool contradict)
    {
        var value = number.Show(number.Value)
            + (number.Interval is [var low, var high] ? $" ({number.Show(low)} to {number.Show(high)})" : "");
        if (number.Value is null) return Human.NoData;
        if (defined.Count == 0)
            return $"{value}: no edition has a level for it{(number.Interval is null ? " without an interval" : "")}.";
        return $"{value}: "
            + $"{string.Join("; ", defined.Select(one => $"{LevelWords.Of(one.Levels)} by {one.Edition}"))}."
            + $"{(contradict ? " They contradict each other." : "")}";
    }
}

/// <param name="Levels">All that the interval allows, the best first.</param>
/// <param name="Because">Why there is no level, or more than one; null where there is one.</param>
public sealed record CalledLevel(string Edition, string? Level, ImmutableArray<string>? Levels, string? Because)
{
    internal static CalledLevel Of(Edition edition, MetricNumber number, DeployDays days)
    {
        var levels = new Levels(edition);
        var byDays = number.Metric == "deployment_frequency" && levels.NeedDeployDays;
        var found = byDays ? levels.OfFrequency(number.Value, number.Interval, days)
            : levels.Of(number.Metric, number.Value, number.Interval);
        return new CalledLevel(
            edition.Id, LevelWords.One(found), found, levels.WhyNot(number.Metric, number.Value is not null, found));
    }
}

/// <summary>What a Quick Check would have said, had its questions been answered with the numbers.</summary>
/// <param name="Overall">The mean of the scores; null where one of them is not known.</param>
/// <param name="Because">Why there is no overall score.</param>
/// <param name="Industry">Whose mean is the mean of the means of the same questions, and not the published one, which is on
/// another scale in 2025.</param>
/// <param name="Note">What is to be known before means are compared.</param>
public sealed record QuickCheck(
    string Edition, ImmutableArray<QuickCheckScore> Scores, double? Overall, string? Because, QuickCheckMean Industry,
    QuickCheckMean OrganizationSize, string Note)
{
    /// <summary>That of the newest edition.</summary>
    public static Edition Newest { get; } = KnownEditions.OfQuickChecks[^1];

    internal static QuickCheck Of(Edition edition, FiveMetrics metrics, string industry, string size)
    {
        var means = edition.QuickCheck!;
        var numbers = Benchmarks.NumbersOf(metrics).ToDictionary(number => number.Metric);
        ImmutableArray<QuickCheckScore> scores = [.. means.Metrics.Select(metric => QuickCheckScore.Of(
            numbers[metric], means.Industries.MeanOf(industry, metric)?.Mean,
            means.OrganizationSizes.MeanOf(size, metric)?.Mean))];
        var unknown = scores.Where(score => score.Score is null).Select(score => score.Metric.Replace('_', ' ')).ToList();
        return new QuickCheck(
            edition.Id, scores, unknown.Count == 0 ? scores.Average(score => score.Score) : null,
            unknown.Count == 0 ? null : $"{string.Join(" and ", unknown)} {(unknown.Count == 1 ? "is" : "are")} not known",
            Mean(means.Industries, industry), Mean(means.OrganizationSizes, size), means.Note);

        QuickCheckMean Mean(QuickCheckGroups groups, string group)
        {
            var found = means.Metrics.Select(metric => groups.MeanOf(group, metric)?.Mean).ToList();
            var known = groups.Groups.FirstOrDefault(one => one.Id == group);
            return new QuickCheckMean(
                group, known?.Name, found.Contains(null) ? null : Math.Round(found.Average()!.Value, 2),
                known?.PublishedAverage);
        }
    }

    /// <summary>The overall score of the newest edition for these values; null where one is not known.</summary>
    public static double? OverallOf(params ReadOnlySpan<(string Metric, double? Value)> values)
    {
        var sum = 0.0;
        foreach (var metric in Newest.QuickCheck!.Metrics)
        {
            double? value = null;
            foreach (var one in values)
                if (one.Metric == metric) value = one.Value;
            if (value is not { } known) return null;
            sum += QuickCheckScale.Of(metric, known).Score;
        }

        return sum / Newest.QuickCheck.Metrics.Length;
    }
}

/// <param name="Name">Null where the edition has no such group; so are the means.</param>
/// <param name="Published">The average as it was published; on which scale says the note.</param>
public sealed record QuickCheckMean(string Id, string? Name, double? Mean, double? Published);

/// <param name="Answer">The answer of the six that the value fits, in the survey's words; of a share the share.</param>
/// <param name="Between">The scores at the ends of the value's interval, the lower first.</param>
public sealed record QuickCheckScore(
    string Metric, double? Score, ImmutableArray<double>? Between, string? Answer, double? IndustryMean,
    double? OrganizationSizeMean)
{
    internal static QuickCheckScore Of(MetricNumber number, double? industry, double? size)
    {
        if (number.Value is not { } value) return new QuickCheckScore(number.Metric, null, null, null, industry, size);
        var (score, answer) = QuickCheckScale.Of(number.Metric, value);
        ImmutableArray<double>? between = number.Interval is { } ends
            ? [.. ends.Select(end => QuickCheckScale.Of(number.Metric, end).Score).Order()] : null;
        return new QuickCheckScore(number.Metric, score, between, answer, industry, size);
    }
}

/// <summary>An edition with its cut-offs in words.</summary>
/// <param name="Levels">By metric, the best first; null of a metric, or of all, where no level is defined.</param>
public sealed record EditionSays(
    string Id, string Title, int Year, string Source, string Note,
    ImmutableSortedDictionary<string, ImmutableArray<LevelSays>?>? Levels)
{
    internal static EditionSays Of(Edition edition) => new(
        edition.Id, edition.Title, edition.Year, edition.Source, edition.Note,
        edition.Levels?.ToImmutableSortedDictionary(
            metric => metric.Key,
            ImmutableArray<LevelSays>? (metric) =>
                metric.Value is { } cuts ? [.. cuts.Select(cut => new LevelSays(cut.Level, cut.Rule, cut.Says))] : null));
}

/// <param name="Rule">The cut-off.</param>
/// <param name="Says">What the edition says of it.</param>
public sealed record LevelSays(string Level, string Rule, string? Says);
