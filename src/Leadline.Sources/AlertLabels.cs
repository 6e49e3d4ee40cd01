using System.Collections.Immutable;

namespace Leadline.Sources;

/// <summary>Labels, tags and fields of an alert as <see cref="Core.IncidentFact.AlertLabels"/> holds them.</summary>
static class AlertLabels
{
    /// <summary>Each as <c>name=value</c> in one line, in an order of their own; null where there are none.</summary>
    public static ImmutableArray<string>? Of(IEnumerable<(string? Name, string? Value)> labels)
    {
        ImmutableArray<string> lines =
        [
            .. labels.Where(label => !string.IsNullOrWhiteSpace(label.Name) && !string.IsNullOrWhiteSpace(label.Value))
                .Select(label => $"{label.Name}={label.Value}".ReplaceLineEndings(" "))
                .Distinct().Order(StringComparer.Ordinal),
        ];
        return lines.IsEmpty ? null : lines;
    }

    public static ImmutableArray<string>? Of(IReadOnlyDictionary<string, string?>? labels) =>
        Of((labels ?? ImmutableDictionary<string, string?>.Empty).Select(label => ((string?)label.Key, label.Value)));
}
