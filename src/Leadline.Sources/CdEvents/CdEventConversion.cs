using System.Text.Json;
using Leadline.Core;

namespace Leadline.Sources.CdEvents;

/// <summary>
/// What one CDEvent states. The links between events name other events' ids alone, by which nothing can be joined.
/// </summary>
static class CdEventConversion
{
    public static Reading Convert(CdEvent happened)
    {
        if (happened is not { Context: { Type: { } type } context, Subject: { Id: { Length: > 0 } id } subject })
            return Reading.Ignored("it is no CDEvent: it lacks context.type or subject.id");
        if (type.Split('.') is not ["dev", "cdevents", var what, var predicate, ..])
            return Reading.Ignored($"{type} is no type of the specification");
        if (Times.Parse(context.Timestamp, "context.timestamp") is not { } at)
            return Reading.Ignored("it does not say when it happened");
        var content = subject.Content ?? new CdContent();
        var said = new Said(context, id, subject.Source ?? context.Source, content, happened.CustomData, at);
        return (what, predicate) switch
        {
            ("service", "deployed" or "upgraded" or "rolledback") => Deployed(said),
            ("incident", "detected" or "reported") => Reading.Of(Incident(said, IncidentStatus.Open)),
            ("incident", "resolved") => Reading.Of(Incident(said, IncidentStatus.Resolved)),
            ("ticket", "created" or "updated") => Reading.Of(Ticket(said, IncidentStatus.Open)),
            ("ticket", "closed") => Reading.Of(Ticket(said, IncidentStatus.Resolved)),
            ("change", "created" or "merged" or "abandoned" or "reviewed") => Change(said, predicate),
            ("pipelinerun", "queued" or "started" or "finished") => Build(said, predicate),
            ("artifact", "packaged" or "published") => Artifact(said),
            _ => Reading.Ignored($"{what} {predicate} holds nothing we measure"),
        };
    }

    static Reading Deployed(Said said)
    {
        if (said.Content.Environment?.Id is not { Length: > 0 } environment)
            return Reading.Ignored("the service names no environment");
        var package = PackageUrl.Parse(said.Content.ArtifactId);
        var packaged = package.Repository is null ? null : Sha.ParseOrNull(package.Version);
        return Reading.Of(new DeploymentFact
        {
            Id = $"cdevents:{said.Context.Source}:{said.Context.Id}",
            Service = said.Id,
            App = said.Id,
            Repository = NameOf(said.Custom("repository")) ?? package.Repository,
            Environment = environment,
            Version = said.Custom("version") ?? (packaged is null ? package.Version : null),
            Sha = Sha.ParseOrNull(said.Custom("sha")) ?? packaged,
            Status = DeploymentStatus.Succeeded,
            FinishedAt = said.At,
            AsOf = said.At,
        });
    }

    static IncidentFact Incident(Said said, IncidentStatus status) => new()
    {
        Id = $"cdevents:{said.Source}:{said.Id}",
        Source = "cdevents",
        Service = said.Content.Service?.Id is { Length: > 0 } service ? service : null,
        Group = said.Content.Service?.Id,
        Status = status,
        StartedAt = said.At,
        ResolvedAt = status == IncidentStatus.Resolved ? said.At : null,
        Severity = said.Custom("severity"),

        // Of a resolved one it is the artifact that mends it.
        Deployment = status == IncidentStatus.Resolved ? null : PackageUrl.Parse(said.Content.ArtifactId).Version,
        Title = said.Content.Description,
        Url = said.Content.TicketUri,
        AsOf = said.At,
    };

    static IncidentFact Ticket(Said said, IncidentStatus status) => new()
    {
        Id = said.Id,
        Source = "cdevents",
        Group = said.Content.Group,
        Status = status,
        StartedAt = said.At,
        ResolvedAt = status == IncidentStatus.Resolved ? said.At : null,
        Severity = said.Content.Priority,
        Labels = [.. (said.Content.Labels ?? []).Append(said.Content.TicketType).OfType<string>()],
        Title = said.Content.Summary,
        Url = said.Content.Uri,
        AsOf = said.At,
    };

