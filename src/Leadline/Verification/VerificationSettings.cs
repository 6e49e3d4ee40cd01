using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Settings;

namespace Leadline.Verification;

/// <summary>What a server that answers queries is.</summary>
public enum MeasureKind { Prometheus, Loki, Tempo }

/// <summary>What a check measures, for people.</summary>
public enum MeasureOf { ErrorRate, Latency, Saturation, Business }

/// <summary>A server that answers queries.</summary>
/// <param name="Name">By which the settings name it.</param>
/// <param name="Address">It ends in a slash.</param>
/// <param name="Token">Null where it answers anybody.</param>
/// <param name="Tenant">Null where it has none.</param>
/// <param name="Trouble">Why it cannot be asked, in a sentence: the token's variable is not set; else null.</param>
public sealed record MeasureSource(string Name, MeasureKind Kind, Uri Address, string? Token, string? Tenant, string? Trouble);

/// <summary>One measure of a service, and what is worse.</summary>
/// <param name="Query">With its placeholders.</param>
/// <param name="After">How long after a deployment is looked at.</param>
/// <param name="Before">How long before it.</param>
public sealed record ReleaseCheck(
    string Name, MeasureSource Source, string Query, MeasureOf Measures, ComparisonRule Rule, TimeSpan After, TimeSpan Before)
{
    public const string DefaultSpan = "30m";

    const int SamplesOfAWindow = 60;

    /// <summary>The query about one deployment. What is filled in stands between quotation marks, and cannot end them.</summary>
    public string QueryOf(VerifiedDeployment deployment)
    {
        var query = Query;
        foreach (var (name, value) in ((string, string?)[])
            [
                ("{service}", deployment.Service), ("{environment}", deployment.Environment), ("{version}", deployment.Version),
                ("{deployment}", deployment.Id),
            ])
        {
            query = query.Replace(
                name, (value ?? "").Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n"), StringComparison.Ordinal);
        }

        return query;
    }

    /// <summary>
    /// How far samples lie apart: whole seconds, so that a window has sixty of them, or fewer where it is short.
    /// </summary>
    public TimeSpan Step => TimeSpan.FromSeconds(Math.Max(1, Math.Floor(After.TotalSeconds / SamplesOfAWindow)));
}

/// <summary>A deployment that is verified.</summary>
/// <param name="BeganAt">When it first can have changed what runs.</param>
/// <param name="After">When the deployment before it succeeded; null where that is not known.</param>
/// <param name="Until">When the next one began; null where none did.</param>
public sealed record VerifiedDeployment(
    string Service, string Environment, string Id, string? Version, DateTimeOffset BeganAt, DateTimeOffset DeployedAt,
    DateTimeOffset? After = null, DateTimeOffset? Until = null);

/// <param name="Sources">By name.</param>
/// <param name="Checks">Each with the service, or the glob of several, that it is of; those that name one service come
/// first.</param>
/// <param name="Missing">What keeps checks from being asked, each with its line and key: a key may be written before what it
/// needs.</param>
public sealed record VerificationSettings(
    ImmutableArray<MeasureSource> Sources, ImmutableArray<(string Service, ReleaseCheck Check)> Checks,
    ImmutableArray<string> Missing)
{
    public static readonly VerificationSettings None = new([], [], []);

    /// <exception cref="SettingsException">Something is missing; all of it is said.</exception>
    public void ThrowIfMissing()
    {
        if (!Missing.IsEmpty) throw new SettingsException(Missing);
    }

    /// <summary>The checks of a service, each name once.</summary>
    public ImmutableArray<ReleaseCheck> Of(string service) =>
        [
            .. Checks.Where(one => new Glob(one.Service, ignoreCase: true).IsMatch(service)).Select(one => one.Check)
                .DistinctBy(check => check.Name, StringComparer.OrdinalIgnoreCase),
        ];
}
