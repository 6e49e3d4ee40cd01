using System.Text.Json;
using Leadline.Api;

namespace Leadline.Metrics;

/// <summary>The named levels of a benchmark edition: data with year and source, never code.</summary>
public sealed class Levels
{
    readonly Edition edition = Read();

    /// <summary>The edition's id, which stands beside every level.</summary>
    public string EditionId => edition.Id;

    public int Year => edition.Year;

    /// <summary>Where it is from, in words.</summary>
    public string Source => edition.Source;

    public string? OfFrequency(double? perDay) => perDay is { } value ? edition.DeploymentFrequency.FirstOrDefault(cut => value >= cut.AtLeastPerDay)?.Level : null;

    public string? OfLeadTime(double? seconds) => Below(edition.LeadTime, seconds);

    public string? OfFailureRate(double? share) => Below(edition.ChangeFailureRate, share);

    public string? OfRecoveryTime(double? seconds) => Below(edition.RecoveryTime, seconds);

    static string? Below(Cut[] cuts, double? value) => value is { } known ? cuts.FirstOrDefault(cut => cut.Below is not { } bound || known < bound)?.Level : null;

    static Edition Read()
    {
        using var stream = typeof(Levels).Assembly.GetManifestResourceStream("levels.json")!;
        return JsonSerializer.Deserialize<Edition>(stream, Wire.Json)!;
    }

    sealed record Edition(string Id, int Year, string Source, Cut[] DeploymentFrequency, Cut[] LeadTime, Cut[] ChangeFailureRate, Cut[] RecoveryTime);

    sealed record Cut(string Level, double? AtLeastPerDay, double? Below);
}
