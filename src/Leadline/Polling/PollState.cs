using System.Text.Json;
using Leadline.Api;

namespace Leadline.Polling;

/// <summary>How asking a source's API goes, as the server does it by itself.</summary>
public sealed record PollState
{
    /// <summary>When it was asked the last time; null where it never was.</summary>
    public DateTimeOffset? PolledAt { get; init; }

    /// <summary>When it is asked again; null where it is due.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>The deliveries that the last time brought.</summary>
    public long Stored { get; init; }

    /// <summary>What it did not get the last time, and what to do; null where it got all.</summary>
    public string? Error { get; init; }

    /// <summary>What the last nightly pass found; null where there was none.</summary>
    public Reconciliation? Reconciled { get; init; }

    /// <summary>When the next nightly pass is due; null where there is none.</summary>
    public DateTimeOffset? ReconcilesAt { get; init; }

    public string Write() => JsonSerializer.Serialize(this, Wire.Json);

    /// <summary>Null where it is not one of ours any more.</summary>
    public static PollState? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<PollState>(text, Wire.Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What a source's API had, beside what its webhooks told.</summary>
/// <param name="At">When it was asked.</param>
/// <param name="Seconds">How far back.</param>
/// <param name="Found">Deployments, builds, incidents and changes, each once for each state that it came to.</param>
/// <param name="Missed">Those of them that no webhook told of.</param>
/// <param name="New">Those of the missed that nobody had asked for before either.</param>
public sealed record Reconciliation(DateTimeOffset At, double Seconds, long Found, long Missed, long New);
