using System.Collections.Immutable;

namespace Leadline.Core;

/// <summary>
/// From a configuration repository's commit to the application's. What the deployment itself says of its image goes first. Else
/// it is the nearest commit, from the deployed one back, that concerns the service: a configuration repository serves many.
/// Where that one reverts another, what ran before is back.
/// </summary>
sealed class ConfiguredVersion
{
    /// <summary>So many reverts of reverts are followed.</summary>
    const int MostReverts = 8;

    readonly ServiceFacts facts;
    readonly KnownVersions known;
    readonly ImmutableArray<string> environments;

    /// <summary>By the source's environment and the repository, the places of the commits that were deployed.</summary>
    readonly ILookup<(string Environment, RepositoryName Repository), int> deployed;

    public ConfiguredVersion(ServiceFacts facts, KnownVersions known, List<Attempt> attempts)
    {
        (this.facts, this.known) = (facts, known);
        environments = [.. attempts.Select(attempt => attempt.SourceEnvironment).Distinct(StringComparer.OrdinalIgnoreCase)];
        deployed = attempts.Where(attempt => attempt.SucceededAt is not null)
            .Select(attempt => (attempt.SourceEnvironment, Found: Find(attempt))).Where(one => one.Found.History is not null)
            .ToLookup(one => (one.SourceEnvironment, one.Found.History!.Repository), one => one.Found.Place);
    }

    /// <summary>The attempt with the application's commit, where its own is one of a configuration repository.</summary>
    public Attempt Resolve(Attempt attempt)
    {
        var (history, place) = Find(attempt);
        if ((history?.Repository ?? Foreign(attempt.Repository)) is not { } repository) return attempt;
        var configured = attempt with { Configuration = repository };
        if (attempt.Version is { } version && known.Find(version) is >= 0 and var own) return Linked(configured, own);
        if (history is null) return configured;
        var subject = new Subject(this, history, attempt);
        var found = subject.Walk(place, [.. deployed[(attempt.SourceEnvironment, repository)]], 0);
        return found.Place >= 0 ? Linked(configured, found.Place) : configured with { Configured = found.ChangedBy };
    }

    Attempt Linked(Attempt attempt, int place) => attempt with
    {
        Head = place,
        Sha = facts.Commits.Sha(place),
        Repository = facts.Commits.Repository(place),
        Via = LinkMethod.Gitops,
    };

    (ConfigurationHistory? History, int Place) Find(Attempt attempt)
    {
        if (attempt.Sha is not { } sha || facts.Commits.Find(sha) >= 0) return default;
        foreach (var history in facts.Configuration)
        {
            if (attempt.Repository is { } named && !IsSame(named, history.Repository)) continue;

            // Of nobody knows which repository, an abbreviation tells nothing.
            if (attempt.Repository is null && sha.IsShort) continue;
            if (history.Commits.Find(sha) is >= 0 and var place) return (history, place);
        }

        return default;
    }

    /// <summary>The repository where it is none of the service's own.</summary>
    RepositoryName? Foreign(RepositoryName? repository) =>
        repository is { } named && facts.Repositories is { } own && !own.Any(one => IsSame(one, named)) ? named : null;

    static bool IsSame(RepositoryName left, RepositoryName right) =>
        string.Equals(left.Value, right.Value, StringComparison.OrdinalIgnoreCase);

    /// <summary>One deployment's view of the history.</summary>
    sealed class Subject
    {
        readonly ConfiguredVersion all;
        readonly ConfigurationHistory history;
        readonly ImmutableArray<string> names, others;
        readonly ImmutableArray<string>? folders;

        public Subject(ConfiguredVersion all, ConfigurationHistory history, Attempt attempt)
        {
            (this.all, this.history) = (all, history);
            var own = all.facts.Repositories ?? [];
            names =
            [
                .. new[] { all.facts.Service.Value, attempt.App, attempt.Service }.OfType<string>()
                    .Concat(own.Select(one => one.Value[(one.Value.LastIndexOf('/') + 1)..])).Where(name => name.Length > 0)
                    .Distinct(StringComparer.OrdinalIgnoreCase),
            ];
            others = all.environments.Remove(attempt.SourceEnvironment, StringComparer.OrdinalIgnoreCase);
            folders = attempt.ConfigPaths is { IsEmpty: false } paths ? [.. paths.Select(Folder)] : null;
        }

