using Leadline.Storage;

namespace Leadline.Web;

/// <summary>The ledger's own filters as an address says them; the page and its downloads read them alike.</summary>
/// <param name="Problem">What could not be followed, in a sentence; null where all could.</param>
public sealed record LedgerFilter(string Kind, string Text, LedgerSort Sort, bool IsRising, string? Problem)
{
    /// <summary>More is nobody's version or sha.</summary>
    const int LongestText = 200;

    public static LedgerFilter Of(IQueryCollection query)
    {
        var (kind, sort, order) = (Word("kind") ?? "all", Word("sort") ?? "time", Word("order") ?? "falling");
        var text = Word("text") ?? "";
        string? problem = null;
        if (!LedgerQuery.Kinds.Any(known => known.Kind == kind))
        {
            problem =
                $"There is no kind '{kind}' of rows: choose one of "
                    + $"{string.Join(", ", LedgerQuery.Kinds.Select(known => known.Kind))}.";
            kind = "all";
        }

        if (text.Length > LongestText)
            (text, problem) = ("", $"No version or sha is longer than {LongestText} letters: search for less.");
        LedgerSort? by = sort switch
        {
            "time" => LedgerSort.Time,
            "lead_time" => LedgerSort.LeadTime,
            "recovery" => LedgerSort.Recovery,
            _ => null,
        };
        if (by is null) problem = $"There is no order '{sort}': choose one of time, lead_time and recovery.";
        if (order is not ("rising" or "falling")) problem = $"'{order}' is no direction: choose rising or falling.";
        return new LedgerFilter(kind, text, by ?? LedgerSort.Time, order == "rising", problem);

        string? Word(string key) => query[key] is [{ Length: > 0 } word, ..] ? word : null;
    }

    public LedgerQuery Of(Selection selection) => new(selection.Query, Kind, Text, Sort, IsRising);

    /// <summary>The address of these rows, of the page or of a download.</summary>
    public string Link(Selection selection, string path, string? cursor = null) => selection.Link(
        path, ("kind", Kind == "all" ? null : Kind), ("text", Text.Length == 0 ? null : Text),
        ("sort", Sort == LedgerSort.Time ? null : Word(Sort)),
        ("order", IsRising ? "rising" : null), ("cursor", cursor));

    /// <summary>The same rows in the order of a column; the other way round where they are so already.</summary>
    public LedgerFilter By(LedgerSort sort) => this with { Sort = sort, IsRising = Sort == sort && !IsRising };

    public static string Word(LedgerSort sort) =>
        sort switch { LedgerSort.Time => "time", LedgerSort.LeadTime => "lead_time", _ => "recovery" };
}
