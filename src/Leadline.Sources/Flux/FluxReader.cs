using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Leadline.Core;

namespace Leadline.Sources.Flux;

/// <summary>
/// Reads the events of Flux's Kustomizations and HelmReleases, from providers of type <c>generic</c> and <c>generic-hmac</c>,
/// and those of Flagger's Canaries.
/// </summary>
public sealed partial class FluxReader : SourceReader
{
    public override string Source => "flux";

    public override int Version => 2;

    public override SourceDescription About => new(
        "Flux and Flagger", "events of Kustomizations, HelmReleases and canaries",
        "X-Signature: the HMAC-SHA256 of the body; or the secret as a bearer token or basic password");

    public override PersonalFields Personal { get; } = new(People: [], Strings: ["username"], Texts: ["message"]);

    public override ImmutableArray<string> KeptHeaders => [];

    /// <summary>
    /// Flagger has no header of its own to send: the secret stands in the address, and so comes as a password.
    /// </summary>
    public override bool IsAuthentic(Delivery delivery, ReadOnlySpan<byte> secret) =>
        Signatures.HmacSha256Hex(delivery, "X-Signature", "sha256=", secret)
        || Signatures.Bearer(delivery, secret)
        || Signatures.Basic(delivery, secret);

    public override Reading Read(Delivery delivery) => delivery.Json(FluxJson.Default.FluxEvent) switch
    {
        { InvolvedObject: { } involved } happened => Convert(happened, involved),
        { Phase: { } phase } happened => Convert(happened, phase),
        _ => Reading.Ignored("it is no event of Flux or Flagger: it has neither an involvedObject nor a phase"),
    };

    static Reading Convert(FluxEvent happened, InvolvedObject involved)
    {
        if (involved.Kind is not ("Kustomization" or "HelmRelease"))
            return Reading.Ignored($"the involved object is a {involved.Kind ?? "nameless kind"}, which deploys nothing");
        if (Reached(involved, happened.Reason) is not { } status)
            return Reading.Ignored($"{happened.Reason ?? "no reason"} neither begins nor ends a deployment");
        if (involved.Name is not { Length: > 0 } name) return Reading.Ignored("the involved object has no name");
        if (Times.Parse(happened.Timestamp, "timestamp") is not { } at)
            return Reading.Ignored("it does not say when it happened");
        if (Text(happened, "revision") is not { } revision)
            return Reading.Ignored("it does not say of which revision it speaks");
        if ((Text(happened, "environment") ?? Text(happened, "env") ?? involved.Namespace) is not { Length: > 0 } environment)
            return Reading.Ignored("it says neither an environment nor a namespace");

        // An OCI artifact's own revision is a digest; it says from which commit it was made.
        var origin = Text(happened, "originRevision");
        var (version, sha) = Parse(origin ?? revision);
        var repository = RepositoryUrl.NameOf(Text(happened, "repository"));
        var declared = Declared(happened);
        var isChart = involved.Kind == "HelmRelease";
        return Reading.Of(new DeploymentFact
        {
            // A Kustomization is reconciled with one revision again and again, and each commit makes another. A HelmRelease is
            // upgraded once for each event, and may go back to a chart that it had.
            Id = $"flux:{involved.Uid ?? $"{involved.Kind}/{involved.Namespace}/{name}"}:{(isChart ? Written(at) : revision)}",
            Service = Text(happened, "service") ?? name,
            App = name,
            Repository = sha is null ? null : repository,
            Environment = environment,
            Version = declared ?? (isChart ? Numbered(version, happened) : version),

            // A commit of nobody knows which repository tells less than the version that somebody took care to declare.
            Sha = declared is not null && origin is null && repository is null ? null : sha,
            ConfigPaths = sha is not null && Text(happened, "path") is { } folder ? [folder] : null,
            Status = status,
            StartedAt = status == DeploymentStatus.Running ? at : null,
            FinishedAt = status is DeploymentStatus.Succeeded or DeploymentStatus.Failed ? at : null,
            Url = Text(happened, "url"),
            AsOf = at,
        });
    }

    /// <summary>The application's version, where an Alert's eventMetadata or an annotation says it.</summary>
    static string? Declared(FluxEvent happened) =>
        Text(happened, "version") ?? (Text(happened, "image") is { } image ? ImageName.Parse(image).Version : null);

