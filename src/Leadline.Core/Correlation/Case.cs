namespace Leadline.Core;

/// <summary>One environment of one service while it is judged: what the rules hand to each other, in order.</summary>
sealed class Case
{
    public required ServiceName Service { get; init; }
    public required EnvironmentDefinition Environment { get; init; }
    public required Definitions Definitions { get; init; }
    public required CommitGraph Graph { get; init; }
    public required List<ChangeFact> Changes { get; init; }
    public required Dictionary<Sha, List<DateTimeOffset>> GreenBuilds { get; init; }
    public required Dictionary<string, Sha> Artifacts { get; init; }

    /// <summary>In order of <see cref="Row.DeployedAt"/>.</summary>
    public List<Row> Rows { get; } = [];

    /// <summary>The rows of <see cref="Rows"/> that count and succeeded, in the same order.</summary>
    public List<Row> Counted { get; } = [];

    public List<Blame> Blames { get; } = [];

    /// <summary>The row of each step of the walk.</summary>
    public Dictionary<int, Row> StepRows { get; } = [];

    /// <summary>The row that shipped the commit, or null: never a baseline or gap, of which nobody knows what they shipped.</summary>
    public required Row?[] RowOfCommit { get; init; }

    /// <summary>The change that the commit belongs to, where known.</summary>
    public required ChangeFact?[] ChangeOf { get; init; }

    public Dictionary<(RepositoryName, int), Row> RowOfChange { get; } = [];

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
        failed.Signs.Add(new Sign(failed.DeployedAt, repairedBy?.DeployedAt, repairedBy is null ? null : $"deployment {repairedBy.Attempt.Id}", IsIncident: false));
    }
}

/// <summary>A ledger row in the making.</summary>
sealed class Row
{
    public required Attempt Attempt { get; init; }
    public required DateTimeOffset DeployedAt { get; init; }
    public required DateTime DeployedDay { get; init; }
    public required LedgerKind Kind { get; set; }
    public bool IsCounted { get; set; }
    public LedgerLink Link { get; set; } = LedgerLink.Linked;

    /// <summary>The deployed commit's place in the graph, or -1.</summary>
    public int Head { get; set; } = -1;

    public RepositoryName? Repository { get; set; }
    public Sha? Sha { get; set; }

    /// <summary>Whether the sha was found by the version's artifact.</summary>
    public bool ByArtifact { get; set; }

    public List<ShippedCommit> Commits { get; } = [];
    public List<ChangeFact> Changes { get; } = [];
    public List<ShippedChange> Shipped { get; set; } = [];
    public List<Sign> Signs { get; } = [];

    /// <summary>The stages of every commit of this row that belongs to no change.</summary>
    public Stages? StagesWithoutChange { get; set; }

    public SortedSet<string> Rework { get; } = new(StringComparer.Ordinal);
}

/// <param name="Commit">Its place in the graph; -1 for a declared commit that is not in it.</param>
readonly record struct ShippedCommit(int Commit, Sha Sha, LinkMethod Method, ChangeFact? Change);

/// <summary>What makes a row a failure: from when to when.</summary>
readonly record struct Sign(DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string? EndedBy, bool IsIncident);
