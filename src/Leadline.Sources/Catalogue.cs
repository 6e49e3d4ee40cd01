using System.Collections.Immutable;

namespace Leadline.Sources;

/// <summary>Every source, a line each.</summary>
public static class Catalogue
{
    public static readonly ImmutableArray<SourceReader> Readers =
    [
    ];

    /// <summary>The reader of this name, or null.</summary>
    public static SourceReader? Find(string source) => Readers.FirstOrDefault(reader => reader.Source == source);
}
