using System.Collections.Immutable;
using Leadline.Experiments;
using Leadline.Metrics;

namespace Leadline.Tests.Experiments;

/// <summary>
/// An experiment whose truth is known, because both sides of it were made; judged over many histories, each looked at every
/// week.
/// </summary>
/// <param name="Truth">In words.</param>
/// <param name="Before">What the team did before the start.</param>
/// <param name="After">What it did from then on.</param>
sealed record KnownExperiment(string Name, string Truth, Aim Aim, Practice Before, Practice After)
{
    public const int Histories = 1000;

    const double FalseAlarms = 0.05;

    public int WeeksBefore { get; init; } = 12;

    /// <summary>After the start.</summary>
    public int Weeks { get; init; } = 12;

    /// <summary>
    /// What other teams, where nothing was changed, did at the same times; null where it is compared with none.
    /// </summary>
    public (Practice Before, Practice After)? Others { get; init; }

    public Guardrail? Guardrail { get; init; }

    /// <summary>The least share of histories in which the word that is true is the last; null where none is asked for.</summary>
    public (Verdict Verdict, double AtLeast)? Found { get; init; }

    /// <summary>The most histories of all in which one of these words may come at any look.</summary>
    public (ImmutableArray<Verdict> Verdicts, double AtMost)? Wrong { get; init; }

    /// <summary>What becomes of the guardrail, and the least and the most share of histories that it may be.</summary>
    public (Guarded Word, double AtLeast, double AtMost)? Guard { get; init; }

    /// <summary>Counts the words over all histories, which are made and judged side by side.</summary>
    public Outcome Run()
    {
        var (last, ever, guards, either, naive, days) = (new int[4], new int[4], new int[3], 0, 0, new List<int>());
        for (var seed = 0; seed < Histories; seed++)
        {
            var (own, others) = (new MadeTeam((seed * 2) + 1), new MadeTeam((seed * 2) + 2));
            var (ownBefore, ownAfter) = (own.Live(Before, WeeksBefore), own.Live(After, Weeks, WeeksBefore));
            var (othersBefore, othersAfter) = Others is { } practices
                ? (others.Live(practices.Before, WeeksBefore), others.Live(practices.After, Weeks, WeeksBefore)) : (null, null);
            var looks = Look.Of(
                Aim, FalseAlarms, Weeks, Of(ownBefore, ownAfter, Aim.Metric),
                othersBefore is null ? null : Of(othersBefore, othersAfter!, Aim.Metric));
            last[(int)looks[^1].Verdict]++;
            foreach (var verdict in looks.Select(look => look.Verdict).Distinct()) ever[(int)verdict]++;
            if (looks.Any(look => look.Verdict is Verdict.Helped or Verdict.Harmed)) either++;
            if (looks.FirstOrDefault(look => look.Verdict != Verdict.CannotTell) is { } first) days.Add(first.Week);

            // What a reader sees who compares with the weeks before, each week anew, and takes rows for independent.
            if (looks.Any(look => look.Measured.Own?.Independent.IsClear == true)) naive++;
            if (Guardrail is not { } guardrail) continue;
            var aside = new Aim(guardrail.Metric, Aim.BetterOf(guardrail.Metric), 0);
            guards[(int)Verdicts.Of(
                guardrail, Look.Of(aside, FalseAlarms, Weeks, Of(ownBefore, ownAfter, guardrail.Metric), null)[^1].Effect)]++;
        }

        days.Sort();
        return new Outcome(
            this, Histories, [.. last], [.. ever], [.. guards], either, naive, days.Count == 0 ? null : days[days.Count / 2]);
    }

    static ExperimentWeeks Of(
        Dictionary<string, List<LevelWeek>> before, Dictionary<string, List<LevelWeek>> after, string metric) =>
            new(before[metric], after[metric]);
}

/// <param name="Last">Histories by the word at the last look, in the order of <see cref="Verdict"/>.</param>
/// <param name="Ever">Histories by words that came at any look.</param>
/// <param name="Guards">Histories by what became of the guardrail.</param>
/// <param name="Either">Histories in which help or harm was said at any look.</param>
/// <param name="Naive">Histories in which an interval of independent rows, looked at every week, ever leaves out no
/// change.</param>
/// <param name="Week">The median week of the first word that is not <c>cannot tell</c>.</param>
sealed record Outcome(
    KnownExperiment Experiment, int Histories, ImmutableArray<int> Last, ImmutableArray<int> Ever, ImmutableArray<int> Guards,
    int Either, int Naive, int? Week)
{
    public double LastShare(Verdict verdict) => (double)Last[(int)verdict] / Histories;

    public double GuardShare(Guarded word) => (double)Guards[(int)word] / Histories;

    /// <summary>In how many histories any of the words came at any look; where help and harm are meant, either.</summary>
    public double EverShare(ImmutableArray<Verdict> verdicts) =>
        (double)(verdicts is [Verdict.Helped, Verdict.Harmed] ? Either : verdicts.Sum(verdict => Ever[(int)verdict]))
            / Histories;

    /// <summary>What is not as it must be, in a sentence each.</summary>
    public IEnumerable<string> Faults()
    {
        if (Experiment.Found is var (verdict, least) && LastShare(verdict) < least)
            yield return $"{Experiment.Name}: {verdict} in {LastShare(verdict):P1}, not {least:P0}";
        if (Experiment.Wrong is var (words, most) && EverShare(words) > most)
            yield return $"{Experiment.Name}: {string.Join(" or ", words)} in {EverShare(words):P1}, over {most:P1}";
        if (Experiment.Guard is var (word, low, high) && (GuardShare(word) < low || GuardShare(word) > high))
            yield return $"{Experiment.Name}: guardrail {word} in {GuardShare(word):P1}";
    }

    public override string ToString() => string.Join(" | ",
        [
            $"{Experiment.Name,-47}", $"{Experiment.Truth,-41}",
            .. Enum.GetValues<Verdict>().Select(verdict => $"{100 * LastShare(verdict),5:0.0}"),
            $"{100.0 * Either / Histories,5:0.0}", $"{100.0 * Naive / Histories,5:0.0}", $"{Week?.ToString() ?? "–",4}",
            Experiment.Guardrail is null ? ""
                : string.Join(" ", Enum.GetValues<Guarded>().Select(word => $"{100 * GuardShare(word):0.0}")),
        ]).TrimEnd(' ', '|');

    public static IEnumerable<string> Heading =>
    [
        $"{KnownExperiment.Histories} histories each, 12 weeks before and after where the name says nothing else, looked at "
            + "after every week from the fourth on; percent of histories. The words are those of the last look.",
        "Ever: help or harm was said at any look. Naive: an interval of independent rows against the weeks before, looked at "
            + "every week, ever leaves out no change. Week: median of the first word that tells. Guardrail: not worse, worse, "
            + "cannot tell.",
        string.Join(
            " | ",
            [
                $"{"experiment",-47}", $"{"truth",-41}", "help ", "harm ", "none ", "????? ", " ever", "naive", "week",
                "guardrail",
            ]),
    ];
}
