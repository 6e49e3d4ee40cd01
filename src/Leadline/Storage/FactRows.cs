using System.Collections.Immutable;
using System.Data.Common;
using System.Text.Json;
using Leadline.Api;
using Leadline.Core;

namespace Leadline.Storage;

/// <summary>
/// How each kind of fact stands in its table; reading takes the columns in the order of the queries named <c>…_of</c>.
/// </summary>
static class FactRows
{
    public static RowWriter Write(RowWriter row, CommitFact fact, Func<RepositoryName?, long?> key)
    {
        var says = CommitMessage.Parse(fact.Message);
        return row.Add(key(fact.Repository)).Add(fact.Sha.ToString()).Add(Rows.Joined(fact.Parents)).Add(fact.ParentsFromPush)
            .Add(fact.Branch)
            .Add(fact.AuthoredAt).Add(fact.CommittedAt).Add(says.Reverts).Add(says.Mentions)
            .Add(fact.Author?.EndsWith("[bot]", StringComparison.Ordinal) == true).Add(fact.Author).Add(Rows.Joined(fact.Paths))
            .Add(fact.Message?.Split('\n')[0]);
    }

    /// <summary>The columns that were added after those that all facts have.</summary>
    public static RowWriter WriteAdded(RowWriter row, Fact fact) => fact switch
    {
        CommitFact commit => row.Add(CommitMessage.Naming(commit.Message)),
        DeploymentFact deployment =>
            row.Add(Rows.Joined(deployment.ConfigPaths))
                .Add(deployment.Steps is { } steps ? JsonSerializer.Serialize(steps, Wire.Json) : null),
        ChangeFact change => row.Add(change.Lines),
        _ => row,
    };

    public static RowWriter Write(RowWriter row, ChangeFact fact, Func<RepositoryName?, long?> key) =>
        row.Add(key(fact.Repository)).Add(fact.Number).Add(fact.OpenedAt).Add(fact.ReadyAt).Add(fact.FirstReviewedAt)
            .Add(fact.ApprovedAt)
            .Add(fact.MergedAt).Add(fact.ClosedAt).Add(fact.MergeSha?.ToString()).Add(fact.HeadSha?.ToString())
            .Add(Rows.Joined(fact.Commits))
            .Add(fact.Branch).Add(fact.TargetBranch).Add(Rows.Joined(fact.Labels)).Add(fact.Title).Add(fact.Author)
            .Add(fact.Url);

    public static RowWriter Write(RowWriter row, ReviewFact fact, Func<RepositoryName?, long?> key) =>
        row.Add(key(fact.Repository)).Add(fact.Number).Add(fact.Id).Add(fact.SubmittedAt).Add(fact.Approved).Add(fact.Author);

    public static RowWriter Write(RowWriter row, BuildFact fact, Func<RepositoryName?, long?> key) =>
        row.Add(key(fact.Repository)).Add(fact.Id).Add(fact.Attempt).Add(fact.Sha.ToString()).Add(fact.Pipeline)
            .Add(fact.QueuedAt)
            .Add(fact.StartedAt).Add(fact.FinishedAt).Add(Rows.Word(fact.Status)).Add(fact.Url);

    public static RowWriter Write(RowWriter row, ArtifactFact fact, Func<RepositoryName?, long?> key) =>
        row.Add(key(fact.Repository)).Add(fact.Name).Add(fact.Sha?.ToString());

    public static RowWriter Write(RowWriter row, ComparisonFact fact, Func<RepositoryName?, long?> key) =>
        row.Add(key(fact.Repository)).Add(fact.Base.ToString()).Add(fact.Head.ToString())
            .Add(fact.Status is { } status ? Rows.Word(status) : null)
            .Add(fact.MergeBase?.ToString()).Add(Rows.Joined(fact.Commits)).Add(fact.Total);

    public static RowWriter Write(RowWriter row, DeploymentFact fact, Func<RepositoryName?, long?> key) =>
        row.Add(fact.Id).Add(fact.Service).Add(fact.App).Add(key(fact.Repository)).Add(fact.Environment).Add(fact.Version)
            .Add(fact.Sha?.ToString()).Add(Rows.Word(fact.Status)).Add(fact.CreatedAt).Add(fact.WaitedFrom).Add(fact.StartedAt)
            .Add(fact.FinishedAt).Add(fact.Failed).Add(Rows.Joined(fact.Changes)).Add(fact.Url);

    public static RowWriter Write(RowWriter row, IncidentFact fact, Func<RepositoryName?, long?> key) =>
        row.Add(fact.Id).Add(fact.Source).Add(fact.Service).Add(GroupsOf(fact)).Add(key(fact.Repository))
            .Add(Rows.Word(fact.Status))
            .Add(fact.StartedAt).Add(fact.AcknowledgedAt).Add(fact.ResolvedAt).Add(fact.Severity).Add(fact.Deployment)
            .Add(fact.Sha?.ToString()).Add(Rows.Joined(fact.Labels)).Add(fact.Title).Add(fact.Url);

    public static RowWriter Write(RowWriter row, FlagChangeFact fact, Func<RepositoryName?, long?> key) =>
        row.Add(fact.Id).Add(fact.Flag).Add(fact.Service).Add(fact.Environment).Add(fact.On).Add(fact.ChangedAt);

    public static RowWriter Write(RowWriter row, AnnotationFact fact, Func<RepositoryName?, long?> key) =>
        row.Add(fact.Id).Add(fact.Service).Add(fact.Team).Add(fact.MarkedAt).Add(fact.Text);

