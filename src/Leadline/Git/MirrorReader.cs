using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Sources;

namespace Leadline.Git;

/// <summary>
/// Reads the range of a mirror's history that a delivery names. It is the one reader that reads more than its delivery: git
/// history is not copied, the repository is the record. What a range of commits holds never changes.
/// </summary>
/// <param name="folder">Of the mirrors.</param>
/// <param name="salt">Of the hashes of people.</param>
sealed partial class MirrorReader(string folder, byte[] salt) : SourceReader
{
    /// <summary>Its source.</summary>
    public const string Name = "git";

    readonly Scrub scrub = new(salt);

    /// <summary>Where mirrors are kept: LEADLINE_MIRRORS, or the user's data directory.</summary>
    public static string Mirrors =>
        Environment.GetEnvironmentVariable("LEADLINE_MIRRORS") is { Length: > 0 } named ? Path.GetFullPath(named)
            : Path.Combine(
                Environment.GetFolderPath(
                    Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "leadline",
                    "mirrors");

    public override string Source => Name;

    public override int Version => 1;

    public override PersonalFields Personal { get; } = new(People: ["author"], Strings: [], Texts: ["message"]);

    public override ImmutableArray<string> KeptHeaders => [];

    /// <summary>Nobody sends it.</summary>
    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) => false;

    public override Reading Read(Delivery delivery)
    {
        var range = delivery.Json(MirrorJson.Default.MirrorRange);
        if (!Folder().IsMatch(range.Mirror)) throw new FormatException("mirror is no name of one");
        var facts = ImmutableArray.CreateBuilder<Fact>();
        if (range.Take > 0) ReadCommits(range, facts);
        foreach (var tag in range.Tags)
        {
            facts.Add(new ArtifactFact
            {
                Repository = new RepositoryName(range.Repository),
                Name = tag.Name,
                Sha = Sha.ParseOrNull(tag.Commit),
                AsOf = tag.At,
            });
        }

        return facts.Count == 0 ? Reading.Ignored("nothing is new in it") : Reading.Of(facts.DrainToImmutable());
    }

    void ReadCommits(MirrorRange range, ImmutableArray<Fact>.Builder facts)
    {
        var mirror = Path.Combine(folder, range.Mirror);
        if (!Directory.Exists(mirror))
            throw new FormatException(
                $"the mirror {range.Mirror} is not on this machine: 'leadline backfill git' makes it again, and then "
                    + "'leadline deliveries retry' reads this");
        var repository = new RepositoryName(range.Repository);
        CommitFact? commit = null;
        var paths = ImmutableArray.CreateBuilder<string>();
        try
        {
            // Contents are not there, and comparing them would fetch them: a renamed file is one that went and one that came.
            new GitProgram(mirror).RecordsAsync(
                [
                    "log", "-z", "--topo-order", $"--skip={range.Skip}", $"--max-count={range.Take}", "--no-renames",
                    "--diff-merges=first-parent", "--name-only",
                    "--format=%x02%H %P%x01%at %ct%x01%an%x01%B",
                    .. GitMirror.Range(range.Tips.Select(Parse), range.But.Select(Parse)),
                ],
                record =>
                {
                    if (record.IsEmpty || record[0] != 2)
                    {
                        paths.Add(Encoding.UTF8.GetString(record.TrimStart((byte)'\n')));
                        return;
                    }

                    Add();
                    commit = Commit(repository, Encoding.UTF8.GetString(record[1..]));
                },
                CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (GitException error)
        {
            throw new FormatException(error.Message);
        }

        Add();

        void Add()
        {
            if (commit is not null)
                facts.Add(
                    commit with { Paths = [.. paths.Where(path => path.Length > 0).Distinct().Order(StringComparer.Ordinal)] });
            paths.Clear();
        }
    }

    CommitFact Commit(RepositoryName repository, string text)
    {
        var part = text.Split('\x01', 4);
        string[] ids = part[0].Split(' ', StringSplitOptions.RemoveEmptyEntries), times = part[1].Split(' ');
        var (author, message) = Hashed(part[2], part[3].TrimEnd('\n'));
        return new CommitFact
        {
            Repository = repository,
            Sha = Sha.Parse(ids[0]),
            Parents = [.. ids.Skip(1).Select(Parse)],
            AuthoredAt = Instant(times[0]),
            CommittedAt = Instant(times[1]),
            Author = author,
            Message = message,
            AsOf = Instant(times[1]),
        };
    }

    /// <summary>
    /// As a body that is sent would be: the history itself has no place in the store, and people have none in its facts.
    /// </summary>
    (string Author, string Message) Hashed(string author, string message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("author");
            writer.WriteString("name", author);
            writer.WriteEndObject();
            writer.WriteString("message", message);
            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(scrub.Apply(buffer.WrittenMemory, Personal));
        return (document.RootElement.GetProperty("author")
            .GetProperty("name").GetString()!, document.RootElement.GetProperty("message").GetString()!);
    }

    static Sha Parse(string sha) => Sha.Parse(sha);

    static DateTimeOffset Instant(string seconds) => GitHistory.Instant(long.TryParse(seconds, out var number) ? number : 0);

    [GeneratedRegex(@"^[0-9a-f]{16}\z")]
    private static partial Regex Folder();
}

/// <summary>The body of a delivery of the source git.</summary>
/// <param name="Mirror">Its folder's name.</param>
/// <param name="Tips">Commits; all that they reach is meant,</param>
/// <param name="But">but for what these reach.</param>
/// <param name="Skip">Of those so many first ones belong to other deliveries.</param>
/// <param name="Take">So many belong to this one.</param>
sealed record MirrorRange(string Repository, string Mirror, string[] Tips, string[] But, int Skip, int Take, MirrorTag[] Tags);

/// <param name="Commit">Null where it was deleted.</param>
sealed record MirrorTag(string Name, string? Commit, DateTimeOffset At);

/// <summary>What a mirror's refs were when its history was last asked for.</summary>
sealed record MirrorCursor(Dictionary<string, string> Refs);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(MirrorRange))]
[JsonSerializable(typeof(MirrorCursor))]
sealed partial class MirrorJson : JsonSerializerContext;
