using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;

namespace Leadline.Sources.Jenkins;

/// <summary>Reads the builds that Jenkins' notification, CloudEvents and generic event plugins tell of.</summary>
public sealed class JenkinsReader : SourceReader
{
    // What people call the parameter that says where a job deploys to, without case and separators.
    static readonly ImmutableArray<string> EnvironmentParameters =
    [
        "deployenvironment", "deploymentenvironment", "targetenvironment", "environment", "deployenv", "targetenv", "deployto",
    ];

    static readonly ImmutableArray<string> VersionParameters =
        ["deployversion", "releaseversion", "appversion", "version", "imagetag", "releasetag", "tag"];

    public override string Source => "jenkins";

    public override int Version => 2;

    public override SourceDescription About => new(
        "Jenkins", "builds, and those that deploy",
        "the secret as the basic password or a bearer token");

    public override PersonalFields Personal { get; } = new(
        People: ["culprits", "causes", "user", "author", "committer"],
        Strings: ["userId", "userName", "startedBy", "authorEmail", "email", "shortDescription", "fullName"],
        Texts: ["description", "notes", "log", "msg", "comment", "message"]);

    public override ImmutableArray<string> KeptHeaders => ["X-Event-Type", "ce-type", "ce-id", "ce-source"];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.Basic(delivery, secret) || Signatures.Bearer(delivery, secret);

    public override Reading Read(Delivery delivery)
    {
        var body = delivery.Body.Span;
        if (Parts.Holds(body, "build")) return Convert(delivery.Json(JenkinsJson.Default.Job));
        return Parts.TextOf(body, "type") switch
        {
            "run.started" or "run.completed" or "run.finalized" when Parts.Holds(body, "data") =>
                Convert(delivery.Json(JenkinsJson.Default.RunEvent)),
            "run.stages" when Parts.Holds(body, "data") => Stages(delivery.Json(JenkinsJson.Default.RunEvent)),
            { } type when Parts.Holds(body, "data") => Reading.Ignored($"{type} says nothing of how a build goes"),
            _ => Reading.Ignored("it is not the body of a webhook about a build"),
        };
    }

    static Reading Convert(Job job)
    {
        var build = job.Build;
        var status = build.Phase switch
        {
            "QUEUED" => BuildStatus.Queued,
            "STARTED" => BuildStatus.Running,
            "COMPLETED" or "FINALIZED" => Ended(build.Status),
            _ => null,
        };
        if (status is not { } known)
            return Reading.Ignored($"a build that is {build.Phase} with the status {build.Status ?? "null"} says nothing yet");

        // Here the time is that of the phase; a build that has ended started so long before. It is finalized a moment later
        // than it is completed.
        var took = TimeSpan.FromMilliseconds(Math.Clamp(build.Duration ?? 0, 0, int.MaxValue));
        return Said(new Attempt
        {
            Url = build.Url,
            Address = build.FullUrl ?? build.FullUrlOfNotification,
            Scm = build.ScmState ?? build.Scm,
            Parameters = (build.Parameters ?? []).Select(pair => (pair.Key, TextOf(pair.Value))),
            Status = known,
            QueuedAt = known == BuildStatus.Queued ? build.Timestamp : null,
            StartedAt = known switch
            {
                BuildStatus.Queued => null,
                BuildStatus.Running => build.Timestamp,
                _ => took > TimeSpan.Zero && build.Timestamp > DateTimeOffset.UnixEpoch + took ? build.Timestamp - took : null,
            },
            FinishedAt = known is BuildStatus.Queued or BuildStatus.Running ? null : build.Timestamp,
            AsOf = build.Timestamp ?? DateTimeOffset.UnixEpoch,
        });
    }

    static Reading Convert(RunEvent happened)
    {
        var status = happened.Type == "run.started" ? BuildStatus.Running : Ended(happened.Data.Result);
        return status is { } known ? Said(AttemptOf(happened, known))
            : Reading.Ignored($"{happened.Type} does not say how the build ended");
    }

