using Leadline.Core;

namespace Leadline.Sources;

/// <summary>Reads a body that holds several things of one kind, such as a page of an API.</summary>
static class Several
{
    /// <summary>The facts of all; where none gives any, the reason of the first.</summary>
    /// <param name="readings">What each of them gives.</param>
    /// <param name="things">What they are, as a sentence calls them: <c>incidents</c>.</param>
    public static Reading Of(IEnumerable<Reading> readings, string things)
    {
        var all = readings.ToList();
        Fact[] facts = [.. all.OfType<FactsReading>().SelectMany(reading => reading.Facts)];
        if (facts.Length > 0) return Reading.Of([.. facts]);
        return all.Count == 0 ? Reading.Ignored($"its list of {things} is empty") : all[0];
    }
}
