using Leadline.Storage;

namespace Leadline.Web;

/// <summary>Overrides in the words of a page.</summary>
static class OverrideWords
{
    /// <summary>What is said: <c>marked as failed</c>.</summary>
    public static string Said(string kind) => kind switch
    {
        "failed" => "marked as failed",
        "not_failed" => "marked as not failed",
        "link_incident" => "incident linked",
        "unlink_incident" => "incident unlinked",
        "exclude" => "excluded from metrics",
        _ => kind.Replace('_', ' '),
    };

    /// <summary>What became of it, and why where that is not plain.</summary>
    public static string State(OverrideEntry entry) => entry.State switch
    {
        "nothing" => "acts on nothing",
        "replaced" => "replaced by a later one",
        var state => state,
    };

    /// <summary>What it speaks of is not there, and what that can be.</summary>
    public static string? Because(OverrideEntry entry) => entry.State != "nothing" ? null
        : entry.Kind is "link_incident" or "unlink_incident" ? "its deployment or incident is not in what is judged"
        : "its deployment is not in the ledger";
}
