using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Storage;

namespace Leadline.Settings;

/// <summary>What <c>leadline.yaml</c> and the environment say: the definitions, and what does not decide a number.</summary>
public sealed record LeadlineSettings
{
    public Definitions Definitions { get; init; } = Definitions.Default;

    /// <summary>Per source the secrets that are valid now; several while one is replaced by another.</summary>
    public ImmutableDictionary<string, ImmutableArray<string>> Secrets { get; init; } = ImmutableDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>Tokens that let in beside those of the store.</summary>
    public ImmutableArray<StoredToken> Tokens { get; init; } = [];

    /// <summary>After how long the bodies of deliveries go; null keeps them for ever.</summary>
    public TimeSpan? KeepDeliveries { get; init; }
}
