namespace Leadline.Core;

/// <summary>The commit that was deployed: the sha's, which may be short, else that of the version's artifact.</summary>
static class DeployedCommit
{
    public static Attempt Resolve(Attempt attempt, CommitGraph graph, Dictionary<(RepositoryName?, string), Sha> artifacts)
    {
        var sha = attempt.Sha;
        if (sha is null && attempt.Version is { } version)
            sha = Artifact((attempt.Repository, version)) ?? Artifact((null, version));
        if (sha is not { } known) return attempt;
        var resolved = attempt with { Sha = known, ByArtifact = attempt.Sha is null, Head = graph.Find(known) };
        return resolved.Head < 0 ? resolved
            : resolved with { Sha = graph.Sha(resolved.Head), Repository = graph.Repository(resolved.Head) };

        Sha? Artifact((RepositoryName?, string) name) => artifacts.TryGetValue(name, out var found) ? found : null;
    }
}