        /// <summary>
        /// The application's commit that the configuration has at this place, or -1, and what last changed it there.
        /// </summary>
        /// <param name="from">The place of the deployed commit.</param>
        /// <param name="until">What was deployed before: a change that names nothing is one of the deployments since
        /// then.</param>
        /// <param name="reverts">How many reverts led here.</param>
        public (int Place, Sha? ChangedBy) Walk(int from, HashSet<int> until, int reverts)
        {
            var graph = history.Commits;
            Sha? changedBy = null;
            var seen = new HashSet<int>();
            for (var commit = from; commit >= 0 && seen.Add(commit); commit = graph.Parents(commit) is [var parent, ..] ? parent
                : -1)
            {
                if (changedBy is not null && until.Contains(commit)) break;
                foreach (var one in With(commit))
                {
                    if (!Concerns(one)) continue;
                    changedBy ??= graph.Sha(one);
                    var (place, isOver) = Says(one, reverts);
                    if (isOver) return (place, changedBy);
                }
            }

            return (-1, changedBy);
        }

        /// <summary>The commit, and what it merged, which is newer than what it was merged into.</summary>
        IEnumerable<int> With(int commit)
        {
            yield return commit;
            if (!history.Commits.IsMerge(commit)) yield break;
            var (into, merged) = (history.Commits.Parents(commit)[0], history.Commits.Parents(commit)[1]);
            if (merged < 0) yield break;
            foreach (var one in history.Commits.Difference(merged, into)
                .OrderByDescending(history.Commits.Generation).ThenBy(history.Commits.Sha)) yield return one;
        }

        /// <summary>
        /// Whether the commit changes what runs of the service: below the folders that the deployment is made of, or else in a
        /// path, a repository or a subject that bears one of its names, unless the path is another environment's.
        /// </summary>
        bool Concerns(int commit)
        {
            var paths = history.Paths(commit);
            if (folders is { } own && paths is not null)
                return paths.Any(path =>
                    own.Any(folder =>
                        folder.Length == 0 || path.StartsWith(folder + "/", StringComparison.Ordinal) || path == folder));
            if (paths?.Where(path => !IsOfAnother(path)).ToList() is { } mine)
            {
                if (mine.Count == 0) return false;
                if (mine.Exists(IsNamed) || IsDedicated) return true;
            }

            return history.Lines(commit).Take(1).Any(line => names.Any(name => VersionNames.HasWord(line, name)));
        }

        /// <summary>Of <c>acme/checkout-deploy</c>, checkout.</summary>
        bool IsDedicated => names.Any(name =>
            VersionNames.HasWord(history.Repository.Value, name)
                || VersionNames.HasWord(history.Repository.Value.Replace('-', '/'), name));

        static string Folder(string path) =>
            path is "." ? "" : (path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path).Trim('/');

        bool IsNamed(string path) =>
            path.Split('/').Any(part => names.Any(name => part.Equals(name, StringComparison.OrdinalIgnoreCase)
                || part.StartsWith(name + ".", StringComparison.OrdinalIgnoreCase)));

        bool IsOfAnother(string path) => path.Split('/').Any(part => others.Contains(part, StringComparer.OrdinalIgnoreCase));

        /// <summary>
        /// The application's commit that this one sets. It is over where the commit says so, or names a version that nobody
        /// knows: what an older one named is no longer so.
        /// </summary>
        (int Place, bool IsOver) Says(int commit, int reverts)
        {
            if (history.Commits.Reverts(commit) is { } reverted)
            {
                var undone = reverted.Split(' ')
                    .Select(text => Sha.ParseOrNull(text) is { } sha ? history.Commits.Find(sha) : -1).FirstOrDefault(-1);
                if (undone < 0 || reverts == MostReverts || history.Commits.Parents(undone) is not [>= 0 and var before, ..])
                    return (-1, true);
                return (Walk(before, [], reverts + 1).Place, true);
            }

            var lines = history.Lines(commit).ToList();
            foreach (var line in lines.Where(line => names.Any(name => VersionNames.HasWord(line, name))).Concat(lines))
                if (OfLine(line) is { IsOver: true } said) return said;
            return (-1, false);
        }

        (int Place, bool IsOver) OfLine(string line)
        {
            var places = new HashSet<int>();
            var isUnknown = false;
            foreach (var chain in VersionNames.In(line))
            {
                for (var i = chain.Count - 1; i >= 0; i--)
                {
                    var place = all.known.Find(chain[i]);
                    if (place >= 0) places.Add(place);
                    else if (VersionNames.IsVersion(chain[i])) isUnknown = true;
                    else continue;
                    break;
                }
            }

            return places.Count switch
            {
                0 => (-1, isUnknown),
                1 => (places.Single(), true),
                _ => (-1, true),
            };
        }
    }
}
