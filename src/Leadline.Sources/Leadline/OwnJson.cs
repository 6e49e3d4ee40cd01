using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Leadline.Core;

namespace Leadline.Sources.Leadline;

/// <summary>Reads one object of our own JSON; whatever is wrong with it is said in a sentence.</summary>
public static class OwnJson
{
    public static readonly ImmutableArray<string> Types =
    [
        "commit", "change", "build", "deployment", "step", "incident", "flag", "annotation",
    ];

    /// <summary>What is wrong with this object, in a sentence; null where nothing is.</summary>
    public static string? Check(ReadOnlySpan<byte> line)
    {
        try
        {
            Read(line);
            return null;
        }
        catch (FormatException error)
        {
            return error.Message;
        }
    }

    /// <summary>The facts that the object states.</summary>
    /// <exception cref="FormatException">It is not one of ours; the message says what is wrong and what to write.</exception>
    public static ImmutableArray<Fact> Read(ReadOnlySpan<byte> line)
    {
        try
        {
            return TypeOf(line) switch
            {
                "commit" => [Convert(Parse(line, OwnJsonContext.Default.OwnCommit))],
                "change" => [Convert(Parse(line, OwnJsonContext.Default.OwnChange))],
                "build" => Convert(Parse(line, OwnJsonContext.Default.OwnBuild)),
                "deployment" => [Convert(Parse(line, OwnJsonContext.Default.OwnDeployment))],
                "step" => [Convert(Parse(line, OwnJsonContext.Default.OwnStep))],
                "incident" => [Convert(Parse(line, OwnJsonContext.Default.OwnIncident))],
                "flag" => [Convert(Parse(line, OwnJsonContext.Default.OwnFlag))],
                "annotation" => [Convert(Parse(line, OwnJsonContext.Default.OwnAnnotation))],
                null => throw new FormatException($"the key \"type\" is missing: write one of {string.Join(", ", Types)}"),
                var other => throw new FormatException(
                    $"\"{other}\" is no type: write one of {string.Join(", ", Types)}{Nearest.Suggest(other, Types)}"),
            };
        }
        catch (JsonException error)
        {
            throw new FormatException(Sentence(error, []), error);
        }
        catch (InvalidOperationException error)
        {
            throw new FormatException("a string holds half of a surrogate pair, which is no text", error);
        }
        catch (ArgumentException error)
        {
            // A name that must not be empty.
            throw new FormatException(error.Message, error);
        }
    }

    /// <summary>The keys that an object of this type may have.</summary>
    internal static IEnumerable<JsonPropertyInfo> KeysOf(string type)
    {
        JsonTypeInfo record = type switch
        {
            "commit" => OwnJsonContext.Default.OwnCommit,
            "change" => OwnJsonContext.Default.OwnChange,
            "build" => OwnJsonContext.Default.OwnBuild,
            "deployment" => OwnJsonContext.Default.OwnDeployment,
            "step" => OwnJsonContext.Default.OwnStep,
            "incident" => OwnJsonContext.Default.OwnIncident,
            "flag" => OwnJsonContext.Default.OwnFlag,
            "annotation" => OwnJsonContext.Default.OwnAnnotation,
            _ => throw new ArgumentException($"{type} is no type"),
        };
        return record.Properties;
    }

