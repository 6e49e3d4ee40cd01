using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;

namespace Leadline.Sources.Otlp;

/// <summary>What one record states by OpenTelemetry's conventions for CI/CD, version control and deployments.</summary>
/// <param name="Facts">Empty where it lacks something.</param>
/// <param name="Because">What it lacks, for the first statement of it that gave no fact.</param>
sealed record OtlpStatement(ImmutableArray<Fact> Facts, string? Because)
{
    /// <summary>Whether it speaks of a pipeline's run or a deployment at all; most records of most senders do not.</summary>
    public bool IsMeasured => !Facts.IsEmpty || Because is not null;
}

static class OtlpConversion
{
    const string RunId = "cicd.pipeline.run.id", Result = "cicd.pipeline.result", State = "cicd.pipeline.run.state";
    const string DeploymentId = "deployment.id", Status = "deployment.status", TaskType = "cicd.pipeline.task.type";

    /// <summary>How GitHub's receiver of the Collector calls a run's result.</summary>
    const string RunStatus = "cicd.pipeline.run.status";

    /// <exception cref="FormatException">A time is none.</exception>
    public static OtlpStatement Of(Span span, Attributes resource)
    {
        var own = new Attributes(span.Attributes, resource);
        var said = new Said();
        if (IsRun(span, own))
        {
            if (own.HasOwn(State) && own[Result] is null) said.Add(Phase(own, Start(span) ?? End(span)));
            else said.Add(Run(own, Start(span), End(span), CodeOf(span)));
        }

        if (IsDeployment(own)) said.Add(Deployment(own, Start(span), End(span), CodeOf(span), $"{span.TraceId}:{span.SpanId}"));
        foreach (var happened in span.Events ?? [])
        {
            var around = new Attributes(happened?.Attributes, own);
            var at = IsPhase(around) || IsDeployment(around) ? At(happened!.TimeUnixNano, "an event's timeUnixNano") : default;
            if (IsPhase(around)) said.Add(Phase(around, at));
            if (IsDeployment(around)) said.Add(Deployment(around, null, at, null, $"{span.TraceId}:{span.SpanId}"));
        }

        return said.All();
    }

    /// <exception cref="FormatException">A time is none.</exception>
    public static OtlpStatement Of(LogRecord record, Attributes resource)
    {
        var own = new Attributes((record.Body?.KvlistValue?.Values ?? []).Concat(record.Attributes ?? []), resource);
        var said = new Said();
        if (!IsPhase(own) && !IsDeployment(own)) return said.All();
        var at = Times.Parse(record.TimeUnixNano, "timeUnixNano") ?? At(record.ObservedTimeUnixNano, "timeUnixNano");
        if (IsPhase(own)) said.Add(Phase(own, at));
        if (IsDeployment(own))
            said.Add(Deployment(
                own, null, at, null, record.SpanId is { Length: > 0 } ? $"{record.TraceId}:{record.SpanId}" : $"{at.Ticks}"));
        return said.All();
    }

    /// <summary>
    /// Whether it is a run's own span. Everything that runs within a pipeline may bear the run's id, so that a span which has
    /// only that must be the trace's first, and its name or its resource must speak of the run.
    /// </summary>
    static bool IsRun(Span span, Attributes own)
    {
        if (own[RunId] is null || IsTask(own)) return false;
        if (own.HasOwn(Result) || own.HasOwn(RunStatus) || own.HasOwn(State)) return true;
        if ((span.ParentSpanId ?? "").Trim('0').Length > 0) return false;
        var isNamed = own["cicd.pipeline.name"] is { } name && span.Name?.EndsWith(name, StringComparison.Ordinal) == true;
        return own.HasOwn(RunId) || isNamed || own[Result] is not null || own[RunStatus] is not null;
    }

    static bool IsTask(Attributes attributes) =>
        attributes.HasAny("cicd.pipeline.task.") || attributes.HasAny("cicd.pipeline.run.task.");

