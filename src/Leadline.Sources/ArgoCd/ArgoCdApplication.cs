using System.Collections.Immutable;
using Leadline.Core;

namespace Leadline.Sources.ArgoCd;

/// <summary>
/// A deployment is a sync that brought another revision, from the time at which the application was healthy with it. Syncs of
/// the revision that is there already belong to the one that brought it.
/// </summary>
static class ArgoCdApplication
{
    public static Reading Convert(Application?[] applications)
    {
        var facts = applications.OfType<Application>().Select(Convert).OfType<FactsReading>().SelectMany(read => read.Facts);
        return facts.ToImmutableArray() is { Length: > 0 } all
            ? Reading.Of(all)
            : Reading.Ignored("none of its applications says which revision it brought, and when");
    }

    public static Reading Convert(Application application)
    {
        if (application is not { Metadata: { Name: { Length: > 0 } name } metadata })
            return Reading.Ignored("it names no application");
        if (application.Status is not { } status) return Reading.Ignored($"{name} was not synced yet");
        var (cluster, space, server) = application.Spec?.Destination ?? new Destination();
        if (ArgoCdReader.EnvironmentOf(metadata, space, cluster, server) is not { } environment)
            return Reading.Ignored($"{name} has neither a label that names its environment nor a destination");
        var subject = new Subject(application, metadata, name, environment);
        var runs = RunsOf(status);
        var now = Now(subject, status, runs);

        // A notification speaks of one sync; a resource tells of those before it too, but no longer of their health.
        if (application.Notification is not null || runs.Count == 0) return now;
        var isPast = IsPast(status);
        var past = (isPast ? runs : runs.SkipLast(1)).Select(run => subject.Deployed(run, run.First.DeployedAt));
        var facts = past.OfType<Fact>().Concat((now as FactsReading)?.Facts ?? []).ToImmutableArray();
        return facts.IsEmpty ? now : Reading.Of(facts);
    }

    /// <summary>What the last operation came to.</summary>
    static Reading Now(Subject subject, ApplicationStatus status, List<Run> runs) => status switch
    {
        { OperationState.Phase: "Running" or "Terminating" } => Reading.Ignored("the sync is not over"),
        { OperationState: { Phase: "Failed" or "Error" } operation } => Failed(subject, operation, runs),
        _ when runs.Count == 0 => Reading.Ignored($"{subject.Name} does not say which revision it brought"),
        { Health.Status: "Healthy" } => OrTimeless(subject.Healthy(runs[^1], status)),
        { Health: { Status: "Degraded" } health } => Degraded(subject, runs[^1], health),
        { Health.Status: "Suspended" } => Reading.Ignored("it is suspended: a step of a canary is no deployment"),
        _ => Reading.Ignored($"it is {status.Health?.Status ?? "of unknown health"}: it is deployed when it is Healthy"),
    };

    static Reading Failed(Subject subject, OperationState operation, List<Run> runs)
    {
        var sync = new Synced
        {
            Revision = operation.SyncResult?.Revision,
            Revisions = operation.SyncResult?.Revisions,
            Source = operation.SyncResult?.Source,
            Sources = operation.SyncResult?.Sources,
            DeployStartedAt = operation.StartedAt,
        };
        if (RevisionOf(sync) is not { } revision) return Reading.Ignored("the sync failed before it had a revision");
        if (runs.Count > 0 && RevisionOf(runs[^1].First) == revision)
            return Reading.Ignored("the sync that failed was of the revision that is there already");
        return OrTimeless(subject.Deployed(new Run(sync, sync, IsStartKnown: true), operation.FinishedAt) is { } deployed
            ? deployed with { Status = DeploymentStatus.Failed }
            : null);
    }

    /// <summary>
    /// The deployment failed, unless another statement says that it was healthy before, or will say that it is.
    /// </summary>
    static Reading Degraded(Subject subject, Run run, Health health)
    {
        var since = Times.Parse(health.LastTransitionTime, "status.health.lastTransitionTime");
        return since is null || since < Times.Parse(run.First.DeployedAt, "status.history.deployedAt")
            ? Reading.Ignored("it is degraded, and does not say that it is so by this sync")
            : OrTimeless(subject.Deployed(run, health.LastTransitionTime) is { } deployed
                ? deployed with { Status = DeploymentStatus.Failed }
                : null);
    }

    static Reading OrTimeless(DeploymentFact? deployed) =>
        deployed is null ? Reading.Ignored("it does not say when the sync was over") : Reading.Of(deployed);

    /// <summary>Whether another operation has begun since the last sync of the history was done.</summary>
    static bool IsPast(ApplicationStatus status) => status.OperationState?.Phase is not (null or "Succeeded");