    /// <summary>A stage is a deployment where its name says where to; unless the build as a whole is one.</summary>
    static Reading Stages(RunEvent happened)
    {
        var attempt = AttemptOf(happened, Ended(happened.Data.Result) ?? BuildStatus.Running);
        if (DeploymentOf(attempt) is not null) return Reading.Ignored("the build itself says where it deploys to");
        var deployments = (happened.Stages ?? []).OfType<Stage>().Select(stage => DeploymentOf(attempt, stage)).OfType<Fact>()
            .ToImmutableArray();
        return deployments.IsEmpty ? Reading.Ignored("none of its stages says where it deploys to, and how that ended")
            : Reading.Of(deployments);
    }

    static DeploymentFact? DeploymentOf(Attempt attempt, Stage stage)
    {
        DeploymentStatus? status = stage.Status switch
        {
            "SUCCESS" => DeploymentStatus.Succeeded,
            "FAILED" or "UNSTABLE" => DeploymentStatus.Failed,
            "ABORTED" or "NOT_EXECUTED" => DeploymentStatus.Canceled,
            _ => null,
        };
        if (status is not { } known || DeployJob.EnvironmentOf(stage.Name) is not { } environment
            || stage.StartTimeMillis is not { } started) return null;
        var finished = started + TimeSpan.FromMilliseconds(Math.Clamp(stage.DurationMillis ?? 0, 0, int.MaxValue));
        return new DeploymentFact
        {
            Id = $"{IdOf(attempt)}:{stage.Id ?? environment}",
            App = JobOf(attempt),
            Repository = RepositoryUrl.NameOf(attempt.Scm?.Url),
            Environment = environment,
            Sha = Sha.ParseOrNull(attempt.Scm?.Commit),
            Status = known,
            StartedAt = started,
            FinishedAt = known is DeploymentStatus.Succeeded or DeploymentStatus.Failed ? finished : null,
            AsOf = finished,
        };
    }

    /// <summary>Here the time is that of the start, whatever has happened since.</summary>
    static Attempt AttemptOf(RunEvent happened, BuildStatus status)
    {
        var run = happened.Data;
        var took = TimeSpan.FromMilliseconds(Math.Clamp(run.Duration ?? 0, 0, int.MaxValue));
        var finished = took > TimeSpan.Zero && run.Timestamp is { } start ? start + took : happened.Time;
        var actions = (run.Actions ?? []).OfType<RunAction>().ToList();
        var checkedOut = actions.Find(action => action.LastBuiltRevision?.Sha1 is not null);
        return new Attempt
        {
            Url = $"{happened.Source.TrimEnd('/')}/{run.Number}/",
            Scm = new Scm(checkedOut?.RemoteUrls?.FirstOrDefault(), checkedOut?.LastBuiltRevision?.Sha1),
            Parameters = actions.SelectMany(action => action.Parameters ?? []).Where(parameter => parameter.Name is not null)
                .Select(parameter => (parameter.Name!, TextOf(parameter.Value))),
            Status = status,
            StartedAt = run.Timestamp,
            FinishedAt = status == BuildStatus.Running ? null : finished,
            AsOf = happened.Time ?? finished ?? run.Timestamp ?? DateTimeOffset.UnixEpoch,
        };
    }

    static BuildStatus? Ended(string? result) => result switch
    {
        "SUCCESS" => BuildStatus.Succeeded,

        // It ran to its end, and something that it checked did not hold.
        "FAILURE" or "UNSTABLE" => BuildStatus.Failed,
        "ABORTED" or "NOT_BUILT" => BuildStatus.Canceled,
        _ => null,
    };

