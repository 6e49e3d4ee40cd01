using Microsoft.AspNetCore.Components;

namespace Leadline.Web;

/// <summary>
/// A part of a page, or a page without filters, whose links take along what the address says the reader is looking at.
/// </summary>
public abstract class LinkingPart : ComponentBase
{
    [CascadingParameter] public required HttpContext Http { get; set; }

    /// <inheritdoc cref="SelectionWords.Along"/>
    protected string Along(string address, params ReadOnlySpan<(string Key, string? Value)> more) =>
        SelectionWords.Along(Http.Request.Query, address, more);
}