    static List<Run> RunsOf(ApplicationStatus status)
    {
        var syncs = (status.History ?? []).OfType<Synced>().Where(sync => RevisionOf(sync) is not null).ToList();
        if (syncs.Count == 0 && status.OperationState is { Phase: null or "Succeeded", SyncResult: { } result } operation)
        {
            var sync = new Synced
            {
                Revision = result.Revision,
                Revisions = result.Revisions,
                Source = result.Source,
                Sources = result.Sources,
                DeployStartedAt = operation.StartedAt,
                DeployedAt = operation.FinishedAt,
            };
            if (RevisionOf(sync) is not null) syncs.Add(sync);
        }

        var runs = new List<Run>();
        foreach (var sync in syncs)
        {
            if (runs.Count > 0 && RevisionOf(runs[^1].First) == RevisionOf(sync)) runs[^1] = runs[^1] with { Last = sync };
            else runs.Add(new Run(sync, sync, IsStartKnown: runs.Count > 0 || sync.Id == 0 || syncs.Count == 1));
        }

        return runs;
    }

    static string? RevisionOf(Synced sync) => sync switch
    {
        { Revisions: { Length: > 0 } several } => string.Join(' ', several),
        { Revision: { Length: > 0 } revision } => revision,
        _ => null,
    };

    /// <summary>Syncs of one revision, one after another.</summary>
    /// <param name="IsStartKnown">
    /// Not where the history, which keeps ten syncs, holds no other revision before it.
    /// </param>
    sealed record Run(Synced First, Synced Last, bool IsStartKnown);

    sealed record Subject(Application Application, ObjectMeta Metadata, string Name, string Environment)
    {
        public DeploymentFact? Healthy(Run run, ApplicationStatus status)
        {
            // Health may have come and gone since: only a notification is sent when it came.
            var healthy = Application.Notification is null
                ? run.First.DeployedAt
                : Later(run.First.DeployedAt, status.Health?.LastTransitionTime);
            return Deployed(run, healthy) is not { } deployed ? null : deployed with
            {
                Version = ImageName.VersionOf(status.Summary?.Images ?? [], Name) ?? deployed.Version,
            };
        }

        /// <summary>Null where it does not say when.</summary>
        public DeploymentFact? Deployed(Run run, string? at)
        {
            if (Times.Parse(at, "the time of the sync") is not { } finished) return null;
            var revision = RevisionOf(run.First)!;
            var (repository, sha, path) = CommitOf(run.First);
            return new DeploymentFact
            {
                Id = $"argocd:{ArgoCdReader.Key(Metadata)}:" + run switch
                {
                    { IsStartKnown: false } => revision,
                    { First.Id: { } id } => $"{id}",
                    _ => run.First.DeployStartedAt ?? revision,
                },
                Service = Name,
                App = Name,
                Repository = repository,
                Environment = Environment,
                Version = sha is null ? revision : null,
                Sha = sha,
                ConfigPaths = sha is null ? null : FoldersOf(path),
                Status = DeploymentStatus.Succeeded,
                StartedAt = run.IsStartKnown ? Times.Parse(run.First.DeployStartedAt, "the start of the sync") : null,
                FinishedAt = finished,
                Url = Application.Url,
                AsOf = finished,
            };
        }

        /// <summary>
        /// The revision of the first source that is a repository and has manifests in it, rather than values for other sources.
        /// </summary>
        (RepositoryName? Repository, Sha? Sha, string? Path) CommitOf(Synced sync)
        {
            var sources = sync.Sources ?? Application.Spec?.Sources ?? [];
            var revisions = sync.Revisions ?? [];
            if (revisions.Length == 0) (sources, revisions) = ([sync.Source ?? Application.Spec?.Source], [sync.Revision]);

            // Side by side: where one is missing, nobody knows which belongs to which.
            if (sources.Length != revisions.Length) return (null, null, null);
            return sources.Zip(revisions)
                .Where(pair => pair.First is { Chart: null or "" })
                .OrderBy(pair => pair.First is { Ref: { Length: > 0 }, Path: null or "" })
                .Select(pair =>
                    (Repository: RepositoryUrl.NameOf(pair.First!.RepoURL), Sha: Sha.ParseOrNull(pair.Second), pair.First.Path))
                .FirstOrDefault(one => one is { Repository: not null, Sha.IsShort: false });
        }

        /// <summary>
        /// The source's folder, and those that Argo CD's own annotation names beside it: below it, or, behind a slash, below the
        /// root.
        /// </summary>
        ImmutableArray<string>? FoldersOf(string? path)
        {
            if (path is not { Length: > 0 }) return null;
            var named = Metadata.Annotations?.GetValueOrDefault("argocd.argoproj.io/manifest-generate-paths");
            return
            [
                .. (named ?? ".").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .Select(one => Joined(one.StartsWith('/') ? one : $"{path}/{one}")).Prepend(Joined(path)).Distinct(),
            ];
        }

        static string Joined(string path)
        {
            var parts = new List<string>();
            foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                if (part == "..") parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
                else if (part != ".") parts.Add(part);
            }

            return string.Join('/', parts);
        }

        static string? Later(string? left, string? right) =>
            Times.Parse(right, "status.health.lastTransitionTime") > Times.Parse(left, "status.history.deployedAt")
                ? right
                : left;
    }
}
