using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Digests;
using Leadline.Experiments;
using Leadline.Metrics;
using Leadline.Sources;
using Leadline.Storage;
using Leadline.Verification;

namespace Leadline.Settings;

/// <summary>What <c>leadline.yaml</c> and the environment say: the definitions, and what does not decide a number.</summary>
public sealed record LeadlineSettings
{
    public Definitions Definitions { get; init; } = Definitions.Default;

    /// <summary>
    /// By whose word the definitions are in force: a tag such as a commit or a ticket, of LEADLINE_DEFINITIONS_BY.
    /// </summary>
    public string DefinitionsBy { get; init; } = "local";

    /// <summary>Who reads deliveries: the catalogue, and the mappings of the file.</summary>
    public KnownSources Sources { get; init; } = KnownSources.OfCatalogue;

    /// <summary>Per source the secrets that are valid now; several while one is replaced by another.</summary>
    public ImmutableDictionary<string, ImmutableArray<string>> Secrets { get; init; } =
        ImmutableDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>
    /// Per source the files in which secrets stand, one a line; they are read for each delivery, so that they can be replaced.
    /// </summary>
    public ImmutableDictionary<string, ImmutableArray<string>> SecretFiles { get; init; } =
        ImmutableDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>Per source whose API can be asked, how it is.</summary>
    public ImmutableDictionary<string, SourceApi> Apis { get; init; } = ImmutableDictionary<string, SourceApi>.Empty;

    /// <summary>Tokens that let in beside those of the store.</summary>
    public ImmutableArray<StoredToken> Tokens { get; init; } = [];

    /// <summary>After how long the bodies of deliveries go; null keeps them for ever.</summary>
    public TimeSpan? KeepDeliveries { get; init; }

    /// <summary>Who may see badges.</summary>
    public BadgeReaders Badges { get; init; }

    /// <summary>The edition whose levels stand beside the numbers: words, and no number.</summary>
    public Levels Levels { get; init; } = Levels.Default;

    /// <summary>What is measured after deployments; no check where nothing is.</summary>
    public VerificationSettings Verification { get; init; } = VerificationSettings.None;

    /// <summary>What leadline serve registers where it is not yet.</summary>
    public ImmutableArray<Experiment> Experiments { get; init; } = [];

    /// <summary>What is sent every week; null where nothing is.</summary>
    public DigestSettings? Digest { get; init; }
}

/// <param name="Address">Null for the maker's own.</param>
/// <param name="Tokens">Those whose variables are set.</param>
/// <param name="Repositories">Names and patterns.</param>
/// <param name="Trouble">Which token's variable is not set, in a sentence; null where none is missing.</param>
public sealed record SourceApi(Uri? Address, ImmutableArray<string> Tokens, ImmutableArray<string> Repositories, string? Trouble)
{
    /// <summary>How often the server asks it by itself; null where it does not.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>The App that GitHub is asked as, in place of a token.</summary>
    public GitHubAppSetting? App { get; init; }

    /// <summary>Over how long a time it is asked again each night; null where it is not.</summary>
    public TimeSpan? Reconciled { get; init; }
}

/// <param name="At">In the reporting time zone.</param>
/// <param name="To">The webhook's address, which is a secret.</param>
/// <param name="Url">The server's address as people reach it; null leaves the links out.</param>
/// <param name="Service">Null for all; so is <paramref name="Team"/>.</param>
public sealed record DigestSettings(WeekTime? At, string? To, string? Url, DigestFormat Format, string? Service, string? Team);

public enum BadgeReaders
{
    /// <summary>Who may read everything else.</summary>
    Read,

    /// <summary>Everybody: a README that anybody sees has no token to show.</summary>
    Public,
}
