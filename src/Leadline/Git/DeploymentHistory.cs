using Leadline.Core;

namespace Leadline.Git;

/// <summary>The deployments that a repository's tags, or a branch of it, stand for.</summary>
/// <param name="notes">Takes a sentence on whatever was passed over or moved.</param>
sealed class DeploymentHistory(GitProgram git, ServiceName service, RepositoryName repository, List<string> notes)
{
    const string TagFormat =
        "--format=%(refname:strip=2)%01%(objecttype)%01%(objectname)%01%(taggerdate:unix)%01%(committerdate:unix)"
        + "%01%(*objecttype)%01%(*objectname)%01%(*committerdate:unix)";

    /// <summary>
    /// Every tag of a commit that the glob, or the rule of <see cref="VersionTag"/>, takes: at the tagger's time, else the
    /// committer's.
    /// </summary>
    /// <exception cref="GitException">The glob is none.</exception>
    public async Task<List<DeploymentFact>> OfTagsAsync(string? tags, CancellationToken cancellation)
    {
        var glob = GlobOf(tags);
        var deployments = new List<DeploymentFact>();
        var (noCommit, noVersion) = (new List<string>(), new List<string>());
        var text = await git.TextAsync(["for-each-ref", "refs/tags", TagFormat], cancellation);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var part = line.Split('\x01');
            if (part.Length < 8) continue;
            if (!(glob?.IsMatch(part[0]) ?? VersionTag.IsVersion(part[0])))
            {
                noVersion.Add(part[0]);
                continue;
            }

            var (sha, committed) = part[1] switch
            {
                "commit" => (part[2], part[4]),
                "tag" when part[5] == "commit" => (part[6], part[7]),
                "tag" when part[5] == "tag" => await PeelAsync(part[6], cancellation),
                _ => (null, ""),
            };
            if (sha is null) noCommit.Add(part[0]);
            else deployments.Add(Deployment(part[0], part[0], sha, At(part[3], committed)));
        }

        var because = glob is null ? "no version or a pre-release" : "not matched by --tags";
        if (noVersion.Count > 0)
            notes.Add(
                $"{GitHistory.Counted(noVersion.Count, "tag")} not taken for a deployment, being {because}: {First(noVersion)}");
        if (noCommit.Count > 0)
            notes.Add($"{GitHistory.Counted(noCommit.Count, "tag")} passed over, naming no commit: {First(noCommit)}");
        return deployments;
    }

    /// <summary>
    /// Every first-parent commit of the branch, at its committer's time. A commit cannot be deployed before its parent was,
    /// whatever their clocks say; and of those in one second the order is kept in the microseconds, because a judgement knows
    /// only times.
    /// </summary>
    public async Task<List<DeploymentFact>> OfBranchAsync(string branch, string? revision, CancellationToken cancellation)
    {
        var deployments = new List<DeploymentFact>();
        var (last, lastAt, moved) = (long.MinValue, default(DateTimeOffset), 0);
        var text = await git.TextAsync(
            ["log", "--first-parent", "--reverse", "--format=%H %ct", revision ?? branch, "--"], cancellation);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var space = line.IndexOf(' ');
            var seconds = long.TryParse(line.AsSpan(space + 1), out var committed) ? committed : 0;
            if (seconds < last) moved++;
            lastAt = seconds > last ? GitHistory.Instant(last = seconds) : lastAt.AddMicroseconds(1);
            var sha = line[..space];
            deployments.Add(Deployment(sha, Sha.Parse(sha).Abbreviated, sha, lastAt));
        }

        if (moved > 0)
            notes.Add(
                $"{GitHistory.Counted(moved, "commit")} dated before the parent on {branch}: taken as deployed right after it");
        return deployments;
    }

    /// <summary>A tag may name a tag that names a tag; null where what stands at the end is no commit.</summary>
    async Task<(string? Sha, string CommittedAt)> PeelAsync(string tag, CancellationToken cancellation)
    {
        var peeled = await git.TryTextAsync(["log", "-1", "--format=%H %ct", tag + "^{commit}", "--"], cancellation);
        if (peeled is not { Length: > 0 }) return (null, "");
        var part = peeled.Trim().Split(' ');
        return (part[0], part[1]);
    }

    DeploymentFact Deployment(string id, string version, string sha, DateTimeOffset at) => new()
    {
        Id = id,
        Service = service.Value,
        Repository = repository,
        Environment = EnvironmentName.Production.Value,
        Version = version,
        Sha = Sha.Parse(sha),
        Status = DeploymentStatus.Succeeded,
        FinishedAt = at,
        AsOf = at,
    };

    static Glob? GlobOf(string? tags)
    {
        try
        {
            return tags is null ? null : new Glob(tags);
        }
        catch (FormatException error)
        {
            throw new GitException($"--tags: {error.Message}");
        }
    }

    static DateTimeOffset At(string tagged, string committed) =>
        GitHistory.Instant(long.TryParse(tagged, out var seconds) || long.TryParse(committed, out seconds) ? seconds : 0);

    static string First(List<string> names) => string.Join(", ", names.Take(3)) + (names.Count > 3 ? ", …" : "");
}
