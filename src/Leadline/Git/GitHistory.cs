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
/// <param name="Service">As it was named, else the repository's folder.</param>
/// <param name="Commits">All that branches, tags and HEAD reach.</param>
/// <param name="Deployments">At least one.</param>
/// <param name="Notes">Sentences: a shallow clone, tags that name no commit, times in the future.</param>
public sealed record GitHistory(ServiceName Service, CommitGraph Commits, List<DeploymentFact> Deployments, List<string> Notes)
{
    const string Format = "--format=%H %P%x01%at %ct%x01%an%x01%s%x01%b%x00";

    /// <summary>How far the reading is: commits so far, and of how many where that is known yet.</summary>
    public delegate void Progress(long commits, long? all);

    /// <summary>Reads the history with the git program, streamed.</summary>
    /// <param name="path">A folder of the repository.</param>
    /// <param name="service">Null for the name of the repository's folder.</param>
    /// <param name="query">What is a deployment.</param>
    /// <param name="clock">Tells which times lie in the future.</param>
    /// <param name="progress">Told every thousand commits; null spares the counting.</param>
    /// <param name="cancellation">Stops git.</param>
    /// <exception cref="GitException">It is no repository, holds no commits, or has nothing that is a deployment.</exception>
    public static async Task<GitHistory> ReadAsync(
        string path, string? service, GitQuery query, TimeProvider clock, Progress? progress, CancellationToken cancellation)
    {
        var repository = await GitRepository.OpenAsync(path, cancellation);
        try
        {
            return await ReadAsync(
                repository, new ServiceName(service ?? repository.Name), query, clock, progress, cancellation);
        }
        catch (GitRefusedException refusal)
        {
            throw new GitException($"git cannot read {path}: {refusal.Message}");
        }
    }

    static async Task<GitHistory> ReadAsync(
        GitRepository repository, ServiceName service, GitQuery query, TimeProvider clock, Progress? progress,
        CancellationToken cancellation)
    {
        var git = repository.Git;
        var notes = repository.Notes.ToList();
        var name = new RepositoryName(repository.Name);
        var reach = await ReachAsync(git, query.Branch, cancellation);
        var history = new DeploymentHistory(git, service, name, notes);
        var deployments = query.Branch is { } branch
            ? await history.OfBranchAsync(branch, reach.Branch, cancellation)
            : await history.OfTagsAsync(query.Tags, cancellation);
        var counting = progress is null ? null : git.TryTextAsync(["rev-list", "--count", .. reach.Revisions], cancellation);
        var touching = query.Paths.Count == 0 ? null : await TouchingAsync(git, reach.Revisions, query.Paths, cancellation);
        var builder = new CommitGraph.Builder();
        var parents = new List<Sha>();
        var horizon = clock.GetUtcNow() + TimeSpan.FromDays(1);
        var (count, early) = (0L, 0L);
        await git.RecordsAsync(
            ["log", Format, .. reach.Revisions],
            record =>
            {
                if (Add(builder, name, record, touching, parents) > horizon) early++;
                if (++count % 1000 != 0 || progress is null) return;
                progress(count, counting is { IsCompletedSuccessfully: true } ? All(counting.Result) : null);
            },
            cancellation);
        if (counting is not null) await counting;
        if (count == 0) throw new GitException($"{repository.Path} has no commits yet: there is nothing to measure");
        if (deployments.Count == 0) throw new GitException(NothingDeployed(repository.Path, query, notes));
        if (touching is { Count: 0 })
        {
            throw new GitException(
                $"no commit of {repository.Path} touches {string.Join(" or ", query.Paths)}: "
                + "--paths takes globs from the repository's root, such as services/checkout/**");
        }

        if (early > 0)
            notes.Add(
                $"{Counted(early, "commit")} dated in the future: an author's clock was wrong, and so are these lead times");
        return new GitHistory(service, builder.Build(), deployments, notes);
    }

    static long? All(string? counted) => long.TryParse(counted, out var all) ? all : null;

