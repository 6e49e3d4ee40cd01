using System.Collections.Immutable;

namespace Leadline.Metrics;

/// <summary>
/// The scores of DORA's Quick Check: of six answers the v-th, from the worst, scores 2 (v − 1); of a share p of failures 10 (1 −
/// p) (dora-team/dora.dev, svelte/quick-check).
/// </summary>
public static class QuickCheckScale
{
    public const double Best = 10;

    const double Step = 2, Day = 86_400, Month = 30 * Day;

    /// <summary>From the best on: below so many seconds.</summary>
    static readonly ImmutableArray<(double Bound, string Says)> Spans =
    [
        (3600, "less than one hour"), (Day, "less than one day"), (7 * Day, "one day to one week"),
        (Month, "one week to one month"), (6 * Month, "one to six months"),
        (double.PositiveInfinity, "more than six months"),
    ];

    /// <summary>
    /// From the best on: at least so often a day. On demand is how a team may deploy; of what it did, more than once an hour is
    /// taken for it.
    /// </summary>
    static readonly ImmutableArray<(double Bound, string Says)> Rates =
    [
        (24, "on demand"), (1, "once per hour to once per day"), (1 / 7.0, "once per day to once per week"),
        (1 / 30.0, "once per week to once per month"),
        (1 / 180.0, "once per month to once per six months"), (double.NegativeInfinity, "fewer than once per six months"),
    ];

    /// <summary>The score of a metric's value, with the words of its answer.</summary>
    public static (double Score, string Says) Of(string metric, double value) => metric switch
    {
        "deployment_frequency" => Answer(Rates, rate => value >= rate.Bound),
        "lead_time" or "recovery_time" => Answer(Spans, span => value < span.Bound),
        _ => (Best * (1 - value), $"{Human.Share(value)} {(metric == "rework_rate" ? "repair" : "fail")}"),
    };

    static (double Score, string Says) Answer(
        ImmutableArray<(double Bound, string Says)> answers, Predicate<(double Bound, string Says)> holds)
    {
        var place = 0;
        while (!holds(answers[place])) place++;
        return (Best - (Step * place), answers[place].Says);
    }
}
