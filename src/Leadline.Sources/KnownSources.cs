using System.Collections.Immutable;
using Leadline.Sources.Mapping;

namespace Leadline.Sources;

/// <summary>The sources whose deliveries are taken: those of the catalogue, and the mappings of the settings.</summary>
public sealed class KnownSources(ImmutableArray<SourceReader> readers)
{
    /// <summary>Without mappings.</summary>
    public static KnownSources OfCatalogue { get; } = new(Catalogue.Readers);

    public ImmutableArray<SourceReader> Readers => readers;

    public static KnownSources With(IEnumerable<MappedReader> mapped) => new([.. Catalogue.Readers, .. mapped]);

    /// <summary>These, and one more.</summary>
    public KnownSources And(SourceReader reader) => new(readers.Add(reader));

    /// <summary>The reader of this name, or null.</summary>
    public SourceReader? Find(string source) => readers.FirstOrDefault(reader => reader.Source == source);
}
