using Leadline.Core;
using Leadline.Storage;
using Microsoft.AspNetCore.Components;

namespace Leadline.Web;

/// <summary>A page about a service, an environment and a window, all of which stand in its address.</summary>
public abstract class SelectedPage : ComponentBase
{
    [Inject] public required Store Store { get; set; }

    [Inject] public required Definitions Definitions { get; set; }

    [Inject] public required TimeProvider Clock { get; set; }

    [CascadingParameter] public required HttpContext Http { get; set; }

    [SupplyParameterFromQuery(Name = "service")] public string? ServiceAsked { get; set; }

    [SupplyParameterFromQuery(Name = "environment")] public string? EnvironmentAsked { get; set; }

    [SupplyParameterFromQuery(Name = "window")] public string? WindowAsked { get; set; }

    [SupplyParameterFromQuery(Name = "from")] public string? FromAsked { get; set; }

    [SupplyParameterFromQuery(Name = "to")] public string? ToAsked { get; set; }

    [SupplyParameterFromQuery(Name = "by")] public string? ByAsked { get; set; }

    [SupplyParameterFromQuery(Name = "cursor")] public string? Cursor { get; set; }

    protected Selection Selection { get; private set; } = null!;

    protected CancellationToken Cancellation => Http.RequestAborted;

    protected override void OnInitialized() => Selection =
        Selection.Of(ServiceAsked, EnvironmentAsked, WindowAsked, FromAsked, ToAsked, ByAsked, Clock.GetUtcNow(), Definitions.Zone);
}
