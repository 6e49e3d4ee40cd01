using System.Text.Json;
using Leadline.Core;

namespace Leadline.Sources.Paging;

/// <summary>What a request carries along of the comparison that it is a page of.</summary>
/// <param name="Before">How many commits the pages before it had.</param>
sealed record ComparedCommits(string Base, string Head, int Before = 0)
{
    public static string About(Sha from, Sha to) => new ComparedCommits(from.ToString(), to.ToString()).Write();

    /// <exception cref="JsonException">The request is of no comparison.</exception>
    public static ComparedCommits Of(PageRequest request) =>
        JsonSerializer.Deserialize(request.About ?? "null", PagingJson.Default.ComparedCommits)
            ?? throw new JsonException("it is of no comparison");

    public string Write() => JsonSerializer.Serialize(this, PagingJson.Default.ComparedCommits);

    /// <summary>The same page always has the same key.</summary>
    public string Key => $"{ComparingCursor.Word}:{ComparingCursor.PairOf(Base, Head)}:{Before}";
}
