using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Leadline.Core;
using Leadline.Git;
using Leadline.Ingest;
using Leadline.Sources;
using Leadline.Storage;

namespace Leadline.Polling;

/// <summary>A repository that is mirrored.</summary>
/// <param name="Name">As other sources name it.</param>
/// <param name="Url">An address or a path.</param>
public sealed record MirroredRepository(string Name, string Url)
{
    /// <summary><c>https://host/acme/shop.git</c>, or with a name of its own <c>acme/shop=/srv/git/shop.git</c>.</summary>
    public static MirroredRepository Parse(string text)
    {
        var equals = text.IndexOf('=');
        if (equals > 0 && !text[..equals].Contains(':'))
            return new MirroredRepository(text[..equals].Trim(), text[(equals + 1)..].Trim());
        var isPath = text.StartsWith("file://", StringComparison.Ordinal) || !text.Contains(':');
        var name = isPath ? Path.GetFileName(text.TrimEnd('/')) is var last && last.EndsWith(".git", StringComparison.Ordinal)
            ? last[..^4] : last : RepositoryUrl.NameOf(text)?.Value;
        return new MirroredRepository(string.IsNullOrWhiteSpace(name) ? text : name, text);
    }

    /// <summary>The name of the mirror's folder.</summary>
    public string Folder => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Name}\n{Url}")))[..16];
}

/// <summary>Keeps mirrors fresh and stores which ranges of their history are new.</summary>
/// <param name="folder">Of the mirrors.</param>
/// <param name="token">For repositories that are asked over HTTP; null for none.</param>
sealed class MirrorPoll(Store store, Intake intake, SourceReader reader, string folder, string? token, TimeProvider clock)
{
    /// <summary>So many commits are one delivery.</summary>
    internal const int AtOnce = 2000;

    /// <summary>The failure of one repository does not stop the others.</summary>
    public async Task<PollSummary> RunAsync(
        ImmutableArray<MirroredRepository> repositories, Action<PollProgress>? progress, CancellationToken cancellation)
    {
        var missing = ImmutableArray.CreateBuilder<Missing>();
        var (done, stored, known) = (0, 0L, 0L);
        foreach (var repository in repositories)
        {
            progress?.Invoke(new PollProgress(repository.Name, 0, 1, 0, 0, IsDone: false));
            try
            {
                var appended = await RunAsync(repository, cancellation);
                done++;
                stored += appended.Count(one => !one.Known);
                known += appended.Count(one => one.Known);
                progress?.Invoke(
                    new PollProgress(repository.Name, 1, 0, appended.Length, appended.Count(one => !one.Known), IsDone: true));
            }
            catch (GitException error)
            {
                missing.Add(new Missing(repository.Name, null, error.Message, CanHelp: true));
            }
        }

        return new PollSummary(repositories.Length, done, repositories.Length, stored, known, missing.DrainToImmutable());
    }

    async Task<ImmutableArray<AppendedDelivery>> RunAsync(MirroredRepository repository, CancellationToken cancellation)
    {
        await using var claim = await store.ClaimPollAsync(MirrorReader.Name, repository.Folder, cancellation)
            ?? throw new GitException("another process fetches it just now");
        var mirror = new GitMirror(Path.Combine(folder, repository.Folder), repository.Url, token);
        await mirror.FetchAsync(cancellation);
        var refs = await mirror.RefsAsync(cancellation);
        var before = await BeforeAsync(repository, cancellation);
        var now = clock.GetUtcNow();
        var tags = refs.Where(one => one.Tag is not null && before.GetValueOrDefault(one.Name) != one.Commit.ToString())

            // One that moved may stand for an older commit now: that it moved is later than whatever was said before.
            .Select(one => new MirrorTag(one.Tag!, one.Commit.ToString(), before.ContainsKey(one.Name) ? now : one.At))
            .Concat(before.Keys.Except(refs.Select(one => one.Name))
                .Select(name => new MirroredRef(name, Sha.Parse(before[name]), now)).Where(one => one.Tag is not null)
                .Select(one => new MirrorTag(one.Tag!, null, now))).ToArray();
        Sha[] but = [.. before.Values.Distinct().Select(sha => Sha.Parse(sha)).Order()];
        Sha[] tips = [.. refs.Select(one => one.Commit).Distinct().Except(but).Order()];
        var count = tips.Length == 0 ? 0 : await mirror.CountAsync(tips, but, cancellation);
        var deliveries = new List<NewDelivery>();
        for (var skip = 0; skip < Math.Max(count, tags.Length > 0 ? 1 : 0); skip += AtOnce)
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(
                new MirrorRange(
                    repository.Name, repository.Folder, count == 0 ? [] : [.. tips.Select(sha => sha.ToString())],
                    count == 0 ? [] : [.. but.Select(sha => sha.ToString())],
                    skip, Math.Min(AtOnce, count - skip), skip == 0 ? tags : []),
                MirrorJson.Default.MirrorRange);
            deliveries.Add(intake.Prepare(
                reader,
                new Delivery { Source = MirrorReader.Name, Headers = Delivery.NoHeaders, Body = body, ReceivedAt = now }));
        }

        var cursor = JsonSerializer.Serialize(
            new MirrorCursor(refs.ToDictionary(one => one.Name, one => one.Commit.ToString())), MirrorJson.Default.MirrorCursor);
        return await store.AppendPageAsync(MirrorReader.Name, repository.Folder, cursor, deliveries, cancellation);
    }

    /// <summary>The refs of the last time.</summary>
    async Task<Dictionary<string, string>> BeforeAsync(MirroredRepository repository, CancellationToken cancellation) =>
        await store.PollCursorAsync(MirrorReader.Name, repository.Folder, cancellation) is { } text
            ? JsonSerializer.Deserialize(text, MirrorJson.Default.MirrorCursor)!.Refs : [];
}