    public static RowWriter Write(RowWriter row, VerificationFact fact, Func<RepositoryName?, long?> key) =>
        row.Add(fact.Deployment).Add(fact.Service).Add(fact.Environment).Add(fact.Check).Add(Rows.Word(fact.Verdict))
            .Add(fact.IsWatched).Add(fact.Content);

    /// <summary>Steps as they stand in their column.</summary>
    public static ImmutableArray<RolloutStep>? Steps(string? text) =>
        text is null ? null : JsonSerializer.Deserialize<ImmutableArray<RolloutStep>>(text, Wire.Json);

    public static ChangeFact Change(DbDataReader row) => new()
    {
        Repository = new RepositoryName(row.GetString(0)),
        Number = row.GetInt32(1),
        OpenedAt = row.Instant(2),
        ReadyAt = row.Instant(3),
        FirstReviewedAt = row.Instant(4),
        ApprovedAt = row.Instant(5),
        MergedAt = row.Instant(6),
        ClosedAt = row.Instant(7),
        MergeSha = Sha.ParseOrNull(row.Text(8)),
        HeadSha = Sha.ParseOrNull(row.Text(9)),
        Commits = row.Shas(10),
        Branch = row.Text(11),
        TargetBranch = row.Text(12),
        Labels = row.Lines(13),
        Title = row.Text(14),
        Author = row.Text(15),
        Url = row.Text(16),
        AsOf = row.InstantOf(17),
        Lines = row.Whole(18),
    };

    public static ReviewFact Review(DbDataReader row) => new()
    {
        Repository = new RepositoryName(row.GetString(0)),
        Number = row.GetInt32(1),
        Id = row.GetString(2),
        SubmittedAt = row.InstantOf(3),
        Approved = row.GetBoolean(4),
        Author = row.Text(5),
        AsOf = row.InstantOf(6),
    };

    public static BuildFact Build(DbDataReader row) => new()
    {
        Repository = new RepositoryName(row.GetString(0)),
        Id = row.GetString(1),
        Attempt = row.GetInt32(2),
        Sha = Sha.Parse(row.GetString(3)),
        Pipeline = row.Text(4),
        QueuedAt = row.Instant(5),
        StartedAt = row.Instant(6),
        FinishedAt = row.Instant(7),
        Status = Rows.Value<BuildStatus>(row.GetString(8)),
        Url = row.Text(9),
        AsOf = row.InstantOf(10),
    };

    public static ArtifactFact Artifact(DbDataReader row) => new()
    {
        Repository = new RepositoryName(row.GetString(0)),
        Name = row.GetString(1),
        Sha = Sha.ParseOrNull(row.Text(2)),
        AsOf = row.InstantOf(3),
    };

    public static ComparisonFact Comparison(DbDataReader row) => new()
    {
        Repository = new RepositoryName(row.GetString(0)),
        Base = Sha.Parse(row.GetString(1)),
        Head = Sha.Parse(row.GetString(2)),
        Status = row.Text(3) is { } status ? Rows.Value<ComparisonStatus>(status) : null,
        MergeBase = Sha.ParseOrNull(row.Text(4)),
        Commits = row.Shas(5)!.Value,
        Total = row.Whole(6),
        AsOf = row.InstantOf(7),
    };

    public static DeploymentFact Deployment(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        Service = row.Text(1),
        App = row.Text(2),
        Repository = row.Text(3) is { } repository ? new RepositoryName(repository) : null,
        Environment = row.GetString(4),
        Version = row.Text(5),
        Sha = Sha.ParseOrNull(row.Text(6)),
        Status = Rows.Value<DeploymentStatus>(row.GetString(7)),
        CreatedAt = row.Instant(8),
        WaitedFrom = row.Instant(9),
        StartedAt = row.Instant(10),
        FinishedAt = row.Instant(11),
        Failed = row.Flag(12),
        Changes = row.Lines(13),
        Url = row.Text(14),
        AsOf = row.InstantOf(15),
        ConfigPaths = row.Lines(16),
        Steps = Steps(row.Text(17)),
    };

    public static IncidentFact Incident(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        Source = row.GetString(1),
        Service = row.Text(2),
        Group = GroupOf(row.Lines(3)),
        AlertLabels = LabelsOf(row.Lines(3)),
        Repository = row.Text(4) is { } repository ? new RepositoryName(repository) : null,
        Status = Rows.Value<IncidentStatus>(row.GetString(5)),
        StartedAt = row.InstantOf(6),
        AcknowledgedAt = row.Instant(7),
        ResolvedAt = row.Instant(8),
        Severity = row.Text(9),
        Deployment = row.Text(10),
        Sha = Sha.ParseOrNull(row.Text(11)),
        Labels = row.Lines(12),
        Title = row.Text(13),
        Url = row.Text(14),
        AsOf = row.InstantOf(15),
    };

    /// <summary>Of the group and the labels as they stand in their column, the group.</summary>
    public static string? GroupOf(ImmutableArray<string>? lines) => lines is [{ Length: > 0 } group, ..] ? group : null;

    /// <summary>Of the group and the labels as they stand in their column, the labels.</summary>
    public static ImmutableArray<string>? LabelsOf(ImmutableArray<string>? lines) =>
        lines is [_, _, ..] groups ? groups[1..] : null;

    /// <summary>The group, then each label, a line each.</summary>
    static string? GroupsOf(IncidentFact fact) =>
        fact.AlertLabels is { IsEmpty: false } labels ? Rows.Joined(labels.Insert(0, fact.Group ?? "")) : fact.Group;
}
