using System.Collections.Immutable;
using Leadline.Core;

namespace Leadline.Settings;

/// <summary>What <c>leadline.yaml</c> says: the definitions, and what does not decide a number.</summary>
public sealed record LeadlineSettings
{
    public Definitions Definitions { get; init; } = Definitions.Default;

    /// <summary>Per source the secrets that are valid now; several while one is replaced by another.</summary>
    public ImmutableDictionary<string, ImmutableArray<string>> Secrets { get; init; } = ImmutableDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>After how long the bodies of deliveries go; null keeps them for ever.</summary>
    public TimeSpan? KeepDeliveries { get; init; }
}