    /// <summary>
    /// Helm's number of the release, which the message alone says: <c>release apps/shop.v7 with chart shop@1.4.0</c>. A chart
    /// that is upgraded with other values keeps its version, and is another deployment all the same.
    /// </summary>
    static string? Numbered(string? chart, FluxEvent happened) =>
        ReleaseNumber().Match(happened.Message ?? "") is { Success: true } match ? $"{chart} (release {match.Groups[1]})"
            : chart;

    static string Written(DateTimeOffset at) => $"{at:yyyy-MM-dd'T'HH:mm:ss'Z'}";

    /// <summary>
    /// Of a HelmRelease, ReconciliationSucceeded says again what its install or upgrade has said; where it waits for something
    /// else, or its source is not there, nothing was tried.
    /// </summary>
    static DeploymentStatus? Reached(InvolvedObject involved, string? reason) => (involved.Kind, reason) switch
    {
        ("Kustomization", "ReconciliationSucceeded") => DeploymentStatus.Succeeded,
        ("Kustomization", "Progressing") => DeploymentStatus.Running,
        ("Kustomization", "HealthCheckFailed" or "ReconciliationFailed" or "ValidationFailed" or "BuildFailed") =>
            DeploymentStatus.Failed,
        ("HelmRelease", "InstallSucceeded" or "UpgradeSucceeded" or "RollbackSucceeded") => DeploymentStatus.Succeeded,
        ("HelmRelease", "InstallFailed" or "UpgradeFailed" or "TestFailed") => DeploymentStatus.Failed,
        _ => null,
    };

    /// <summary>
    /// <c>main@sha1:…</c>, before Flux 2 <c>main/…</c>, <c>latest@sha256:…</c> of an OCI artifact, or a chart's version.
    /// </summary>
    static (string? Version, Sha? Sha) Parse(string revision)
    {
        var at = revision.LastIndexOf('@');
        if (at >= 0 && revision[(at + 1)..].Split(':') is ["sha1" or "sha256", var digest])
        {
            // Of 64 digits it is the digest of an OCI artifact far more often than a commit.
            return digest.Length == 40 && Sha.ParseOrNull(digest) is { } commit ? (null, commit) : (revision[(at + 1)..], null);
        }

        var last = revision[(revision.LastIndexOf('/') + 1)..];
        return last.Length == 40 && Sha.ParseOrNull(last) is { } sha ? (null, sha) : (revision, null);
    }

    static Reading Convert(FluxEvent happened, string phase)
    {
        DeploymentStatus? status = phase switch
        {
            "Succeeded" => DeploymentStatus.Succeeded,
            "Failed" => DeploymentStatus.Failed,
            _ => null,
        };
        if (status is not { } reached) return Reading.Ignored($"{phase} is a step of a canary, which is no deployment");
        if (happened is not { Name: { Length: > 0 } name, Checksum: { Length: > 0 } checksum })
            return Reading.Ignored("it does not say which version of which canary it was");
        if (Times.Parse(Text(happened, "timestamp"), "metadata.timestamp") is not { } at)
            return Reading.Ignored("it does not say when it happened");
        if ((Text(happened, "environment") ?? happened.Namespace) is not { Length: > 0 } environment)
            return Reading.Ignored("it says neither an environment nor a namespace");
        return Reading.Of(new DeploymentFact
        {
            Id = $"flagger:{happened.Namespace}/{name}:{checksum}:{Written(at)}",
            Service = name,
            App = name,
            Environment = environment,
            Version = Text(happened, "version") ?? checksum,
            Status = reached,
            FinishedAt = at,
            AsOf = at,
        });
    }

    /// <summary>The metadata of this name, be it bare or behind a group: <c>kustomize.toolkit.fluxcd.io/revision</c>.</summary>
    static string? Text(FluxEvent happened, string name)
    {
        foreach (var (key, value) in happened.Metadata ?? [])
        {
            if (key[(key.LastIndexOf('/') + 1)..] != name) continue;
            if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text) return text;
            if (value.ValueKind == JsonValueKind.Number) return value.GetRawText();
        }

        return null;
    }

    [GeneratedRegex(@"\brelease \S+\.v(\d{1,9}) with chart ")]
    private static partial Regex ReleaseNumber();
}
