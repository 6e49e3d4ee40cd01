namespace Leadline.Core;

public enum OverrideKind
{
    /// <summary>The deployment failed, whatever the signals found.</summary>
    Failed,

    /// <summary>The deployment did not fail, whatever the signals found.</summary>
    NotFailed,

    /// <summary>The incident is the deployment's.</summary>
    LinkIncident,

    /// <summary>The incident is no deployment's.</summary>
    UnlinkIncident,

    /// <summary>The deployment enters no metric.</summary>
    Exclude,
}

/// <summary>
/// What somebody says of a deployment or an incident, and what goes before the rules. It is no fact: no source told of it, and
/// it is kept whatever becomes of what it speaks of.
/// </summary>
public sealed record Override
{
    /// <summary>Rises with each that is made.</summary>
    public required long Id { get; init; }

    public required OverrideKind Kind { get; init; }

    /// <summary>Null for <see cref="OverrideKind.UnlinkIncident"/> where the incident was nobody's.</summary>
    public string? DeploymentId { get; init; }

    /// <summary>Of an override that links an incident or unlinks it.</summary>
    public string? IncidentId { get; init; }

    public required string Reason { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>Null while it stands.</summary>
    public DateTimeOffset? UndoneAt { get; init; }
}
