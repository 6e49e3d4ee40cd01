namespace Leadline.Metrics;

/// <summary>Numbers as a person reads them; null is "no data", never 0.</summary>
public static class Human
{
    public const string NoData = "no data";

    /// <summary><c>2 h 10 min</c>, <c>3.1 days</c>: two units at the most.</summary>
    public static string Span(double? seconds)
    {
        if (seconds is not { } value) return NoData;
        if (value <= -0.5) return "−" + Span(-value);
        var total = (long)Math.Round(value);
        if (total < 60) return $"{total} s";
        if (total < 3600) return With(total / 60, "min", total % 60 == 0 || total >= 600 ? 0 : total % 60, "s");
        if (total < 86_400) return With(total / 3600, "h", total % 3600 / 60, "min");
        return total < 14 * 86_400 ? With(total / 86_400, total < 2 * 86_400 ? "day" : "days", total % 86_400 / 3600, "h")
            : $"{Math.Round(total / 86_400.0)} days";
    }

    /// <summary><c>≈ 2 h 10 min</c> where it was estimated from a histogram: within 1 %.</summary>
    public static string About(string span, Percentiles percentiles) =>
        percentiles == Percentiles.Estimated && span != NoData ? "≈ " + span : span;

    /// <summary><c>3.1 a day</c>, <c>2.4 a week</c>, <c>1.5 a month</c>: the unit in which it is at least one.</summary>
    public static string Rate(double? perDay) => perDay switch
    {
        null => NoData,
        >= 1 => $"{Round(perDay.Value)} a day",
        >= 1 / 7.0 => $"{Round(perDay.Value * 7)} a week",
        _ => $"{Round(perDay.Value * 30.44)} a month",
    };

    public static string Share(double? share) => share is { } value ? $"{Round(value * 100)} %" : NoData;

    static string With(long first, string unit, long second, string smaller) =>
        second == 0 ? $"{first} {unit}" : $"{first} {unit} {second} {smaller}";

    static string Round(double value) => value >= 10 ? value.ToString("0") : value.ToString("0.#");
}