    /// <summary>The revisions that git is to walk, and the full name of the asked branch.</summary>
    static async Task<(string[] Revisions, string? Branch)> ReachAsync(
        GitProgram git, string? branch, CancellationToken cancellation)
    {
        string? found = null;
        if (branch is not null)
        {
            // A tag of the same name must not win, and a fresh clone has most branches of its origin only as remote ones.
            string[] candidates = ["refs/heads/" + branch, "refs/remotes/" + branch, "refs/remotes/origin/" + branch, branch];
            foreach (var candidate in candidates)
            {
                if (await git.TryTextAsync(
                    ["rev-parse", "--verify", "--quiet", "--end-of-options", candidate + "^{commit}"], cancellation) is null)
                    continue;
                found = candidate;
                break;
            }

            if (found is null)
                throw new GitException($"there is no branch {branch}: see git branch --all, and name one with --branch");
        }

        var hasHead = await git.TryTextAsync(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], cancellation) is not null;
        string[] revisions =
        [
            "--branches", "--tags", "--remotes", .. hasHead ? (string[])["HEAD"] : [], .. found is null ? [] : (string[])[found],
            "--",
        ];
        return (revisions, found);
    }

    static string NothingDeployed(string path, GitQuery query, List<string> notes)
    {
        var why = query.Tags is { } glob ? $"{path} has no tag of a commit that matches {glob}"
            : $"{path} has no version tags (such as v1.2.3)";
        var passedOver =
            notes.Where(note =>
                note.Contains(" not taken ", StringComparison.Ordinal)
                    || note.Contains(" naming no commit", StringComparison.Ordinal));
        var besides = string.Concat(passedOver.Select(note => $" ({note})"));
        return $"{why}{besides}: name the tags that are deployments with --tags GLOB, or a release branch with --branch NAME";
    }

    static async Task<HashSet<Sha>> TouchingAsync(
        GitProgram git, string[] revisions, IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        var touching = new HashSet<Sha>();
        await git.RecordsAsync(
            ["log", "--full-history", "--format=%H%x00", .. revisions, .. PathGlobs.ToPathspecs(paths)],
            record => touching.Add(Read(record.TrimStart((byte)'\n'))),
            cancellation);
        return touching;
    }

    /// <summary>Adds one record of <see cref="Format"/>; answers the author's time.</summary>
    static DateTimeOffset Add(
        CommitGraph.Builder builder, RepositoryName repository, ReadOnlySpan<byte> record, HashSet<Sha>? touching,
        List<Sha> parents)
    {
        record = record.TrimStart((byte)'\n');
        parents.Clear();
        var ids = Cut(ref record, 1);
        var sha = Read(Cut(ref ids, (byte)' '));
        while (!ids.IsEmpty) parents.Add(Read(Cut(ref ids, (byte)' ')));
        var times = Cut(ref record, 1);
        var authored = Seconds(Cut(ref times, (byte)' '));
        var byBot = Cut(ref record, 1).EndsWith("[bot]"u8);
        builder.Add(new GraphCommit
        {
            Repository = repository,
            Sha = sha,
            Parents = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(parents),
            ParentsKnown = ParentsKnown.Yes,
            AuthoredAt = authored,
            CommittedAt = Seconds(times),
            Touches = touching is null || touching.Contains(sha),
            ByBot = byBot,

            // The keys that a message names are for incidents, and git knows none. Few messages speak of a revert.
            Reverts = record.IndexOf("everts"u8) < 0 ? null : CommitMessage.Parse(Encoding.UTF8.GetString(record)).Reverts,
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

    static DateTimeOffset Seconds(ReadOnlySpan<byte> text) =>
        Instant(Utf8Parser.TryParse(text, out long seconds, out _) ? seconds : 0);

    /// <summary><c>1 commit is</c>, <c>2 commits are</c>.</summary>
    internal static string Counted(long count, string what) => count == 1 ? $"1 {what} is" : $"{count} {what}s are";

    /// <summary>A broken commit may claim a time beyond the calendar; it is kept at its edge rather than lost.</summary>
    internal static DateTimeOffset Instant(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, 0, 253_402_300_799));
}
