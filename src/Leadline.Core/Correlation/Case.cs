namespace Leadline.Core;

/// <summary>One environment of one service while it is judged: what the rules hand to each other, in order.</summary>
sealed class Case
{
    public required ServiceName Service { get; init; }
    public required EnvironmentDefinition Environment { get; init; }
    public required Definitions Definitions { get; init; }
    public required CommitGraph Graph { get; init; }
    public required MergedChanges Changes { get; init; }
    public required Comparisons Comparisons { get; init; }
    public required Dictionary<Sha, DateTimeOffset> GreenBuilds { get; init; }

    /// <summary>In order of <see cref="Row.DeployedAt"/>.</summary>
    public List<Row> Rows { get; } = [];

    /// <summary>The rows of <see cref="Rows"/> that count and succeeded, in the same order.</summary>
    public List<Row> Counted { get; } = [];

    /// <summary>
    /// Those that count because their roll-out was aborted while users had them; in the same order, and none is in
    /// <see cref="Counted"/>.
    /// </summary>
    public List<Row> Aborted { get; } = [];

    public List<Blame> Blames { get; } = [];

    /// <summary>
    /// The row that shipped the commit, or null: never a baseline or gap, of which nobody knows what they shipped.
    /// </summary>
    public required Row?[] RowOfCommit { get; init; }

    /// <summary>The change that the commit belongs to, where known.</summary>
    public required ChangeFact?[] ChangeOf { get; init; }

    /// <summary>The row that a change ships in; others may ship some of its commits.</summary>
    public Dictionary<(RepositoryName, int), Row> RowOfChange { get; } = [];

    /// <summary>The row that shipped the commit, or null.</summary>
    public Row? RowOf(Sha? commit) => commit is { } sha && Graph.Find(sha) is >= 0 and var place ? RowOfCommit[place] : null;

    public void Blame(Row failed, FailureSignal signal, string evidence, string method, Row? repairedBy)
    {
        if (!Definitions.Failure.Signals.Contains(signal)) return;
        Blames.Add(new Blame
        {
            Service = Service,
            Environment = Environment.Name,
            DeploymentId = failed.Attempt.Id,
            Signal = signal,
            Evidence = evidence,
            Method = method,
            StartedAt = failed.DeployedAt,
            ResolvedAt = repairedBy?.DeployedAt,
            Url = repairedBy?.Attempt.Url,
        });
        var endedBy = repairedBy is null ? null : $"deployment {repairedBy.Attempt.Id}";
        failed.Signs.Add(new Sign(failed.DeployedAt, repairedBy?.DeployedAt, endedBy, Incident: null));
    }

    /// <param name="failed">Null where the incident is linked to none.</param>
    /// <param name="signal">What kind of incident it is.</param>
    /// <param name="incident">From its start to its resolution.</param>
    /// <param name="method">By which it was linked, or <c>unlinked</c>.</param>
    public void Blame(Row? failed, FailureSignal signal, IncidentFact incident, string method)
    {
        Blames.Add(new Blame
        {
            Service = Service,
            Environment = Environment.Name,
            DeploymentId = failed?.Attempt.Id,
            Signal = signal,
            Evidence = incident.Id,
            Method = method,
            StartedAt = incident.StartedAt,
            AcknowledgedAt = incident.AcknowledgedAt,
            ResolvedAt = incident.ResolvedAt,
            Title = incident.Title,
            Url = incident.Url,
        });
        var endedBy = incident.ResolvedAt is null ? null : $"incident {incident.Id}";
        failed?.Signs.Add(new Sign(incident.StartedAt, incident.ResolvedAt, endedBy, incident.Id));
    }
}

/// <summary>A ledger row in the making.</summary>
sealed class Row
{
    public required Attempt Attempt { get; init; }
    public required DateTimeOffset DeployedAt { get; init; }
    public required DateTime DeployedDay { get; init; }

    /// <summary>When its version first began to reach the environment: the start of the roll-out, where known.</summary>
    public required DateTimeOffset BeganAt { get; init; }

    public required LedgerKind Kind { get; set; }
    public bool IsCounted { get; set; }

    /// <summary>Whether an override keeps it out of every metric.</summary>
    public bool IsExcluded { get; set; }

    /// <summary>The overrides that act on it, each kind once and in order.</summary>
    public SortedSet<OverrideKind> Overridden { get; } = [];

    public LedgerLink Link { get; set; } = LedgerLink.Linked;

    /// <summary>The row before it, where a host says that it holds all of that; null where none says so.</summary>
    public Row? Above { get; set; }

    /// <inheritdoc cref="LedgerRow.LiveBefore"/>
    public Sha? LiveBefore { get; set; }

    /// <summary>The deployed commit's place in the graph, or -1.</summary>
    public int Head => Attempt.Head;

    public RepositoryName? Repository => Attempt.Repository;
    public Sha? Sha => Attempt.Sha;

    public List<ShippedCommit> Commits { get; } = [];
    public List<ChangeFact> Changes { get; } = [];
    public List<ShippedChange> Shipped { get; set; } = [];
    public List<Sign> Signs { get; } = [];

    /// <summary>The stages of every commit of this row that belongs to no change.</summary>
    public Stages? StagesWithoutChange { get; set; }

    /// <summary>What it repairs by, each once and in order.</summary>
    public IReadOnlyCollection<string> Rework => rework ?? [];

    SortedSet<string>? rework;

    public void Repairs(string by) => (rework ??= new(StringComparer.Ordinal)).Add(by);
}

/// <param name="Commit">Its place in the graph; -1 for a declared commit that is not in it.</param>
readonly record struct ShippedCommit(int Commit, Sha Sha, LinkMethod Method, ChangeFact? Change);

/// <summary>What makes a row a failure: from when to when.</summary>
/// <param name="Incident">The incident's id; null where none says so.</param>
readonly record struct Sign(DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string? EndedBy, string? Incident)
{
    public bool IsIncident => Incident is not null;
}
