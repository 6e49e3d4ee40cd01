using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Core;

namespace Leadline.Sources.Spinnaker;

/// <summary>Reads the executions that Spinnaker's echo tells of: each of its stages that deploys is a deployment.</summary>
public sealed class SpinnakerReader : SourceReader
{
    public override string Source => "spinnaker";

    public override int Version => 1;

    public override SourceDescription About => new(
        "Spinnaker", "pipeline stages that deploy",
        "the secret as the basic password or a bearer token");

    public override PersonalFields Personal { get; } = new(
        People: ["authentication", "user", "canceledBy", "committer", "author", "requestHeaders", "lastModified"],
        Strings: ["email", "username", "lastModifiedBy", "runAsUser"],
        Texts: ["message", "description", "cancellationReason"]);

    public override ImmutableArray<string> KeptHeaders => [];

    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.Basic(delivery, secret) || Signatures.Bearer(delivery, secret);

    public override Reading Read(Delivery delivery)
    {
        var body = delivery.Json(SpinnakerJson.Default.EchoBody);
        return (body.Payload ?? body) switch
        {
            { Content.Execution: { } execution, Details.Type: { } type } when IsOfPipeline(type) => Convert(execution),
            { Details.Type: { } type } => Reading.Ignored($"{type} tells nothing of a pipeline's stages"),
            _ => Reading.Ignored("it is no event of echo: it has no details.type"),
        };
    }

    static bool IsOfPipeline(string type) =>
        type.StartsWith("orca:pipeline:", StringComparison.Ordinal) || type.StartsWith("orca:stage:", StringComparison.Ordinal);

    static Reading Convert(Execution execution)
    {
        if (execution is not { Id.Length: > 0, Application.Length: > 0 })
            return Reading.Ignored("the execution lacks its id or its application");
        if (execution.Trigger is { IsDryRun: true } or { DryRun: true }) return Reading.Ignored("it was a dry run");
        var facts = (execution.Stages ?? []).Select(stage => Convert(execution, stage)).OfType<Fact>().ToImmutableArray();
        return facts.IsEmpty ? Reading.Ignored("no stage of it has begun to deploy to a named account") : Reading.Of(facts);
    }

    /// <summary>Null for a stage that deploys nothing, or has not begun.</summary>
    static DeploymentFact? Convert(Execution execution, Stage? stage)
    {
        // What a stage starts on its own behalf is part of it.
        if (stage is not { ParentStageId: null, Id: { Length: > 0 } id }) return null;
        if (stage.Type is not ("deploy" or "deployManifest" or "deployCloudFormation")) return null;
        DeploymentStatus? status = stage.Status switch
        {
            "RUNNING" or "PAUSED" => DeploymentStatus.Running,
            "SUCCEEDED" => DeploymentStatus.Succeeded,
            "TERMINAL" or "FAILED_CONTINUE" => DeploymentStatus.Failed,
            "CANCELED" or "STOPPED" => DeploymentStatus.Canceled,
            _ => null,
        };
        var started = Times.Parse(stage.StartTime, "startTime");
        var ended = Times.Parse(stage.EndTime, "endTime");
        if (status is not { } reached || EnvironmentOf(stage.Context) is not { } environment) return null;
        if ((reached == DeploymentStatus.Running ? started : ended ?? started) is not { } at) return null;
        var (repository, sha) = CommitOf(execution.Trigger);
        return new DeploymentFact
        {
            Id = $"spinnaker:{execution.Id}:{id}",
            Service = execution.Application,
            App = execution.Application,
            Repository = repository,
            Environment = environment,
            Version = VersionOf(execution),
            Sha = sha,
            Status = reached,
            StartedAt = started,
            FinishedAt = reached is DeploymentStatus.Succeeded or DeploymentStatus.Failed ? at : null,
            AsOf = at,
        };
    }

    /// <summary>The account that it deploys to; of a stage with clusters that of the first.</summary>
    static string? EnvironmentOf(JsonElement? context)
    {
        if (context is not { ValueKind: JsonValueKind.Object } known) return null;
        var clusters = known.TryGetProperty("clusters", out var all) && all.ValueKind == JsonValueKind.Array
            ? all.EnumerateArray().Where(cluster => cluster.ValueKind == JsonValueKind.Object)
            : [];
        return Text(known, "account") ?? Text(known, "credentials")
            ?? clusters.Select(cluster => Text(cluster, "account")).FirstOrDefault() ?? Text(known, "namespace");
    }

    static string? Text(JsonElement known, string name) =>
        known.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text ? text : null;

    static string? VersionOf(Execution execution)
    {
        var images = (execution.Trigger?.Artifacts ?? []).Where(artifact => artifact?.Type == "docker/image");
        return ImageName.VersionOf(images.Select(image => image?.Reference), execution.Application!)
            ?? (execution.Trigger?.Tag is { Length: > 0 } tag ? tag : null);
    }

    /// <summary>The commit of a Git trigger, or that of the only repository of a build.</summary>
    static (RepositoryName? Repository, Sha? Sha) CommitOf(Trigger? trigger) => trigger switch
    {
        { Hash: { } hash, Project: { Length: > 0 } project, Slug: { Length: > 0 } slug } when Sha.ParseOrNull(hash) is { } sha =>
            (new RepositoryName($"{project}/{slug}"), sha),
        { BuildInfo.Scm: [{ } scm] } when Sha.ParseOrNull(scm.Sha1) is { } sha => (RepositoryUrl.NameOf(scm.RemoteUrl), sha),
        _ => (null, null),
    };
}
