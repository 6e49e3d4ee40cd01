using System.Buffers.Text;
using System.Text;
using Leadline.Core;

namespace Leadline.Git;

/// <summary>What is asked of a repository's history.</summary>
/// <param name="Tags">A glob over tag names; null for version tags.</param>
/// <param name="Branch">Every first-parent commit of it is a deployment; null for tags.</param>
/// <param name="Paths">Globs; a commit belongs to the service when it touches one. Empty for all.</param>
public sealed record GitQuery(string? Tags, string? Branch, IReadOnlyList<string> Paths);

/// <summary>A repository's commits and deployments, and what about it limits the numbers.</summary>
/// <param name="Notes">Sentences: a shallow clone, tags that name no commit, times in the future.</param>
public sealed record GitHistory(CommitGraph Commits, List<DeploymentFact> Deployments, List<string> Notes)
{
    const string Format = "--format=%H %P%x01%at %ct%x01%an%x01%s%x01%b%x00";

    /// <summary>Reads the history with the git program, streamed.</summary>
    /// <exception cref="GitException">It is no repository, holds no commits, or has nothing that is a deployment.</exception>
    public static async Task<GitHistory> ReadAsync(
        string path, ServiceName service, GitQuery query, TimeProvider clock, Action<int>? progress, CancellationToken cancellation)
    {
        if (!Directory.Exists(path)) throw new GitException($"{path} is not a folder: name the folder of a git repository");
        var git = new GitProgram(path);
        if (await git.TryTextAsync(["rev-parse", "--git-dir"], cancellation) is null)
        {
            // Told apart from a missing program, which says so itself.
            await git.TextAsync(["--version"], cancellation);
            throw new GitException($"{path} is not a git repository: run this in a clone, or name one");
        }

        var notes = new List<string>();
        if ((await git.TextAsync(["rev-parse", "--is-shallow-repository"], cancellation)).Trim() == "true")
            notes.Add("this is a shallow clone: what lies before its boundary is unknown; run git fetch --unshallow for all of it");
        var repository = new RepositoryName(service.Value);
        var deployments = query.Branch is { } branch
            ? await OfBranchAsync(git, branch, service, repository, cancellation)
            : await OfTagsAsync(git, query.Tags, service, repository, notes, cancellation);
        var touching = query.Paths.Count == 0 ? null : await TouchingAsync(git, query.Paths, cancellation);
        var builder = new CommitGraph.Builder();
        var count = 0;
        var latest = clock.GetUtcNow() + TimeSpan.FromDays(1);
        var early = 0;
        await git.RecordsAsync(
            ["log", "--branches", "--tags", "--remotes", .. query.Branch is { } name ? (string[])[name] : [], Format],
            record =>
            {
                if (Add(builder, repository, record, touching) > latest) early++;
                if (++count % 1000 == 0) progress?.Invoke(count);
            },
            cancellation);
        if (count == 0) throw new GitException($"{path} has no commits yet: there is nothing to measure");
        if (early > 0) notes.Add($"{early} commits are dated in the future: their author's clock was wrong, and their lead times are negative");
        if (deployments.Count == 0)
        {
            throw new GitException(query switch
            {
                { Branch: { } missing } => $"the branch {missing} has no commits: name another with --branch",
                { Tags: { } glob } => $"{path} has no tag that matches {glob}: see git tag, and name others with --tags GLOB or a release branch with --branch NAME",
                _ => $"{path} has no version tags (such as v1.2.3): name the tags that are deployments with --tags GLOB, or a release branch with --branch NAME",
            });
        }

        return new GitHistory(builder.Build(), deployments, notes);
    }

    static async Task<List<DeploymentFact>> OfTagsAsync(
        GitProgram git, string? tags, ServiceName service, RepositoryName repository, List<string> notes, CancellationToken cancellation)
    {
        var glob = tags is null ? null : new Glob(tags);
        var deployments = new List<DeploymentFact>();
        var others = new List<string>();
        var text = await git.TextAsync(
            ["for-each-ref", "refs/tags", "--format=%(refname:strip=2)%01%(objecttype)%01%(objectname)%01%(taggerdate:unix)%01%(committerdate:unix)%01%(*objecttype)%01%(*objectname)%01%(*committerdate:unix)"],
            cancellation);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var part = line.Split('\x01');
            if (part.Length < 8 || !(glob?.IsMatch(part[0]) ?? VersionTag.IsVersion(part[0]))) continue;
            var annotated = part[1] == "tag";
            var sha = annotated ? await PeelAsync(git, part[5], part[6], cancellation) : part[1] == "commit" ? part[2] : null;
            if (sha is null)
            {
                others.Add(part[0]);
                continue;
            }

            var seconds = long.TryParse(part[3], out var tagged) ? tagged : long.TryParse(annotated ? part[7] : part[4], out var committed) ? committed : 0;
            deployments.Add(Deployment(part[0], sha, seconds, service, repository));
        }

