using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;

namespace Leadline.Sources.Sentry;

/// <summary>
/// Reads Sentry's webhooks of issues, of alerts on issues and of alerts on metrics, and the releases and deploys of its API.
/// </summary>
public sealed class SentryReader : SourceReader
{
    const string Resource = "Sentry-Hook-Resource";

    /// <summary>Epoch seconds at which it was sent: the only time that is told of an issue's resolution.</summary>
    const string Timestamp = "Sentry-Hook-Timestamp";

    const string RequestId = "Request-ID";

    public override string Source => "sentry";

    public override int Version => 1;

    public override SourceDescription About => new(
        "Sentry", "issues, issue and metric alerts, deploys, releases",
        "Sentry-Hook-Signature: the HMAC-SHA256 of the body; or the secret as a bearer token");

    /// <summary>An event holds whatever the program had at hand when it failed, which may be about anybody.</summary>
    public override PersonalFields Personal { get; } = new(
        People:
        [
            "user", "actor", "assignee", "assignedTo", "author", "authors", "owner", "owners", "createdBy", "created_by",
            "seenBy",
            "participants", "avatar", "device", "geo", "request", "cookies", "extra", "vars", "breadcrumbs",
        ],
        Strings:
        [
            "email", "username", "ip_address", "server_name", "tags", "abs_path", "displayName", "display_name", "avatarUrl",
            "avatar_url",
        ],
        Texts: [
            "title", "message", "value", "culprit", "description", "description_text", "description_title", "formatted",
            "comment",
        ]);

    public override ImmutableArray<string> KeptHeaders => [Resource, Timestamp, RequestId];

    /// <summary>A pipeline that sends what it sends to Sentry's API bears the secret.</summary>
    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.HmacSha256Hex(delivery, "Sentry-Hook-Signature", "", secret) || Signatures.Bearer(delivery, secret);

    /// <summary>An issue that is resolved, opened and resolved again without a new event has the same body twice.</summary>
    public override string? DedupeKey(Delivery delivery) => delivery.Header(RequestId);

    public override Reading Read(Delivery delivery)
    {
        var body = delivery.Json(SentryJson.Default.JsonElement);
        if (body.ValueKind == JsonValueKind.Array) return Releases(body);
        var message = body.Deserialize(SentryJson.Default.SentryMessage) ?? new SentryMessage();

        // Who hands a webhook on may put it into an envelope of its own.
        if (message.Data is { ValueKind: JsonValueKind.Object } envelope && envelope.TryGetProperty("data", out var inner)
            && inner.ValueKind == JsonValueKind.Object)
            message = envelope.Deserialize(SentryJson.Default.SentryMessage) ?? message;
        if (message.Data is not { ValueKind: JsonValueKind.Object } data)
            return Releases(message.Data is { ValueKind: JsonValueKind.Array } several ? several : body);

        var content = data.Deserialize(SentryJson.Default.SentryContent) ?? new SentryContent();
        var sent = Times.Parse(delivery.Header(Timestamp), Timestamp) ?? message.Timestamp;
        return (delivery.Header(Resource) ?? message.Resource, content) switch
        {
            (null or "metric_alert", { MetricAlert: { } alert }) => Convert(message, content, alert, sent, delivery.ReceivedAt),
            (null or "event_alert", { Event: { } happened }) => Convert(happened),
            (null or "issue" or "activity_alert", { Issue: { ValueKind: JsonValueKind.Object } issue }) =>
                Convert(
                    message, issue.Deserialize(SentryCamelJson.Default.SentryIssue) ?? new SentryIssue(), sent,
                    delivery.ReceivedAt),
            (null, _) => Releases(data),
            var (resource, _) => Reading.Ignored($"{resource} says nothing new of an incident"),
        };
    }