    /// <summary>Whether an event says how far a run is.</summary>
    static bool IsPhase(Attributes happened) =>
        (happened.HasOwn(State) || happened.HasOwn(Result)) && happened[RunId] is not null && !IsTask(happened);

    /// <summary>What a program says of the deployment that it is itself of, on its resource, states none.</summary>
    static bool IsDeployment(Attributes own) => own.HasOwn(DeploymentId) || own.HasOwn(Status)
        || (own.HasOwn(TaskType) && own[TaskType] == "deploy");

    static (Fact?, string?) Run(Attributes run, DateTimeOffset? started, DateTimeOffset finished, int code)
    {
        if (StatusOf(run[Result] ?? run[RunStatus], code) is not { } status) return (null, "the run does not say how it ended");
        return Build(run, status, null, started, finished, finished);
    }

    static (Fact?, string?) Phase(Attributes run, DateTimeOffset at) => run[Result] is { } result
        ? StatusOf(result, 0) is { } status
            ? Build(run, status, null, null, at, at)
            : (null, $"a run that is {result} says nothing yet")
        : run[State] switch
        {
            "pending" => Build(run, BuildStatus.Queued, at, null, null, at),
            "executing" => Build(run, BuildStatus.Running, null, at, null, at),
            var state => (null, $"a run that is {state} says nothing that was not said before"),
        };

    static (Fact?, string?) Build(
        Attributes run, BuildStatus status, DateTimeOffset? queued, DateTimeOffset? started, DateTimeOffset? finished,
        DateTimeOffset at)
    {
        if (RepositoryOf(run) is not { } repository || Sha.ParseOrNull(run["vcs.ref.head.revision"]) is not { } sha)
            return (null, "the run names no commit of a repository: vcs.repository.url.full and vcs.ref.head.revision say it");
        return (
            new BuildFact
            {
                Id = $"otlp:{run[RunId]}",
                Repository = repository,
                Sha = sha,
                Pipeline = run["cicd.pipeline.name"],
                Attempt = AttemptOf(run),
                QueuedAt = queued,
                StartedAt = started,
                FinishedAt = finished,
                Status = status,
                Url = run["cicd.pipeline.run.url.full"],
                AsOf = at,
            },
            null);
    }

    /// <summary>The one after that which the address of the attempt before ends with.</summary>
    static int AttemptOf(Attributes run)
    {
        var before = run["cicd.pipeline.run.previous_attempt.url.full"]?.Split("/attempts/");
        return before is [.., var number] && int.TryParse(number, out var last) && last is > 0 and < 1_000_000 ? last + 1 : 1;
    }

    static (Fact?, string?) Deployment(Attributes own, DateTimeOffset? started, DateTimeOffset at, int? code, string place)
    {
        var environment = own["deployment.environment.name"] ?? own["deployment.environment"]
            ?? DeployJob.EnvironmentOf(own["cicd.pipeline.task.name"]);
        if (environment is null) return (null, "the deployment names no environment: deployment.environment.name says it");

        // A program that nobody named is not what was deployed.
        var service = own["service.name"] is { } named && !named.StartsWith("unknown_service", StringComparison.Ordinal) ? named
            : null;
        var repository = RepositoryOf(own);
        if ((service ?? repository?.Value) is not { } owner)
            return (null, "the deployment names neither its service nor its repository: service.name or "
                + "vcs.repository.url.full says it");
        if (StatusOf(own, code) is not { } status)
            return (null, "the deployment does not say how it ended: deployment.status says it");
        var sha = Sha.ParseOrNull(own["vcs.ref.head.revision"]);
        return (
            new DeploymentFact
            {
                Id = $"otlp:{owner}:{environment}:{IdOf(own) ?? place}",
                Service = service,
                App = own["deployment.name"] ?? service,
                Repository = repository,
                Environment = environment,
                Version = own["service.version"] ?? (own["vcs.ref.head.type"] == "tag" ? own["vcs.ref.head.name"] : null),
                Sha = sha,
                Status = status,
                StartedAt = started,
                FinishedAt = status is DeploymentStatus.Created or DeploymentStatus.Running ? null : at,

                // Where the commit is known, all that it reaches ships, not that change alone.
                Changes = sha is null && own["vcs.change.id"] is { } change && int.TryParse(change, out var number)
                    ? [$"#{number}"] : null,
                Url = own["cicd.pipeline.task.run.url.full"] ?? own["cicd.pipeline.run.url.full"],
                AsOf = at,
            },
            null);
    }

