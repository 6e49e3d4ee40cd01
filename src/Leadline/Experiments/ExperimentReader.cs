using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Storage;

namespace Leadline.Experiments;

/// <summary>Says what came of experiments, from whole weeks of the judged rows.</summary>
public sealed class ExperimentReader(Store store, MetricsReader metrics, Definitions definitions, TimeProvider clock)
{
    /// <summary>A service with fewer weeks before the start is left out: there is nothing to compare it with.</summary>
    public const int LeastBefore = 4;

    /// <summary>
    /// As many weeks stand before the start as are planned after it, and no fewer than these where there are so many.
    /// </summary>
    public const int UsualBefore = 12;

    /// <summary>Those that start last first.</summary>
    public async Task<ImmutableArray<ExperimentReport>> AllAsync(CancellationToken cancellation)
    {
        var reports = ImmutableArray.CreateBuilder<ExperimentReport>();
        foreach (var one in await store.ExperimentsAsync(cancellation)) reports.Add(await ReadAsync(one, cancellation));
        return reports.DrainToImmutable();
    }

    /// <summary>Null where there is no such experiment.</summary>
    public async Task<ExperimentReport?> FindAsync(string name, CancellationToken cancellation) =>
        await store.ExperimentAsync(name, cancellation) is { } one ? await ReadAsync(one, cancellation) : null;

    async Task<ExperimentReport> ReadAsync(RegisteredExperiment registered, CancellationToken cancellation)
    {
        var experiment = registered.Experiment;
        var zone = definitions.Zone;
        var (firstAfter, lastBefore) =
            (ExperimentCalendar.FirstAfter(experiment.Start, zone), ExperimentCalendar.LastBefore(experiment.Start, zone));
        var planned = ExperimentCalendar.WholeWeeks(firstAfter, experiment.End, zone);
        var known = await store.OwnedServicesAsync(cancellation);
        var begins = await store.FirstDeploymentsAsync(experiment.Environment, cancellation);
        var (scope, others) =
            (Scope(experiment, known), known.Select(one => one.Name)
                .Where(name => experiment.Comparison.Contains(name, StringComparer.OrdinalIgnoreCase)).ToImmutableArray());
        var earliest = ExperimentCalendar.After(lastBefore, -LeastBefore, zone);
        ImmutableArray<string> own = [.. scope.Where(IsOldEnough)], beside = [.. others.Where(IsOldEnough)];

        // No service's history begins within the weeks before.
        var before = own.Concat(beside)
            .Select(name => ExperimentCalendar.WholeWeeks(ExperimentCalendar.FirstAfter(begins[name], zone), lastBefore, zone))
            .Append(Math.Max(planned, UsualBefore)).Min();
        var from = ExperimentCalendar.After(lastBefore, -before, zone);
        var now = clock.GetUtcNow();
        var end = registered.End < now ? registered.End : now;
        var newest = await store.NewestDeploymentAsync(null, experiment.Environment, cancellation) ?? firstAfter;
        var after = Math.Min(planned, ExperimentCalendar.WholeWeeks(firstAfter, newest < end ? newest : end, zone));
        var until = ExperimentCalendar.After(firstAfter, after, zone);
        var sides = new Sides(metrics, experiment, own, beside, from, lastBefore, firstAfter, until);
        var because = own.IsEmpty ? WhyNothing(scope)
            : WhyNot(experiment.Aim.Metric)
                ?? (beside.IsEmpty && !experiment.Comparison.IsEmpty
                    ? "none of the services that it is compared with was deployed early enough" : null);
        var looks = because is not null ? []
            : Look.Of(
                experiment.Aim, experiment.FalseAlarms, planned, await sides.OwnAsync(experiment.Aim.Metric, cancellation),
                await sides.OthersAsync(experiment.Aim.Metric, cancellation));
        var look = looks.IsEmpty ? null : looks[^1];
        var state = registered.StoppedAt is { } stopped && stopped < experiment.End && stopped <= now ? ExperimentState.Stopped
            : now < experiment.Start ? ExperimentState.Planned : now < experiment.End ? ExperimentState.Running
            : ExperimentState.Ended;
        if (look?.Effect is null) because ??= WhyNoEffect(state, after, until, firstAfter, zone);
        var guardrails = ImmutableArray.CreateBuilder<GuardrailAnswer>();
        foreach (var guardrail in experiment.Guardrails)
            guardrails.Add(await GuardAsync(guardrail, sides, experiment, planned, own.IsEmpty, cancellation));
        var (ownSide, othersSide) =
            (await sides.OwnSideAsync(cancellation), experiment.Comparison.IsEmpty ? null
                : await sides.OthersSideAsync(cancellation));
        var needs = look is { Verdict: Verdict.CannotTell } ? Needs(experiment, look, ownSide, planned) : null;
        var report = new ExperimentReport
        {
            Experiment = experiment,
            RegisteredAt = registered.At,
            RegisteredBy = registered.By,
            RegisteredDaysLate = registered.DaysLate,
            StoppedAt = registered.StoppedAt,
            StoppedBy = registered.StoppedBy,
            StoppedBecause = registered.StoppedBecause,
            State = state,
            Verdict = look?.Verdict ?? Verdict.CannotTell,
            Says = "",
            Effect = look?.Effect is { } effect ? EffectAnswer.Of(experiment.Aim.Metric, effect, look.Measured) : null,
            Because = look?.Effect is null ? because : null,
            Needs = needs,
            Guardrails = guardrails.DrainToImmutable(),
            Own = ownSide,
            Others = othersSide,
            Looks = [.. looks.Select(one => new LookAnswer(
                one.Week, ExperimentCalendar.After(firstAfter, one.Week, zone),
                one.Effect is { } found ? EffectAnswer.Of(experiment.Aim.Metric, found, one.Measured) : null, one.Verdict))],
            LooksPlanned = planned - Look.First + 1,
            LeftOutDays = LeftOut(),
            LeftOutServices =
            [
                .. scope.Concat(others).Except(own).Except(beside)
                    .Select(name => new LeftOutService(name, begins.TryGetValue(name, out var first)
                        ? $"it was first deployed on {ExperimentWords.Day(first, zone)}, less than {LeastBefore} whole weeks "
                            + "before the start" : "it was never deployed")),
            ],
        };
        return report with { Says = ExperimentWords.Says(report, zone) };

        bool IsOldEnough(string name) =>
            begins.TryGetValue(name, out var first) && ExperimentCalendar.FirstAfter(first, zone) <= earliest;

        ImmutableArray<LeftOutDays> LeftOut()
        {
            var days = ImmutableArray.CreateBuilder<LeftOutDays>();
            if (lastBefore < firstAfter)
                days.Add(
                    new LeftOutDays(lastBefore, firstAfter, "the week in which it started: in part before and in part after"));
            if (until < end && after < planned)
                days.Add(new LeftOutDays(
                    until, end,
                    ExperimentCalendar.WholeWeeks(firstAfter, end, zone) > after ? "nothing that was deployed later is known"
                        : "no whole week yet"));
            else if (until < experiment.End && after == planned)
                days.Add(new LeftOutDays(until, experiment.End, "no whole week"));
            return days.DrainToImmutable();
        }
    }