    static Reading Change(Said said, string predicate)
    {
        if (NameOf(said.Content.Repository?.Id) is not { } repository || !int.TryParse(said.Id, out var number))
            return Reading.Ignored("the change has no repository, or an id that is no number");
        return Reading.Of(predicate == "reviewed"
            ? new ReviewFact
            {
                Repository = repository,
                Number = number,
                Id = said.Context.Id ?? $"{said.At:O}",
                SubmittedAt = said.At,
                AsOf = said.At,
            }
            : new ChangeFact
            {
                Repository = repository,
                Number = number,
                OpenedAt = predicate == "created" ? said.At : null,
                MergedAt = predicate == "merged" ? said.At : null,
                ClosedAt = predicate == "created" ? null : said.At,
                MergeSha = predicate == "merged" ? Sha.ParseOrNull(said.Custom("sha")) : null,
                Title = said.Content.Description,
                AsOf = said.At,
            });
    }

    static Reading Build(Said said, string predicate)
    {
        if (NameOf(said.Custom("repository")) is not { } repository || Sha.ParseOrNull(said.Custom("sha")) is not { } sha)
            return Reading.Ignored("the run names no commit: customData has no repository and sha");
        BuildStatus? status = (predicate, said.Content.Outcome) switch
        {
            ("queued", _) => BuildStatus.Queued,
            ("started", _) => BuildStatus.Running,
            (_, "success") => BuildStatus.Succeeded,
            (_, "failure" or "error") => BuildStatus.Failed,
            (_, "cancel" or "skip") => BuildStatus.Canceled,
            _ => null,
        };
        return status is not { } known
            ? Reading.Ignored($"{said.Content.Outcome ?? "no outcome"} is no outcome that we know")
            : Reading.Of(new BuildFact
            {
                Id = $"cdevents:{said.Source}:{said.Id}",
                Repository = repository,
                Sha = sha,
                Pipeline = said.Content.PipelineName,
                QueuedAt = known == BuildStatus.Queued ? said.At : null,
                StartedAt = known == BuildStatus.Running ? said.At : null,
                FinishedAt = predicate == "finished" ? said.At : null,
                Status = known,
                Url = said.Content.Uri ?? said.Content.Url,
                AsOf = said.At,
            });
    }

    static Reading Artifact(Said said)
    {
        var change = said.Content.Change;
        var repository = NameOf(said.Custom("repository")) ?? NameOf(change?.Source);
        var sha = Sha.ParseOrNull(said.Custom("sha")) ?? Sha.ParseOrNull(change?.Id);
        var package = PackageUrl.Parse(said.Id);
        return repository is { } known && sha is { } commit && package.Version is not null
            ? Reading.Of(
            [
                .. new[] { package.Version, package.Digest }.OfType<string>().Distinct()
                    .Select(name => new ArtifactFact { Repository = known, Name = name, Sha = commit, AsOf = said.At }),
            ])
            : Reading.Ignored("the artifact does not say of which commit it was made");
    }

    /// <summary>The name in an address, with or without a scheme, or the name itself.</summary>
    static RepositoryName? NameOf(string? text) => text is not { Length: > 0 } ? null
        : RepositoryUrl.NameOf(text) ?? (text.Split('/') is [var host, _, _, ..] && host.Contains('.')
            ? RepositoryUrl.NameOf("https://" + text)
            : text.Trim() is { Length: > 0 } name ? new RepositoryName(name) : null);

    /// <param name="Source">In which the subject's id is one.</param>
    sealed record Said(
        CdContext Context, string Id, string? Source, CdContent Content, JsonElement? CustomData, DateTimeOffset At)
    {
        /// <summary>What the sender added of its own accord, where that is an object.</summary>
        public string? Custom(string key) =>
            CustomData is { ValueKind: JsonValueKind.Object } added && added.TryGetProperty(key, out var value)
            && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
    }
}
