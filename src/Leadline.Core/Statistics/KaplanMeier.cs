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
    /// <param name="spans">How long each ran, and whether it has ended (or was still running when last seen).</param>
    public static double? Median(IEnumerable<(double Time, bool Ended)> spans)
    {
        var ordered = spans.OrderBy(span => span.Time).ToList();
        var running = 1.0;
        for (var i = 0; i < ordered.Count;)
        {
            int next = i, ended = 0;
            while (next < ordered.Count && ordered[next].Time == ordered[i].Time)
                if (ordered[next++].Ended) ended++;
            running *= 1 - ((double)ended / (ordered.Count - i));

            // The product of exact fractions may miss one half by its last digit.
            if (ended > 0 && running <= 0.5 + 1e-12) return ordered[i].Time;
            i = next;
        }

        return null;
    }
}
