using System.Security.Cryptography;
using System.Text;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Sources;
using Xunit;

namespace Leadline.Tests.Sources;

/// <summary>
/// Every source, held against its recorded deliveries: beside <c>NAME.http</c> stands in <c>NAME.json</c> what is read of it,
/// and <c>readings.lock</c> says by which version of the reader. LEADLINE_UPDATE_SNAPSHOTS=1 writes both again.
/// </summary>
public sealed class RecordingsTests
{
    static readonly bool Update = Environment.GetEnvironmentVariable("LEADLINE_UPDATE_SNAPSHOTS") == "1";

    public static TheoryData<string> Sources => [.. Catalogue.Readers.Select(reader => reader.Source)];

    public static TheoryData<string, string> Recordings =>
        [.. Catalogue.Readers.SelectMany(Recording.Of).Select(recording => (recording.Reader.Source, recording.Name))];

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Is_read_as_before(string source, string name)
    {
        var recording = Find(source, name);
        var golden = Path.ChangeExtension(recording.File, ".json");
        var actual = Written(recording.Read());
        if (Update) File.WriteAllText(golden, actual);
        Assert.True(File.Exists(golden), $"{golden} is missing: LEADLINE_UPDATE_SNAPSHOTS=1 writes it");
        Assert.Equal(File.ReadAllText(golden), actual);
    }

    /// <summary>The same delivery gives the same under one version: those that are stored would not be read again.</summary>
    [Theory]
    [MemberData(nameof(Sources))]
    public void A_reading_that_changes_raises_the_readers_version(string source)
    {
        var reader = Catalogue.Find(source)!;
        var file = Path.Combine(Recording.PathOf(reader), "readings.lock");
        var before = File.Exists(file) ? ReadingsLock.Parse(File.ReadAllText(file)) : new ReadingsLock(0, []);
        var now = new ReadingsLock(reader.Version, Recording.Of(reader).ToDictionary(
            recording => recording.Name, recording => (Hash(File.ReadAllText(recording.File)), Hash(ReadBy(recording)))));

        var changed = now.ChangedSince(before);
        Assert.True(
            changed.Count == 0,
            $"{string.Join(", ", changed)}: read otherwise than before by the same version; "
            + $"raise Version of {reader.GetType().Name} above {before.Version}");
        if (Update) File.WriteAllText(file, now.ToString());
        Assert.True(
            File.Exists(file) && File.ReadAllText(file) == now.ToString(),
            $"{file} does not speak of version {reader.Version} and these recordings: LEADLINE_UPDATE_SNAPSHOTS=1 writes it");
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Is_trusted_by_its_secret_alone(string source, string name)
    {
        var recording = Find(source, name);
        Assert.True(recording.Reader.IsAuthentic(recording.Delivery, Encoding.UTF8.GetBytes(Recording.Secret)));
        Assert.False(recording.Reader.IsAuthentic(recording.Delivery, "another secret of Acme"u8));
        Assert.False(recording.Reader.IsAuthentic(recording.Unsigned, Encoding.UTF8.GetBytes(Recording.Secret)));
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Nothing_that_proves_its_sender_is_kept(string source, string name)
    {
        var recording = Find(source, name);
        var proofs = recording.Delivery.Headers.Keys.Except(recording.Unsigned.Headers.Keys).ToList();
        Assert.NotEmpty(proofs);
        Assert.DoesNotContain(recording.Kept.Headers.Keys, proofs.Contains);
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Every_source_has_recordings_of_each_outcome(string source)
    {
        var outcomes = Recording.Of(Catalogue.Find(source)!).Select(recording => recording.Read().GetType()).ToHashSet();
        Assert.Equal(
            [typeof(FactsReading), typeof(IgnoredReading), typeof(UnreadableReading)],
            outcomes.OrderBy(outcome => outcome.Name));
    }

    [Fact]
    public void Every_golden_belongs_to_a_recording_and_every_folder_to_a_source()
    {
        var folder = Path.Combine(Shared.Repository, "tests", "Leadline.Tests", "Sources");
        Assert.Equal(
            Catalogue.Readers.Select(Recording.FolderOf).Order(StringComparer.Ordinal),
            Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.All(
            Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories),
            golden => Assert.True(File.Exists(Path.ChangeExtension(golden, ".http")), $"{golden} belongs to no recording"));
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Says_how_to_connect_it(string source)
    {
        var folder = Recording.FolderOf(Catalogue.Find(source)!);
        var file = Path.Combine(Shared.Repository, "src", "Leadline.Sources", folder, "README.md");
        Assert.True(File.Exists(file), $"{file} is missing: it says how to connect {source}");
        var text = File.ReadAllText(file);
        Assert.Contains("curl", text);
        Assert.Contains($"/api/v1/deliveries/{source}", text);
    }

    static Recording Find(string source, string name) =>
        Recording.Of(Catalogue.Find(source)!).Single(recording => recording.Name == name);

    static string Written(Reading reading) => ReadingJson.Write(reading) + "\n";

    /// <summary>
    /// What is unreadable is so by its reader; the words for it are the host's, and the golden alone keeps them.
    /// </summary>
    static string ReadBy(Recording recording) =>
        recording.Read() is UnreadableReading ? "unreadable" : Written(recording.Read());

    static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));

    /// <summary>A line for the version, and one for each recording: its name, its hash, and that of its reading.</summary>
    sealed record ReadingsLock(int Version, Dictionary<string, (string Recording, string Reading)> Hashes)
    {
        public static ReadingsLock Parse(string text)
        {
            var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToList();
            return new ReadingsLock(
                int.Parse(lines[0][1]), lines.Skip(1).ToDictionary(words => words[0], words => (words[1], words[2])));
        }

        /// <summary>
        /// The recordings that are as they were and are read otherwise, without a version above the one before.
        /// </summary>
        public List<string> ChangedSince(ReadingsLock before) => Version > before.Version
            ? []
            : [.. Hashes.Keys.Where(name => before.Hashes.TryGetValue(name, out var old)
                && old.Recording == Hashes[name].Recording && old.Reading != Hashes[name].Reading)
                .Order(StringComparer.Ordinal)];

        public override string ToString() => $"version {Version}\n" + string.Concat(
            Hashes.OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => $"{pair.Key} {pair.Value.Recording} {pair.Value.Reading}\n"));
    }
}
