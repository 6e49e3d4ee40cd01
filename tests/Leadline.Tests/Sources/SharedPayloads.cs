using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Sources;

namespace Leadline.Tests.Sources;

/// <summary>The shared folders of recorded bodies: which source each is of, and what is sent beside a body.</summary>
static class SharedPayloads
{
    /// <summary>
    /// The folders that a source of the catalogue reads; a new source is in by itself. None where nothing is shared.
    /// </summary>
    public static ImmutableArray<(string Folder, SourceReader Reader)> Folders { get; } =
    [
        .. (Directory.Exists(Path.Combine(Shared.Root, "payloads"))
            ? Directory.GetDirectories(Path.Combine(Shared.Root, "payloads")) : [])
            .Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)
            .Select(folder => (folder, Reader: ReaderOf(folder))).Where(pair => pair.Reader is not null)
            .Select(pair => (pair.folder, pair.Reader!)),
    ];

    /// <summary>
    /// The source that reads what the folder holds: the one of its name, however it is hyphenated. Null where there is none.
    /// </summary>
    public static SourceReader? ReaderOf(string folder) =>
        Catalogue.Readers.FirstOrDefault(reader => Letters(reader.Source) == Letters(folder));

    public static IEnumerable<string> FilesOf(string folder) =>
        Directory.EnumerateFiles(Shared.Find("payloads", folder)).Order(StringComparer.Ordinal);

    /// <summary>What its sender says of the body beside it; the file's name begins with it.</summary>
    public static ImmutableDictionary<string, string> HeadersOf(string source, string file) => source switch
    {
        "github" => Delivery.NoHeaders.Add("X-GitHub-Event", Path.GetFileName(file).Split('-')[0]),
        _ => Delivery.NoHeaders,
    };

    static string Letters(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit));
}
