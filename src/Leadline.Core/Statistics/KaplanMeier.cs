namespace Leadline.Core;

/// <summary>
/// The product-limit estimate of Kaplan and Meier (Nonparametric Estimation from Incomplete Observations, JASA 53, 1958).
/// </summary>
public static class KaplanMeier
{
    /// <summary>
    /// The earliest time at which the estimated share still running is one half or less; null where it never falls that far, as
    /// when most are still running. Of equal times, those that ended go before those that are still running.
    /// </summary>
    /// <param name="spans">How long each ran, how many ran so long, and whether they have ended (or were still running when last
    /// seen).</param>
    public static double? Median(IEnumerable<(double Time, long Count, bool Ended)> spans)
    {
        var ordered = spans.OrderBy(span => span.Time).ToList();
        var running = 1.0;
        var left = ordered.Sum(span => span.Count);
        for (var i = 0; i < ordered.Count;)
        {
            long ended = 0, seen = 0;
            var time = ordered[i].Time;
            for (; i < ordered.Count && ordered[i].Time == time; i++)
            {
                seen += ordered[i].Count;
                if (ordered[i].Ended) ended += ordered[i].Count;
            }

            running *= 1 - ((double)ended / left);
            left -= seen;

            // The product of exact fractions may miss one half by its last digit.
            if (ended > 0 && running <= 0.5 + 1e-12) return time;
        }

        return null;
    }
}