    static Reading Said(Attempt attempt)
    {
        ImmutableArray<Fact> facts = [.. new Fact?[] { BuildOf(attempt), DeploymentOf(attempt) }.OfType<Fact>()];
        return facts.IsEmpty ? Reading.Ignored("the build names no commit of a repository, and is no deployment")
            : Reading.Of(facts);
    }

    static BuildFact? BuildOf(Attempt attempt) =>
        Sha.ParseOrNull(attempt.Scm?.Commit) is { } sha && RepositoryUrl.NameOf(attempt.Scm?.Url) is { } repository
            ? new BuildFact
            {
                Id = IdOf(attempt),
                Repository = repository,
                Sha = sha,
                Pipeline = JobOf(attempt),
                QueuedAt = attempt.QueuedAt,
                StartedAt = attempt.StartedAt,
                FinishedAt = attempt.FinishedAt,
                Status = attempt.Status,
                Url = attempt.Address,
                AsOf = attempt.AsOf,
            }
            : null;

    /// <summary>A build is a deployment too where a parameter, or else the job's name, says where to.</summary>
    static DeploymentFact? DeploymentOf(Attempt attempt)
    {
        var job = JobOf(attempt);
        var parameters = attempt.Parameters.ToList();
        var environment = Parameter(parameters, EnvironmentParameters)
            ?? DeployJob.EnvironmentOf(job[(job.LastIndexOf('/') + 1)..]);
        if (environment is null) return null;
        var version = Parameter(parameters, VersionParameters);
        return new DeploymentFact
        {
            Id = IdOf(attempt),
            App = job,
            Repository = RepositoryUrl.NameOf(attempt.Scm?.Url),
            Environment = environment,
            Version = version,

            // A version that is deployed by its name was built from another commit than the one that is checked out now.
            Sha = version is null ? Sha.ParseOrNull(attempt.Scm?.Commit) : Sha.ParseOrNull(version),
            Status = attempt.Status switch
            {
                BuildStatus.Queued => DeploymentStatus.Created,
                BuildStatus.Running => DeploymentStatus.Running,
                BuildStatus.Succeeded => DeploymentStatus.Succeeded,
                BuildStatus.Failed => DeploymentStatus.Failed,
                _ => DeploymentStatus.Canceled,
            },
            CreatedAt = attempt.QueuedAt,
            StartedAt = attempt.StartedAt,
            FinishedAt = attempt.Status is BuildStatus.Succeeded or BuildStatus.Failed ? attempt.FinishedAt : null,
            Url = attempt.Address,
            AsOf = attempt.AsOf,
        };
    }

    static string? Parameter(List<(string Name, string? Value)> parameters, ImmutableArray<string> names) => names
        .Select(name => parameters.Find(one => Plain(one.Name) == name).Value)
        .FirstOrDefault(value => !string.IsNullOrWhiteSpace(value));

    static string Plain(string name) =>
        string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

    static string? TextOf(JsonElement? value) => value is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    static string IdOf(Attempt attempt) => $"jenkins:{attempt.Url.Trim('/')}";

    /// <summary><c>acme/shop/main</c> for <c>job/acme/job/shop/job/main/13/</c>.</summary>
    static string JobOf(Attempt attempt)
    {
        var parts = attempt.Url.Trim('/').Split('/');
        return string.Join('/', parts.Where((part, place) => place % 2 == 1 && parts[place - 1] == "job")
            .Select(Uri.UnescapeDataString));
    }

    /// <summary>What all three plugins say, of one phase of one build.</summary>
    sealed record Attempt
    {
        public required string Url { get; init; }
        public string? Address { get; init; }
        public Scm? Scm { get; init; }
        public required IEnumerable<(string Name, string? Value)> Parameters { get; init; }
        public required BuildStatus Status { get; init; }
        public DateTimeOffset? QueuedAt { get; init; }
        public DateTimeOffset? StartedAt { get; init; }
        public DateTimeOffset? FinishedAt { get; init; }
        public required DateTimeOffset AsOf { get; init; }
    }
}
