namespace Leadline.Demo;

/// <summary>Which system speaks: GitHub's webhooks, or our own JSON from Acme's scripts.</summary>
enum DemoVoice { GitHub, Own }

/// <summary>When a service deploys: after every merge, at two hours a day, or on Tuesdays.</summary>
enum DemoRhythm { EveryMerge, Daily, Weekly }

/// <summary>How a service is worked on, and how it stands while the year goes by.</summary>
sealed class DemoService(string name)
{
    public string Name => name;

    /// <summary>Its folder in a monorepo; null where the repository is its own.</summary>
    public string? Path { get; init; }

    public required double ChangesPerWeek { get; init; }
    public required double FailureRate { get; init; }

    /// <summary>Mean working hours until somebody reviews.</summary>
    public required double PickupHours { get; init; }

    public DemoRhythm Rhythm { get; init; }
    public bool SuffersBadMonth { get; init; }
    public bool AdoptsTrunk { get; init; }

    /// <summary>Whether somebody has to approve a deployment.</summary>
    public bool Approval { get; init; }

    /// <summary>Days before the year's end at which an incident begins that nobody closes; 0: none.</summary>
    public int LeavesIncidentOpen { get; init; }

    /// <summary>The version in production and those before it, newest last.</summary>
    public Stack<DemoVersion> Live { get; } = new();

    /// <summary>Built and not yet deployed; null where there is nothing new.</summary>
    public DemoVersion? Ready { get; set; }

    /// <summary>True between a failure and its repair: nothing else is deployed.</summary>
    public bool Frozen { get; set; }

    /// <summary>When the deployment under way ends: one goes after the other.</summary>
    public DateTimeOffset BusyUntil { get; set; }

    public int Versions { get; set; }
    public DemoDeployment? Last { get; set; }
}

/// <summary>A commit on the main branch as it is deployed.</summary>
/// <param name="Place">Its place on the main branch.</param>
sealed record DemoVersion(int Place, string Sha, string Name);

sealed record DemoDeployment(string Id, DemoVersion Version, DateTimeOffset SucceededAt);