    /// <summary>The services that an experiment is about.</summary>
    internal static ImmutableArray<string> Scope(Experiment experiment, ImmutableArray<OwnedService> known) =>
    [
        .. known.Where(
            one => (experiment.Services.IsEmpty || experiment.Services.Contains(one.Name, StringComparer.OrdinalIgnoreCase))
                && Is(experiment.Team, one.Team) && Is(experiment.Area, one.Area)
                && !experiment.Comparison.Contains(one.Name, StringComparer.OrdinalIgnoreCase)).Select(one => one.Name),
    ];

    async Task<GuardrailAnswer> GuardAsync(
        Guardrail guardrail, Sides sides, Experiment experiment, int planned, bool isEmpty, CancellationToken cancellation)
    {
        var aim = new Aim(guardrail.Metric, Aim.BetterOf(guardrail.Metric), 0);
        var looks = isEmpty || WhyNot(guardrail.Metric) is not null ? [] : Look.Of(
            aim, experiment.FalseAlarms, planned, await sides.OwnAsync(guardrail.Metric, cancellation),
            await sides.OthersAsync(guardrail.Metric, cancellation));
        var look = looks.IsEmpty ? null : looks[^1];
        var state = Verdicts.Of(guardrail, look?.Effect);
        var effect = look?.Effect is { } found ? EffectAnswer.Of(guardrail.Metric, found, look.Measured) : null;
        return new GuardrailAnswer(
            guardrail.Metric, guardrail.Tolerated, state, effect,
            ExperimentWords.Of(guardrail, state, effect, WhyNot(guardrail.Metric)));
    }

    Needed Needs(Experiment experiment, Look look, ExperimentSide own, int planned)
    {
        if (own.Before is not { } before || own.After is not { } after || look.Effect is null)
            return new Needed(null, null, "how many more deployments it needs cannot be said yet");
        var bound = Spending.Bounds(experiment.FalseAlarms, before.Weeks, Look.First, planned)[^1];
        if (Verdicts.Enough(experiment.Aim, look.Measured, after.Deployments, before.Deployments, bound) is not { } enough)
        {
            return new Needed(
                null, null,
                $"however many deployments follow, so small an effect cannot be told from the {before.Deployments:N0} before "
                + "the start"
                    + (Verdicts.EnoughOnEitherSide(
                        experiment.Aim, look.Measured, after.Deployments, before.Deployments,
                        bound) is { } each ? $": it takes about {each:N0} on either side" : ""));
        }
        var perWeek = Math.Max(1, (double)after.Deployments / after.Weeks);

        // What is there may be enough for most; one week more is the least that can change a word.
        var more = Math.Max(enough - after.Deployments, (long)Math.Ceiling(perWeek));
        var weeks = (int)Math.Min(int.MaxValue, Math.Ceiling(more / perWeek));
        return new Needed(
            more, weeks,
            $"it needs about {ExperimentWords.Count(more, "more deployment")}, which is "
                + $"{ExperimentWords.Count(weeks, "week")} at the present rate");
    }

