using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Storage;
using Microsoft.AspNetCore.Components;

namespace Leadline.Web;

/// <summary>A page about services, an environment and a window, all of which stand in its address.</summary>
public abstract class SelectedPage : ComponentBase
{
    [Inject] public required Store Store { get; set; }

    [Inject] public required Definitions Definitions { get; set; }

    [Inject] public required TimeProvider Clock { get; set; }

    [CascadingParameter] public required HttpContext Http { get; set; }

    protected string? Cursor { get; private set; }

    protected Selection Selection { get; private set; } = null!;

    /// <summary>Those that there are, by name.</summary>
    protected ImmutableArray<OwnedService> Services { get; private set; } = [];

    /// <summary>Whether nothing was judged yet: then a page shows how to begin, and nothing is loaded.</summary>
    protected bool IsFresh { get; private set; }

    /// <summary>Whether what the page shows has come: it is drawn once before.</summary>
    protected bool IsLoaded { get; private set; }

    /// <summary>How many deliveries wait to be read, where <see cref="IsFresh"/>.</summary>
    protected long Waiting { get; private set; }

    protected string Origin => $"{Http.Request.Scheme}://{Http.Request.Host}";

    protected CancellationToken Cancellation => Http.RequestAborted;

    /// <summary>Another key of the address; null where it is left out or empty.</summary>
    protected string? Asked(string key) => Http.Request.Query[key] is [{ Length: > 0 } word, ..] ? word : null;

    protected override void OnInitialized()
    {
        Cursor = Asked("cursor");
        Selection = Selection.Of(SelectionWords.Of(Http.Request.Query), Clock.GetUtcNow(), Definitions.Zone);
    }

    protected override async Task OnInitializedAsync()
    {
        Services = await Store.OwnedServicesAsync(Cancellation);
        Selection = Selection.Among(Services);
        if (Services.IsEmpty || !await Store.HasLedgerAsync(Selection.Environment, Cancellation))
        {
            var health = await Store.HealthAsync(Cancellation);
            (IsFresh, Waiting) = (health.LedgerRows == 0, health.Unread);
        }

        if (IsFresh) return;
        await LoadAsync();
        IsLoaded = true;
    }

    /// <summary>Asks what the page shows.</summary>
    protected abstract Task LoadAsync();
}