        if (others.Count > 0) notes.Add($"{others.Count} tags name no commit and are passed over: {string.Join(", ", others.Take(3))}{(others.Count > 3 ? ", …" : "")}");
        return deployments;
    }

    /// <summary>A tag may name a tag; null where what stands at the end is no commit.</summary>
    static async Task<string?> PeelAsync(GitProgram git, string type, string name, CancellationToken cancellation) =>
        type == "commit" ? name : type == "tag" ? (await git.TryTextAsync(["rev-parse", "--verify", "--quiet", name + "^{commit}"], cancellation))?.Trim() : null;

    static async Task<List<DeploymentFact>> OfBranchAsync(GitProgram git, string branch, ServiceName service, RepositoryName repository, CancellationToken cancellation)
    {
        if (await git.TryTextAsync(["rev-parse", "--verify", "--quiet", "--end-of-options", branch + "^{commit}"], cancellation) is null)
            throw new GitException($"there is no branch {branch}: see git branch --all, and name one with --branch");
        var text = await git.TextAsync(["log", "--first-parent", "--format=%H %ct", branch, "--"], cancellation);
        return
        [
            .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
                .Select(part => Deployment(part[0], part[0], long.Parse(part[1]), service, repository)),
        ];
    }

    static DeploymentFact Deployment(string id, string sha, long seconds, ServiceName service, RepositoryName repository)
    {
        var time = Instant(seconds);
        return new DeploymentFact
        {
            Id = id,
            Service = service.Value,
            Repository = repository,
            Environment = EnvironmentName.Production.Value,
            Version = id == sha ? Sha.Parse(sha).Abbreviated : id,
            Sha = Sha.Parse(sha),
            Status = DeploymentStatus.Succeeded,
            FinishedAt = time,
            AsOf = time,
        };
    }

    static async Task<HashSet<Sha>> TouchingAsync(GitProgram git, IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        var touching = new HashSet<Sha>();
        await git.RecordsAsync(
            ["log", "--branches", "--tags", "--remotes", "--full-history", "--format=%H%x00", "--", .. paths.Select(path => ":(glob)" + path)],
            record => touching.Add(Sha.Parse(Encoding.ASCII.GetString(record.TrimStart((byte)'\n')))),
            cancellation);
        return touching;
    }

    /// <summary>Adds one record of <see cref="Format"/>; answers the author's time.</summary>
    static DateTimeOffset Add(CommitGraph.Builder builder, RepositoryName repository, ReadOnlySpan<byte> record, HashSet<Sha>? touching)
    {
        record = record.TrimStart((byte)'\n');
        Span<Sha> parents = stackalloc Sha[64];
        var count = 0;
        var ids = Cut(ref record, 1);
        var sha = Read(Cut(ref ids, (byte)' '));
        while (!ids.IsEmpty && count < parents.Length) parents[count++] = Read(Cut(ref ids, (byte)' '));
        var times = Cut(ref record, 1);
        var authored = Seconds(Cut(ref times, (byte)' '));
        var committed = Seconds(times);
        var byBot = Cut(ref record, 1).EndsWith("[bot]"u8);
        var says = record.Length < 2 ? default : CommitMessage.Parse(Encoding.UTF8.GetString(record));
        builder.Add(new GraphCommit
        {
            Repository = repository,
            Sha = sha,
            Parents = parents[..count],
            ParentsKnown = ParentsKnown.Yes,
            AuthoredAt = authored,
            CommittedAt = committed,
            Touches = touching is null || touching.Contains(sha),
            ByBot = byBot,
            Reverts = says.Reverts,
            Mentions = says.Mentions,
        });
        return authored;
    }

    static ReadOnlySpan<byte> Cut(ref ReadOnlySpan<byte> rest, byte separator)
    {
        var end = rest.IndexOf(separator);
        var part = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return part;
    }

    static Sha Read(ReadOnlySpan<byte> hex)
    {
        Span<char> text = stackalloc char[64];
        return Sha.Parse(text[..Encoding.ASCII.GetChars(hex, text)]);
    }

    static DateTimeOffset Seconds(ReadOnlySpan<byte> text) => Instant(Utf8Parser.TryParse(text, out long seconds, out _) ? seconds : 0);

    /// <summary>A broken commit may claim a time beyond the calendar; it is kept at its edge rather than lost.</summary>
    static DateTimeOffset Instant(long seconds) => DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, 0, 253_402_300_799));
}