    string WhyNothing(ImmutableArray<string> scope) =>
        scope.IsEmpty ? "no known service is in its scope"
            : "no service in its scope was deployed early enough before the start";

    /// <summary>Why a metric is not to be had under the definitions in force; null where it is.</summary>
    string? WhyNot(string metric) => metric != "change_failure_rate" ? null
        : definitions.Failure.Signals.IsEmpty ? "no failure signal is switched on"
        : definitions.Failure.Rate == FailureRateOf.Incidents
        ? "under these definitions the change failure rate is incidents for each deployment, which is no share" : null;

    static string WhyNoEffect(
        ExperimentState state, int after, DateTimeOffset until, DateTimeOffset firstAfter,
        TimeZoneInfo zone) => (state, after) switch
        {
            (ExperimentState.Planned, _) => "it has not started",
            (ExperimentState.Running, < Look.First) =>
                $"the first look is after {Look.First} whole weeks, on "
                    + $"{ExperimentWords.Day(ExperimentCalendar.After(firstAfter, Look.First, zone), zone)}",
            (_, < Look.First) =>
                $"it has {ExperimentWords.Count(after, "whole week")} with data after the start, and the first look is after "
                    + $"{Look.First}",
            _ => $"up to {ExperimentWords.Day(until, zone)} there are too few rows for an interval",
        };

    static bool Is(string? asked, string? value) => asked is null || asked.Equals(value, StringComparison.OrdinalIgnoreCase);

    /// <summary>The weeks of both sides, each metric asked for once.</summary>
    sealed class Sides(
        MetricsReader metrics, Experiment experiment, ImmutableArray<string> own, ImmutableArray<string> others,
        DateTimeOffset from, DateTimeOffset lastBefore,
        DateTimeOffset firstAfter, DateTimeOffset until)
    {
        readonly Dictionary<(string, bool), ExperimentWeeks> known = [];

        public Task<ExperimentWeeks> OwnAsync(string metric, CancellationToken cancellation) =>
            WeeksAsync(metric, isOwn: true, cancellation);

        public async Task<ExperimentWeeks?> OthersAsync(string metric, CancellationToken cancellation) =>
            experiment.Comparison.IsEmpty ? null : await WeeksAsync(metric, isOwn: false, cancellation);

        public Task<ExperimentSide> OwnSideAsync(CancellationToken cancellation) => SideAsync(isOwn: true, cancellation);

        public Task<ExperimentSide> OthersSideAsync(CancellationToken cancellation) => SideAsync(isOwn: false, cancellation);

        async Task<ExperimentWeeks> WeeksAsync(string metric, bool isOwn, CancellationToken cancellation)
        {
            if (known.TryGetValue((metric, isOwn), out var weeks)) return weeks;
            var services = isOwn ? own : others;
            var all = services.IsEmpty || from >= until ? []
                : await metrics.WeeksAsync(
                    metric, new MetricsQuery(services, experiment.Environment, from, until), cancellation);
            return known[(metric, isOwn)] = new ExperimentWeeks(
                [.. all.Where(week => week.From < lastBefore)], [.. all.Where(week => week.From >= firstAfter)]);
        }

        async Task<ExperimentSide> SideAsync(bool isOwn, CancellationToken cancellation)
        {
            var services = isOwn ? own : others;
            if (services.IsEmpty) return new ExperimentSide([], null, null);
            var (deployments, weeks) =
                (await WeeksAsync(
                    "deployment_frequency", isOwn, cancellation), await WeeksAsync(experiment.Aim.Metric, isOwn, cancellation));
            return new ExperimentSide(
                services, Window(deployments.Before, weeks.Before, from, lastBefore),
                Window(deployments.After, weeks.After, firstAfter, until));
        }

        ExperimentWindow? Window(
            IReadOnlyList<LevelWeek> deployments, IReadOnlyList<LevelWeek> weeks, DateTimeOffset begins, DateTimeOffset ends)
        {
            if (weeks.Count == 0) return null;
            var rows = Effect.Rows(weeks);
            var value = experiment.Aim.Metric switch
            {
                "deployment_frequency" => (double?)(rows / (7.0 * weeks.Count)),
                "lead_time" or "recovery_time" => Effect.Together(weeks).Median,
                _ => rows == 0 ? null : (double)Effect.Parts(weeks) / rows,
            };
            return new ExperimentWindow(
                begins, ends, weeks.Count, Effect.Rows(deployments), rows, value is { } number ? Math.Round(number, 6) : null);
        }
    }
}