    static T Parse<T>(ReadOnlySpan<byte> line, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(line, type) ?? throw new FormatException("the line is null: write an object");
        }
        catch (JsonException error)
        {
            throw new FormatException(Sentence(error, type.Properties.Select(key => key.Name)), error);
        }
    }

    static string? TypeOf(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("a line must be one JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            reader.Read();
            if (isType)
            {
                return reader.TokenType == JsonTokenType.String
                    ? reader.GetString()
                    : throw new FormatException("the key \"type\" must be a string");
            }

            reader.Skip();
        }

        return null;
    }

    static Fact Convert(OwnCommit own) => new CommitFact
    {
        Repository = new RepositoryName(own.Repository),
        Sha = Full(own.Sha, "sha"),
        Parents = own.Parents is { } parents ? [.. parents.Select(parent => Full(parent, "parents"))] : null,
        Branch = own.Branch,
        AuthoredAt = Utc(own.AuthoredAt),
        CommittedAt = Utc(own.CommittedAt),
        Message = own.Message,
        Author = own.Author,
        Paths = Texts(own.Paths, "paths"),
        AsOf = Latest(own.AuthoredAt, own.CommittedAt),
    };

    static Fact Convert(OwnChange own) => new ChangeFact
    {
        Repository = new RepositoryName(own.Repository),
        Number = own.Number,
        OpenedAt = Utc(own.OpenedAt),
        ReadyAt = Utc(own.ReadyAt),
        FirstReviewedAt = Utc(own.FirstReviewedAt),
        ApprovedAt = Utc(own.ApprovedAt),
        MergedAt = Utc(own.MergedAt),
        ClosedAt = Utc(own.ClosedAt),
        MergeSha = own.MergeSha is { } merge ? Any(merge, "merge_sha") : null,
        HeadSha = own.HeadSha is { } head ? Any(head, "head_sha") : null,
        Commits = own.Commits is { } commits ? [.. commits.Select(commit => Any(commit, "commits"))] : null,
        Branch = own.Branch,
        TargetBranch = own.TargetBranch,
        Labels = Texts(own.Labels, "labels"),
        Title = own.Title,
        Author = own.Author,
        Url = own.Url,
        Lines = own.Lines is < 0 ? throw new FormatException("\"lines\" must not be negative") : own.Lines,
        AsOf = Utc(own.UpdatedAt)
            ?? Latest(own.OpenedAt, own.ReadyAt, own.FirstReviewedAt, own.ApprovedAt, own.MergedAt, own.ClosedAt),
    };

    static ImmutableArray<Fact> Convert(OwnBuild own)
    {
        var sha = Any(own.Sha, "sha");
        var asOf = Latest(own.QueuedAt, own.StartedAt, own.FinishedAt);
        var repository = new RepositoryName(own.Repository);
        return
        [
            new BuildFact
            {
                Id = NotEmpty(own.Id, "id"),
                Repository = repository,
                Sha = sha,
                Pipeline = own.Pipeline,
                Attempt = own.Attempt ?? 1,
                QueuedAt = Utc(own.QueuedAt),
                StartedAt = Utc(own.StartedAt),
                FinishedAt = Utc(own.FinishedAt),
                Status = Word<BuildStatus>(
                    own.Status,
                    BuildStatus.Queued, BuildStatus.Running, BuildStatus.Succeeded, BuildStatus.Failed, BuildStatus.Canceled),
                Url = own.Url,
                AsOf = asOf,
            },
            .. (own.Artifacts ?? []).Select(name => new ArtifactFact
            {
                Repository = repository,
                Name = NotEmpty(name, "artifacts"),
                Sha = sha,
                AsOf = asOf,
            }),
        ];
    }

    static Fact Convert(OwnDeployment own)
    {
        if (own.Service is null && own.Repository is null)
            throw new FormatException("a deployment must name its \"service\" or its \"repository\"");
        var status = Word<DeploymentStatus>(
            own.Status,
            DeploymentStatus.Created, DeploymentStatus.Waiting, DeploymentStatus.Running,
            DeploymentStatus.Succeeded, DeploymentStatus.Failed, DeploymentStatus.Canceled);
        if (status is DeploymentStatus.Succeeded or DeploymentStatus.Failed && own.FinishedAt is null)
            throw new FormatException($"a deployment with status \"{own.Status}\" must say \"finished_at\"");
        return new DeploymentFact
        {
            Id = NotEmpty(own.Id, "id"),
            Service = NotEmptyOrNull(own.Service, "service"),
            Repository = own.Repository is { } repository ? new RepositoryName(repository) : null,
            Environment = NotEmpty(own.Environment, "environment"),
            Version = own.Version,
            Sha = own.Sha is { } sha ? Any(sha, "sha") : null,
            Status = status,
            CreatedAt = Utc(own.CreatedAt),
            StartedAt = Utc(own.StartedAt),
            FinishedAt = Utc(own.FinishedAt),
            Failed = own.Failed,
            Changes = Texts(own.Changes, "changes"),
            Url = own.Url,
            AsOf = Utc(own.UpdatedAt) ?? Latest(own.CreatedAt, own.StartedAt, own.FinishedAt),
        };
    }

    /// <summary>A step is something that a deployment's statement tells; it says nothing of how that ended.</summary>
    static Fact Convert(OwnStep own)
    {
        if (own.Service is null && own.Repository is null)
            throw new FormatException("a step must name the \"service\" or the \"repository\" of its deployment");
        var outcome = Word(
            "outcome", own.Outcome, StepOutcome.Running, StepOutcome.Succeeded, StepOutcome.Failed, StepOutcome.Aborted);
        if (outcome != StepOutcome.Running && own.FinishedAt is null)
            throw new FormatException($"a step with outcome \"{own.Outcome}\" must say \"finished_at\"");
        if (own.Weight is < 0 or > 100)
            throw new FormatException("\"weight\" is a share of the traffic in percent: write 0 to 100");
        return new DeploymentFact
        {
            Id = NotEmpty(own.Deployment, "deployment"),
            Service = NotEmptyOrNull(own.Service, "service"),
            Repository = own.Repository is { } repository ? new RepositoryName(repository) : null,
            Environment = NotEmpty(own.Environment, "environment"),
            Version = own.Version,
            Sha = own.Sha is { } sha ? Any(sha, "sha") : null,
            Status = DeploymentStatus.Created,
            StartedAt = Utc(own.StartedAt),
            Steps =
            [
                new RolloutStep
                {
                    Name = NotEmpty(own.Name, "name"),
                    Kind = Word("kind", own.Kind, RolloutKind.Canary, RolloutKind.Ring, RolloutKind.BlueGreen),
                    Weight = own.Weight,
                    Region = own.Region,
                    StartedAt = Utc(own.StartedAt),
                    FinishedAt = Utc(own.FinishedAt),
                    Outcome = outcome,
                },
            ],
            Url = own.Url,
            AsOf = Utc(own.UpdatedAt) ?? Latest(own.StartedAt, own.FinishedAt),
        };
    }

    static Fact Convert(OwnIncident own) => new IncidentFact
    {
        Id = NotEmpty(own.Id, "id"),
        Source = "api",
        Service = NotEmptyOrNull(own.Service, "service"),
        Status = own switch
        {
            { ResolvedAt: not null } => IncidentStatus.Resolved,
            { AcknowledgedAt: not null } => IncidentStatus.Acknowledged,
            _ => IncidentStatus.Open,
        },
        StartedAt = own.StartedAt.ToUniversalTime(),
        AcknowledgedAt = Utc(own.AcknowledgedAt),
        ResolvedAt = Utc(own.ResolvedAt),
        Severity = own.Severity,
        Deployment = own.Deployment,
        Sha = own.Sha is { } sha ? Any(sha, "sha") : null,
        Title = own.Title,
        Url = own.Url,
        AsOf = Utc(own.UpdatedAt) ?? Latest(own.StartedAt, own.AcknowledgedAt, own.ResolvedAt),
    };

    static Fact Convert(OwnAnnotation own) => new AnnotationFact
    {
        Id = NotEmpty(own.Id, "id"),
        Service = NotEmptyOrNull(own.Service, "service"),
        Team = NotEmptyOrNull(own.Team, "team"),
        MarkedAt = own.At.ToUniversalTime(),
        Text = own.Text,
        AsOf = own.At.ToUniversalTime(),
    };

    static Fact Convert(OwnFlag own) => new FlagChangeFact
    {
        Id = NotEmpty(own.Id, "id"),
        Flag = NotEmpty(own.Flag, "flag"),
        Service = NotEmptyOrNull(own.Service, "service"),
        Environment = NotEmpty(own.Environment, "environment"),
        On = own.On,
        ChangedAt = own.At.ToUniversalTime(),
        AsOf = own.At.ToUniversalTime(),
    };

    static Sha Full(string text, string key) => Any(text, key) is { IsShort: false } sha
        ? sha
        : throw new FormatException($"\"{key}\" must be a full commit id of 40 (or 64) hexadecimal digits, not \"{text}\"");

    static Sha Any(string text, string key) => Sha.TryParse(text, out var sha)
        ? sha
        : throw new FormatException($"\"{key}\" must be a commit id of 7 to 40 (or 64) hexadecimal digits, not \"{text}\"");

    static string NotEmpty(string? text, string key) =>
        string.IsNullOrWhiteSpace(text) ? throw new FormatException($"\"{key}\" must not be empty") : text;

    static string? NotEmptyOrNull(string? text, string key) => text is null ? null : NotEmpty(text, key);

    static ImmutableArray<string>? Texts(string[]? texts, string key) =>
        texts is null ? null : [.. texts.Select(text => text ?? throw new FormatException($"\"{key}\" must hold no null"))];

    static T Word<T>(string text, params ReadOnlySpan<T> allowed) where T : struct, Enum => Word("status", text, allowed);

    static T Word<T>(string key, string text, params ReadOnlySpan<T> allowed) where T : struct, Enum
    {
        var words = new List<string>();
        foreach (var value in allowed)
        {
            var word = JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
            if (word == text) return value;
            words.Add(word);
        }

        throw new FormatException(
            $"\"{key}\" must be one of {string.Join(", ", words)}, not \"{text}\"{Nearest.Suggest(text, words)}");
    }

    static DateTimeOffset? Utc(DateTimeOffset? instant) => instant?.ToUniversalTime();

    static DateTimeOffset Latest(params ReadOnlySpan<DateTimeOffset?> instants)
    {
        DateTimeOffset? latest = null;
        foreach (var instant in instants)
            if (instant is not null && (latest is null || instant > latest)) latest = instant;
        return latest?.ToUniversalTime() ?? DateTimeOffset.UnixEpoch;
    }

    /// <summary>The serializer's words, without the name of a class in them.</summary>
    static string Sentence(JsonException error, IEnumerable<string> keys)
    {
        var message = error.Message;
        if (message.StartsWith("The JSON property '", StringComparison.Ordinal))
        {
            var key = message.Split('\'')[1];
            return $"the key \"{key}\" is not known for this type{Nearest.Suggest(key, keys)}";
        }

        if (message.Contains("missing required properties", StringComparison.Ordinal))
        {
            var missing = message[(message.LastIndexOf(':') + 1)..].Trim().TrimEnd('.').Replace('\'', '"');
            return $"required keys are missing: {missing}";
        }

        return error.Path is { Length: > 2 } path
            ? $"the key \"{path[2..]}\" does not hold what it should: {Plain(message)}"
            : $"this is not JSON: {Plain(message)}";
    }

    static string Plain(string message)
    {
        foreach (var place in (ReadOnlySpan<string>)[" Path:", " LineNumber:"])
            if (message.IndexOf(place, StringComparison.Ordinal) is > 0 and var end) message = message[..end];
        return message.Contains("System.DateTimeOffset", StringComparison.Ordinal) ? "write a time as 2026-01-31T12:00:00Z"
            : message.Contains("could not be converted", StringComparison.Ordinal) ? "its value is of another kind"
            : message.TrimEnd('.');
    }
}
