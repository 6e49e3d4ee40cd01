using System.Collections.Immutable;
using Leadline.Sources.Alertmanager;
using Leadline.Sources.GitHub;
using Leadline.Sources.Grafana;
using Leadline.Sources.Leadline;

namespace Leadline.Sources;

/// <summary>Every source, a line each.</summary>
public static class Catalogue
{
    public static readonly ImmutableArray<SourceReader> Readers =
    [
        new GitHubReader(),
        new LeadlineReader(),
        new AlertmanagerReader(),
        new GrafanaReader(),
    ];

    /// <summary>The reader of this name, or null.</summary>
    public static SourceReader? Find(string source) => Readers.FirstOrDefault(reader => reader.Source == source);
}