    /// <summary>One statement of an issue; several alerts on it, and its resolution, are of one incident.</summary>
    static Reading Convert(SentryEvent happened)
    {
        var issue = happened.IssueId ?? LastPartOf(happened.IssueUrl);
        if (string.IsNullOrEmpty(issue)) return Reading.Ignored("the event names no issue");
        if ((happened.Datetime ?? happened.Timestamp) is not { } at)
            return Reading.Ignored("the event does not say when it happened");
        var project = ProjectOf(happened.Url) ?? TextOf(happened.Project);
        return Reading.Of(new IncidentFact
        {
            Id = $"sentry:{issue}",
            Source = "sentry",
            Service = project,
            Group = project,
            AlertLabels = AlertLabels.Of(
                [("project", project), ("environment", happened.Environment), ("level", happened.Level)]),
            Status = IncidentStatus.Open,
            StartedAt = at,
            Severity = happened.Level,
            Deployment = VersionOf(happened.Release),
            Sha = ShaOf(happened.Release),
            Title = happened.Title,
            Url = happened.WebUrl,
            AsOf = at,
        });
    }

    static Reading Convert(SentryMessage message, SentryIssue issue, DateTimeOffset? sent, DateTimeOffset receivedAt)
    {
        if (issue.Id is not { Length: > 0 } id) return Reading.Ignored("the issue has no id");
        var action = message.Action?.ToLowerInvariant();

        // What is new is told with its time; of all else the body says no time at all.
        var at = sent ?? (action == "created" ? issue.LastSeen ?? issue.FirstSeen : null) ?? receivedAt;
        IncidentStatus? status = (issue.Status ?? action)?.ToLowerInvariant() switch
        {
            "unresolved" or "created" when action == "assigned" => IncidentStatus.Acknowledged,
            "unresolved" or "reprocessing" or "created" => IncidentStatus.Open,
            "assigned" => IncidentStatus.Acknowledged,
            "resolved" => IncidentStatus.Resolved,
            "ignored" or "archived" or "muted" => IncidentStatus.Dismissed,
            _ => null,
        };
        if (status is not { } reached)
            return Reading.Ignored($"nobody could tell whether an issue of the status {issue.Status ?? "null"} is over");
        var project = issue.Project?.Slug ?? issue.Project?.Id;
        return Reading.Of(new IncidentFact
        {
            Id = $"sentry:{id}",
            Source = "sentry",
            Service = project,
            Group = project,
            AlertLabels = AlertLabels.Of([("project", project), ("level", issue.Level)]),
            Status = reached,
            StartedAt = issue.FirstSeen ?? at,
            AcknowledgedAt = reached == IncidentStatus.Acknowledged ? at : null,
            ResolvedAt = reached == IncidentStatus.Resolved ? at : null,
            Severity = issue.Level,
            Title = issue.Title,
            Url = issue.WebUrl ?? issue.Permalink,
            AsOf = at,
        });
    }

    static Reading Convert(
        SentryMessage message, SentryContent content, MetricAlert alert, DateTimeOffset? sent, DateTimeOffset receivedAt)
    {
        if (TextOf(alert.Id) is not { } id) return Reading.Ignored("the alert has no id");
        var action = message.Action?.ToLowerInvariant();
        if (action is not ("critical" or "warning" or "resolved"))
            return Reading.Ignored(
                $"an alert that is {action ?? "nameless"} says neither that something broke nor that it is well");
        if ((alert.DateStarted ?? alert.DateDetected ?? alert.DateCreated) is not { } started)
            return Reading.Ignored("the alert does not say when it started");
        DateTimeOffset? resolved = action == "resolved" ? alert.DateClosed ?? sent ?? receivedAt : null;
        var fact = new IncidentFact
        {
            Id = $"sentry:alert:{id}",
            Source = "sentry",
            AlertLabels = AlertLabels.Of([("environment", alert.AlertRule?.Environment)]),
            Status = resolved is null ? IncidentStatus.Open : IncidentStatus.Resolved,
            StartedAt = started,
            ResolvedAt = resolved,
            Severity = resolved is null ? action : null,
            Title = alert.AlertRule?.Name ?? content.DescriptionTitle,
            Url = content.WebUrl,
            AsOf = sent ?? resolved ?? alert.DateDetected ?? started,
        };

        // It is the same incident for each of its projects.
        IncidentFact[] facts =
        [
            .. ProjectsOf(alert.Projects).Select(project => fact with { Service = project, Group = project }),
        ];
        return facts.Length == 0 ? Reading.Of(fact) : Reading.Of([.. facts]);
    }

