using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;

namespace Leadline.Sources.Datadog;

/// <summary>
/// Reads Datadog's monitors, as the template of our README sends them, and the events of its DORA and CI APIs.
/// </summary>
public sealed class DatadogReader : SourceReader
{
    public override string Source => "datadog";

    public override int Version => 1;

    public override SourceDescription About => new(
        "Datadog", "monitors, events of the DORA and CI APIs",
        "the secret as a bearer token");

    public override PersonalFields Personal { get; } = new(
        People: ["user"],
        Strings: ["author_email", "author_name", "committer_email", "committer_name", "email", "username"],
        Texts: ["title", "body", "message", "description", "text"]);

    public override ImmutableArray<string> KeptHeaders => [];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) => Signatures.Bearer(delivery, secret);

    public override Reading Read(Delivery delivery) => delivery.Json(DatadogJson.Default.DatadogBody) switch
    {
        { Data: null } => Convert(delivery.Json(DatadogJson.Default.MonitorAlert)),
        { Data: { ValueKind: JsonValueKind.Array } several } => Convert(several.EnumerateArray()),
        { Data: { } one } => Convert(one),
    };

    static Reading Convert(MonitorAlert alert)
    {
        if (alert is not { AlertCycleKey: { Length: > 0 } cycle, Transition: { Length: > 0 } transition })
            return Reading.Ignored("it has no alert_cycle_key and transition: the webhook's payload is not that of our README");
        IncidentStatus? status = transition switch
        {
            "Triggered" or "Re-Triggered" => IncidentStatus.Open,
            "Recovered" => IncidentStatus.Resolved,
            _ => null,
        };
        if (status is not { } reached)
            return Reading.Ignored($"{transition} says neither that something broke nor that it is well");
        if (Times.Parse(alert.Date, "date") is not { } at) return Reading.Ignored("it does not say when it happened");
        return Reading.Of(new IncidentFact
        {
            Id = $"datadog:{cycle}",
            Source = "datadog",
            Service = ServiceOf(alert.Tags ?? ""),
            Group = alert.AlertId,
            Status = reached,

            // A recovery does not know: the trigger has said it.
            StartedAt = at,
            ResolvedAt = reached == IncidentStatus.Resolved ? at : null,
            Severity = alert.Priority,
            Title = alert.Title,
            Url = alert.Link,
            AsOf = at,
        });
    }

    static string? ServiceOf(string tags)
    {
        const string Key = "service:";
        var tag = tags.Split(',', StringSplitOptions.TrimEntries)
            .FirstOrDefault(tag => tag.StartsWith(Key, StringComparison.Ordinal));
        return tag?.Length > Key.Length ? tag[Key.Length..] : null;
    }

    static Reading Convert(JsonElement.ArrayEnumerator several)
    {
        var facts = several.Select(Convert).OfType<FactsReading>().SelectMany(read => read.Facts).ToImmutableArray();
        return facts.IsEmpty ? Reading.Ignored("none of its events is a deployment, a failure or a pipeline")
            : Reading.Of(facts);
    }

    static Reading Convert(JsonElement one) => one.Deserialize(DatadogJson.Default.ApiEvent) switch
    {
        { Attributes: { Resource: { } resource } } => Convert(resource),
        { Attributes: { Service: { Length: > 0 } service, StartedAt: not null } deployed } happened =>
            Convert(happened, deployed, service),
        { Attributes: { Services: { Length: > 0 } services, StartedAt: not null } failed } happened =>
            Convert(happened, failed, services),
        _ => Reading.Ignored("it is no deployment with its service, no failure with its services, and no pipeline"),
    };

    static Reading Convert(ApiEvent happened, Attributes deployed, string service)
    {
        if (deployed.Env is not { Length: > 0 } environment) return Reading.Ignored("the deployment names no env");
        var started = Times.Parse(deployed.StartedAt, "started_at");
        if (Times.Parse(deployed.FinishedAt, "finished_at") is not { } finished)
            return Reading.Ignored("the deployment does not say when it was over");
        return Reading.Of(new DeploymentFact
        {
            Id = $"datadog:{deployed.Id ?? happened.Id ?? $"{service}:{environment}:{Written(started ?? finished)}"}",
            Service = service,
            App = service,
            Repository = RepositoryUrl.NameOf(deployed.Git?.RepositoryUrl),
            Environment = environment,
            Version = deployed.Version,
            Sha = Sha.ParseOrNull(deployed.Git?.CommitSha),
            Status = DeploymentStatus.Succeeded,
            StartedAt = started,
            FinishedAt = finished,
            Failed = deployed.ChangeFailure,
            AsOf = finished,
        });
    }

    static Reading Convert(ApiEvent happened, Attributes failed, string?[] services)
    {
        if (Times.Parse(failed.StartedAt, "started_at") is not { } started)
            return Reading.Ignored("the failure does not say when it began");
        var finished = Times.Parse(failed.FinishedAt, "finished_at");
        return Reading.Of([.. services.OfType<string>().Distinct().Select(service => new IncidentFact
        {
            Id = $"datadog:{failed.Id ?? happened.Id ?? Written(started)}:{service}",
            Source = "datadog",
            Service = service.Length > 0 ? service : null,
            Status = finished is null ? IncidentStatus.Open : IncidentStatus.Resolved,
            StartedAt = started,
            ResolvedAt = finished,
            Severity = failed.Severity,
            Deployment = failed.Version,
            Sha = Sha.ParseOrNull(failed.Git?.CommitSha),
            Title = failed.Name,
            AsOf = finished ?? started,
        })]);
    }

    static Reading Convert(PipelineResource run)
    {
        if (run is not { Level: "pipeline", UniqueId: { Length: > 0 } id })
            return Reading.Ignored($"it is a {run.Level ?? "part"} of a pipeline, not one itself");
        if (RepositoryUrl.NameOf(run.Git?.RepositoryUrl) is not { } repository || Sha.ParseOrNull(run.Git?.Sha) is not { } sha)
            return Reading.Ignored("the pipeline names no commit of a repository");
        BuildStatus? status = run.Status switch
        {
            "running" => BuildStatus.Running,
            "success" => BuildStatus.Succeeded,
            "error" => BuildStatus.Failed,
            "canceled" or "skipped" => BuildStatus.Canceled,
            _ => null,
        };
        if (status is not { } known)
            return Reading.Ignored($"a pipeline that is {run.Status ?? "in no status"} says nothing yet");
        var started = Times.Parse(run.Start, "start");
        var finished = Times.Parse(run.End, "end");
        return Reading.Of(new BuildFact
        {
            Id = $"datadog:{id}",
            Repository = repository,
            Sha = sha,
            Pipeline = run.Name,
            StartedAt = started,
            FinishedAt = known == BuildStatus.Running ? null : finished,
            Status = known,
            Url = run.Url,
            AsOf = finished ?? started ?? DateTimeOffset.UnixEpoch,
        });
    }

    static string Written(DateTimeOffset at) => $"{at:yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'}";
}
