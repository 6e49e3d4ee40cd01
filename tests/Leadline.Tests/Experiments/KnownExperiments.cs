using System.Collections.Immutable;
using Leadline.Experiments;

namespace Leadline.Tests.Experiments;

/// <summary>Experiments with known truth, and how often each word may come and must come.</summary>
static class KnownExperiments
{
    static readonly Practice Usual = new();
    static readonly Aim Frequency = new("deployment_frequency", Direction.Up, 0.2), Lead = new("lead_time", Direction.Down, 0.2),
        Recovery = new("recovery_time", Direction.Down, 0.3),
        Failures = new("change_failure_rate", Direction.Down, 0.05), Rework = new("rework_rate", Direction.Down, 0.05);

    /// <summary>Half of it on either side.</summary>
    const double Alpha = 0.05, Half = 0.025;

    public static readonly ImmutableArray<KnownExperiment> All =
    [
        Nothing("frequency", Frequency, Usual),
        Nothing("frequency, weeks vary four times as by chance", Frequency, Usual with { Dispersion = 4 }),
        Nothing("frequency, two a week", Frequency, Usual with { PerWeek = 2 }),
        Nothing("lead time", Lead, Usual),
        Nothing("lead time, five weeks before", Lead, Usual) with { WeeksBefore = 5 },
        Nothing("frequency, five weeks before", Frequency, Usual) with { WeeksBefore = 5 },
        Nothing("change failure rate, 26 weeks", Failures, Usual) with { WeeksBefore = 26, Weeks = 26 },
        Nothing("lead time, slow weeks and fast ones", Lead, Usual with { LeadOfWeek = 0.5 }),
        Nothing("change failure rate", Failures, Usual),
        Nothing("change failure rate, two a week", Failures, Usual with { PerWeek = 2 }),
        Nothing("recovery time", Recovery, Usual),
        Nothing("rework", Rework, Usual),
        Helps("frequency", "half as many again", Frequency, Usual with { PerWeek = 18 }),
        Helps("lead time", "four tenths shorter", Lead, Usual with { LeadHours = 12 }),
        Helps(
            "change failure rate", "from 30 % to 12 %", Failures, Usual with { FailureShare = 0.12 },
            Usual with { FailureShare = 0.3 }),
        Helps("recovery time", "a third of it", Recovery, Usual with { RecoveryHours = 1 }),
        Helps("rework", "from 35 % to 15 %", Rework, Usual with { ReworkShare = 0.15 }, Usual with { ReworkShare = 0.35 }),
        Harms("frequency", "four tenths fewer", Frequency, Usual with { PerWeek = 7.2 }),
        Harms("lead time", "six tenths longer", Lead, Usual with { LeadHours = 32 }),
        Harms("change failure rate", "from 15 % to 35 %", Failures, Usual with { FailureShare = 0.35 }),
        Harms("recovery time", "three times as long", Recovery, Usual with { RecoveryHours = 9 }),
        Harms("rework", "from 20 % to 45 %", Rework, Usual with { ReworkShare = 0.45 }),
        new("lead time, only half would be worth having", "no effect", Lead with { Worth = 0.5 }, Usual, Usual)
        {
            Found = (Verdict.NoChangeWorthHaving, 0.9), Wrong = ([Verdict.Helped, Verdict.Harmed], Alpha),
        },
        new(
            "lead time, exactly as much as is worth having", "three tenths shorter", Lead with { Worth = 0.3 }, Usual,
            Usual with { LeadHours = 14 })
        {
            Found = (Verdict.Helped, 0.5), Wrong = ([Verdict.NoChangeWorthHaving, Verdict.Harmed], Alpha),
        },
        new(
            "frequency, more of which fail", "twice as many; failures 15 % to 40 %", Frequency, Usual,
            Usual with { PerWeek = 24, FailureShare = 0.4 })
        {
            Guardrail = new("change_failure_rate", 0.05), Found = (Verdict.Helped, 0.9), Guard = (Guarded.Worse, 0.8, 1),
        },
        new(
            "frequency, as many of which fail", "twice as many; failures stay 15 %", Frequency, Usual,
            Usual with { PerWeek = 24 })
        {
            Guardrail = new("change_failure_rate", 0.1), Found = (Verdict.Helped, 0.9), Guard = (Guarded.Worse, 0, Half),
        },
        new(
            "frequency, a freeze everywhere, taken alone", "no effect; everybody deploys half as much", Frequency, Usual,
            Usual with { PerWeek = 6 })
        {
            Found = (Verdict.Harmed, 0.9),
        },
        new(
            "frequency, a freeze everywhere, compared", "no effect; everybody deploys half as much", Frequency, Usual,
            Usual with { PerWeek = 6 })
        {
            Others = (Usual with { PerWeek = 30 }, Usual with { PerWeek = 15 }),
            Wrong = ([Verdict.Helped, Verdict.Harmed], Alpha),
        },
        new(
            "frequency, helped through a freeze, compared", "twice what it would have been", Frequency, Usual,
            Usual with { PerWeek = 12 })
        {
            Others = (Usual with { PerWeek = 30 }, Usual with { PerWeek = 15 }), Found = (Verdict.Helped, 0.8),
            Wrong = ([Verdict.Harmed], Half),
        },
        new(
            "failures, a bad vendor everywhere, taken alone", "no effect; everybody fails 20 points more", Failures, Usual,
            Usual with { FailureShare = 0.35 })
        {
            Found = (Verdict.Harmed, 0.7),
        },
        new(
            "failures, a bad vendor everywhere, compared", "no effect; everybody fails 20 points more", Failures, Usual,
            Usual with { FailureShare = 0.35 })
        {
            Others = (Usual with { PerWeek = 30 }, Usual with { PerWeek = 30, FailureShare = 0.35 }),
            Wrong = ([Verdict.Helped, Verdict.Harmed], Alpha),
        },
        new(
            "lead time, slow builds everywhere, compared", "no effect; everybody takes twice as long", Lead, Usual,
            Usual with { LeadHours = 40 })
        {
            Others = (Usual with { PerWeek = 30 }, Usual with { PerWeek = 30, LeadHours = 40 }),
            Wrong = ([Verdict.Helped, Verdict.Harmed], Alpha),
        },
    ];

    /// <summary>All of them with how often each word came, line by line.</summary>
    public static IEnumerable<string> Table() => Outcome.Heading.Concat(All.Select(one => one.Run().ToString()));

    static KnownExperiment Nothing(string name, Aim aim, Practice practice) =>
        new(name, "no effect", aim, practice, practice) { Wrong = ([Verdict.Helped, Verdict.Harmed], Alpha) };

    static KnownExperiment Helps(string name, string truth, Aim aim, Practice after, Practice? before = null) =>
        new(
            name, truth, aim, before ?? Usual,
            after)
        { Found = (Verdict.Helped, 0.6), Wrong = ([Verdict.Harmed, Verdict.NoChangeWorthHaving], Half) };

    static KnownExperiment Harms(string name, string truth, Aim aim, Practice after) =>
        new(name, truth, aim, Usual, after) { Found = (Verdict.Harmed, 0.6), Wrong = ([Verdict.Helped], Half) };
}
