namespace Leadline.Core;

/// <summary>
/// The commit that was deployed: the sha's, which may be short, else that of the version's artifact; or the one that a
/// configuration repository names.
/// </summary>
sealed class DeployedCommit
{
    readonly CommitGraph graph;
    readonly KnownVersions known;
    readonly ConfiguredVersion configured;

    public DeployedCommit(ServiceFacts facts, List<Attempt> attempts)
    {
        graph = facts.Commits;
        known = new KnownVersions(graph, facts.Artifacts);
        configured = new ConfiguredVersion(facts, known, attempts);
        Attempts = attempts.ConvertAll(Resolve);
    }

    /// <summary>Each with what is known of its commit.</summary>
    public List<Attempt> Attempts { get; }

    Attempt Resolve(Attempt attempt)
    {
        if (attempt.Sha is { } sha)
            return graph.Find(sha) is >= 0 and var place ? At(attempt, place) : configured.Resolve(attempt);
        if (attempt.Version is not { } version) return attempt;
        var byArtifact = attempt with { Via = LinkMethod.Artifact };
        if (known.Artifact(attempt.Repository, version) is { } artifact)
            return graph.Find(artifact) is >= 0 and var made ? At(byArtifact, made) : byArtifact with { Sha = artifact };
        return known.Find(version) is >= 0 and var named ? At(byArtifact, named) : attempt;
    }

    Attempt At(Attempt attempt, int place) =>
        attempt with { Head = place, Sha = graph.Sha(place), Repository = graph.Repository(place) };
}
