using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Metrics;

namespace Leadline.WhatIf;

/// <summary>A scope's numbers under the rules of one preset.</summary>
/// <param name="Tool">Whose rules they are.</param>
public sealed record ComparedPreset(string Preset, string Tool, MetricsReport Report)
{
    /// <summary>Every preset, in order, over the services, environments and time zone of the definitions in force.</summary>
    /// <exception cref="FormatException">The scope has too many services.</exception>
    public static async Task<ImmutableArray<ComparedPreset>> AllAsync(
        JudgingAgain judging, Definitions inForce, MetricsQuery query, CancellationToken cancellation)
    {
        var judged = await judging.JudgeAsync(query, [.. Presets.All.Select(preset => preset.Over(inForce))], cancellation);
        return [.. Presets.All.Zip(judged, (preset, again) => new ComparedPreset(preset.Name, preset.Tool, again.Report))];
    }
}