    static string? IdOf(Attributes own) => own[DeploymentId]
        ?? (own[RunId] is { } run && (own["cicd.pipeline.task.run.id"] ?? own["cicd.pipeline.task.name"]) is { } task
            ? $"{run}:{task}" : null);

    /// <summary>Its own word, or else how the task or run ended that it is.</summary>
    static DeploymentStatus? StatusOf(Attributes own, int? code)
    {
        switch (own[Status]?.ToLowerInvariant())
        {
            case "succeeded": return DeploymentStatus.Succeeded;
            case "failed": return DeploymentStatus.Failed;
            case "canceled" or "cancelled": return DeploymentStatus.Canceled;
            case "running" or "in_progress" or "started": return DeploymentStatus.Running;
            case "created" or "pending" or "queued": return DeploymentStatus.Created;
            case not null: return null;
        }

        var result = own["cicd.pipeline.task.run.result"] ?? (IsTask(own) ? null : own[Result] ?? own[RunStatus]);
        return StatusOf(result, code ?? 0) switch
        {
            BuildStatus.Succeeded => DeploymentStatus.Succeeded,
            BuildStatus.Failed => DeploymentStatus.Failed,
            BuildStatus.Canceled => DeploymentStatus.Canceled,
            _ => null,
        };
    }

    /// <summary>Of a result the words of the conventions, and those of the build servers that came before them.</summary>
    static BuildStatus? StatusOf(string? result, int code) => (result?.ToLowerInvariant(), code) switch
    {
        ("success" or "succeeded", _) => BuildStatus.Succeeded,
        ("failure" or "failed" or "error" or "timeout" or "timed_out", _) => BuildStatus.Failed,
        ("skip" or "skipped" or "cancellation" or "cancelled" or "canceled", _) => BuildStatus.Canceled,
        (null, 1) => BuildStatus.Succeeded,
        (null, 2) => BuildStatus.Failed,
        _ => null,
    };

    /// <summary>
    /// By its address; or by its name, where the run's address has that with its owner before it; or by owner and name.
    /// </summary>
    static RepositoryName? RepositoryOf(Attributes named)
    {
        if (RepositoryUrl.NameOf(named["vcs.repository.url.full"]) is { } repository) return repository;
        if (named["vcs.repository.name"] is not { } name) return null;
        if (named["vcs.owner.name"] is { } owner) return new RepositoryName($"{owner}/{name}");
        var path = RepositoryUrl.NameOf(named["cicd.pipeline.run.url.full"])?.Value;
        var end = path is null ? -1 : $"{path}/".IndexOf($"/{name}/", StringComparison.Ordinal);
        return end > 0 ? new RepositoryName(path![..(end + 1 + name.Length)]) : null;
    }

    static DateTimeOffset? Start(Span span) => Times.Parse(span.StartTimeUnixNano, "startTimeUnixNano");

    static DateTimeOffset End(Span span) => At(span.EndTimeUnixNano, "endTimeUnixNano");

    static DateTimeOffset At(JsonElement? time, string name) =>
        Times.Parse(time, name)
            ?? throw new FormatException($"{name} is missing: without it nobody could tell when it happened");

    static int CodeOf(Span span) => span.Status?.Code?.ToString() switch
    {
        "1" or "STATUS_CODE_OK" => 1,
        "2" or "STATUS_CODE_ERROR" => 2,
        _ => 0,
    };

    sealed class Said
    {
        readonly List<Fact> facts = [];
        string? lacking;

        public void Add((Fact? Fact, string? Because) statement)
        {
            if (statement.Fact is { } fact) facts.Add(fact);
            lacking ??= statement.Because;
        }

        public OtlpStatement All() => new([.. facts], lacking);
    }
}