    static Reading Releases(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Array) return Release(body);
        Fact[] facts = [.. body.EnumerateArray().Select(Release).OfType<FactsReading>().SelectMany(read => read.Facts)];
        return facts.Length == 0 ? Reading.Ignored("none of its items is a deploy of a release to an environment")
            : Reading.Of([.. facts]);
    }

    static Reading Release(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object) return Reading.Ignored("it is no release");
        var release = body.Deserialize(SentryCamelJson.Default.SentryRelease) ?? new SentryRelease();
        if ((release.ReleaseVersion ?? release.Version) is not { Length: > 0 } version)
            return Reading.Ignored("it is no webhook, and no release or deploy that names its version");
        Fact[] facts = [.. Artifacts(release, version), .. Deployments(release, version)];
        return facts.Length == 0
            ? Reading.Ignored(
                "it is no deploy to an environment with its projects and times, and no release with the commit that it is of")
            : Reading.Of([.. facts]);
    }

    /// <summary>The commit that a release is of, where Sentry knows the repository.</summary>
    static IEnumerable<ArtifactFact> Artifacts(SentryRelease release, string version)
    {
        if (ShaOf(release.LastCommit?.Id) is not { } sha || RepositoryOf(release) is not { } repository) yield break;
        if ((release.DateReleased ?? release.DateCreated) is not { } at) yield break;
        yield return new ArtifactFact { Repository = repository, Name = VersionOf(version)!, Sha = sha, AsOf = at };
    }

    /// <summary>A deploy is one of each of its projects.</summary>
    static IEnumerable<DeploymentFact> Deployments(SentryRelease release, string version)
    {
        var deploy = release.LastDeploy ?? release;
        if (deploy.Environment is not { Length: > 0 } environment) yield break;
        if ((deploy.DateFinished ?? deploy.DateStarted) is not { } at) yield break;
        foreach (var project in ProjectsOf(deploy.Projects ?? release.Projects))
        {
            yield return new DeploymentFact
            {
                Id = $"sentry:{project}:{TextOf(deploy.Id) ?? $"{version}:{environment}"}",
                Service = project,
                App = project,
                Repository = RepositoryOf(release),
                Environment = environment,
                Version = VersionOf(version),
                Sha = ShaOf(release.Ref) ?? ShaOf(release.LastCommit?.Id) ?? ShaOf(version),
                Status = deploy.DateFinished is null ? DeploymentStatus.Running : DeploymentStatus.Succeeded,
                StartedAt = deploy.DateStarted,
                FinishedAt = deploy.DateFinished,
                Url = deploy.Url,
                AsOf = at,
            };
        }
    }

    static RepositoryName? RepositoryOf(SentryRelease release) => release.LastCommit?.Repository switch
    {
        { Url: { Length: > 0 } url } when RepositoryUrl.NameOf(url) is { } name => name,
        { Name: { } name } when name.Contains('/') => new RepositoryName(name),
        _ => null,
    };

    /// <summary>A release of a package is called <c>shop@1.4.0</c>; whoever deploys it calls it 1.4.0.</summary>
    static string? VersionOf(string? release) =>
        release?[(release.LastIndexOf('@') + 1)..] is { Length: > 0 } version ? version : null;

    /// <summary>A date or a number of a build is also written in hexadecimal digits, but without letters.</summary>
    static Sha? ShaOf(string? release) =>
        VersionOf(release) is { } version && version.Any(char.IsAsciiLetter) ? Sha.ParseOrNull(version) : null;

    static IEnumerable<string> ProjectsOf(JsonElement? list) => list is { ValueKind: JsonValueKind.Array } projects
        ? projects.EnumerateArray()
            .Select(one =>
                one.ValueKind == JsonValueKind.Object && one.TryGetProperty("slug", out var slug) ? TextOf(slug) : TextOf(one))
            .OfType<string>().Distinct()
        : [];

    /// <summary>The project in <c>https://sentry.io/api/0/projects/ORGANIZATION/PROJECT/events/EVENT/</c>.</summary>
    static string? ProjectOf(string? url) =>
        url?.Split('/') is { } parts && Array.IndexOf(parts, "projects") is > 0 and var at && at + 2 < parts.Length
        && parts[at + 2] is { Length: > 0 } project
            ? project
            : null;

    static string? LastPartOf(string? url) => url?.TrimEnd('/').Split('/')[^1];

    static string? TextOf(JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.String } text when text.GetString() is { Length: > 0 } known => known,
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };
}
