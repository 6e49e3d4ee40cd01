using Leadline.Core;
using Leadline.Storage;

namespace Leadline.Ingest;

/// <summary>An override as somebody asks for it; the words are those of the API.</summary>
/// <param name="Kind"><c>failed</c>, <c>not_failed</c>, <c>link_incident</c>, <c>unlink_incident</c> or <c>exclude</c>.</param>
/// <param name="Deployment">Its id; not needed to unlink.</param>
/// <param name="Incident">Its id; only to link and unlink.</param>
/// <param name="Service">Needed only where several have the deployment or the incident.</param>
public sealed record OverrideRequest(string? Kind, string? Deployment, string? Incident, string? Service, string? Reason);

/// <summary>Why an override, or its undoing, is refused.</summary>
public enum OverrideRefusal { Kind, Reason, LongReason, Needs, Deployment, Incident, Service, Apart, Unknown, Undone }

/// <param name="Entry">As it is kept; null where it is refused.</param>
/// <param name="IsJudged">Whether the numbers follow it already.</param>
public sealed record Overridden(OverrideEntry? Entry, OverrideRefusal? Refusal, bool IsJudged);

/// <summary>Takes what people say against the rules, keeps it, and judges the service again before it answers.</summary>
/// <param name="patience">How long somebody waits for the judgement; what takes longer goes on without them. Ten seconds where
/// null.</param>
public sealed class Overriding(Store store, Readings readings, TimeProvider clock, TimeSpan? patience = null)
{
    public const int LongestReason = 500;

    readonly TimeSpan patience = patience ?? TimeSpan.FromSeconds(10);

    static readonly OverrideKind[] Kinds = Enum.GetValues<OverrideKind>();

    /// <summary>The words that a request may hold as its kind.</summary>
    public static IEnumerable<string> KindWords => Kinds.Select(Rows.Word);

    /// <summary>Why, and what to do, in a sentence.</summary>
    public static string Sentence(OverrideRefusal refusal) => refusal switch
    {
        OverrideRefusal.Kind =>
            $"the kind is none that there is: write {string.Join(", ", KindWords.SkipLast(1))} or {KindWords.Last()}",
        OverrideRefusal.Reason => "the reason is missing: say in a sentence why, for whoever reads the numbers",
        OverrideRefusal.LongReason => $"the reason is longer than {LongestReason} characters: say it shorter",
        OverrideRefusal.Needs =>
            "failed, not_failed and exclude need a deployment and no incident, link_incident needs both, unlink_incident an "
                + "incident: name them by their ids",
        OverrideRefusal.Deployment => "no deployment in the ledger has this id: leadline ledger lists them",
        OverrideRefusal.Incident =>
            "no incident that was judged has this id: GET /api/v1/incidents lists them, and there are none while "
                + "definitions.failure.signals leaves incident out",
        OverrideRefusal.Service => "several services have it: name one as service",
        OverrideRefusal.Apart =>
            "the incident and the deployment are not of one service and environment: map the incident to the service under "
                + "services in leadline.yaml",
        OverrideRefusal.Unknown => "there is no override of this number: GET /api/v1/overrides lists them",
        _ => "it was undone before: to undo that, make it again",
    };

    /// <param name="request">What is asked for.</param>
    /// <param name="by">The name of a token, or <c>local</c>.</param>
    /// <param name="cancellation">Once it is kept, judging goes on without whoever asked.</param>
    public async Task<Overridden> AddAsync(OverrideRequest request, string by, CancellationToken cancellation)
    {
        var (made, refusal) = await ReadAsync(request, by, cancellation);
        if (made is null) return new Overridden(null, refusal, false);
        var id = await store.AddOverrideAsync(made, clock.GetUtcNow(), cancellation);
        return await JudgedAsync(id, made.Service, cancellation);
    }

    /// <param name="id">The override's number.</param>
    /// <param name="reason">May be left out.</param>
    /// <param name="by">The name of a token, or <c>local</c>.</param>
    /// <param name="cancellation">As with <see cref="AddAsync"/>.</param>
    public async Task<Overridden> UndoAsync(long id, string? reason, string by, CancellationToken cancellation)
    {
        var said = string.IsNullOrWhiteSpace(reason) ? null : reason.Trim();
        if (said?.Length > LongestReason) return new Overridden(null, OverrideRefusal.LongReason, false);
        var (outcome, service) = await store.UndoOverrideAsync(id, said, by, clock.GetUtcNow(), cancellation);
        return outcome switch
        {
            Undoing.Unknown => new Overridden(null, OverrideRefusal.Unknown, false),
            Undoing.DoneBefore => new Overridden(null, OverrideRefusal.Undone, false),
            _ => await JudgedAsync(id, service!.Value, cancellation),
        };
    }

    async Task<Overridden> JudgedAsync(long id, ServiceName service, CancellationToken cancellation)
    {
        var isJudged = await readings.JudgeAsync(service, patience, cancellation);
        return new Overridden(await store.OverrideAsync(id, cancellation), null, isJudged);
    }

    async Task<(NewOverride? Made, OverrideRefusal? Refusal)> ReadAsync(
        OverrideRequest request, string by, CancellationToken cancellation)
    {
        var place = Kinds.Select(Rows.Word).ToList().IndexOf(request.Kind ?? "");
        if (place < 0) return (null, OverrideRefusal.Kind);
        var kind = Kinds[place];
        if (request.Reason?.Trim() is not { Length: > 0 } reason) return (null, OverrideRefusal.Reason);
        if (reason.Length > LongestReason) return (null, OverrideRefusal.LongReason);
        var (deployment, incident) = (Named(request.Deployment), Named(request.Incident));
        var needs = kind switch
        {
            OverrideKind.LinkIncident => deployment is not null && incident is not null,
            OverrideKind.UnlinkIncident => incident is not null,
            _ => deployment is not null && incident is null,
        };
        if (!needs) return (null, OverrideRefusal.Needs);
        var deployed = deployment is null ? [] : await store.PlacesOfDeploymentAsync(deployment, cancellation);
        if (deployment is not null && deployed.IsEmpty) return (null, OverrideRefusal.Deployment);
        var judged = incident is null ? [] : await store.PlacesOfIncidentAsync(incident, cancellation);
        if (incident is not null && judged.IsEmpty) return (null, OverrideRefusal.Incident);
        var incidents = judged.Select(one => (one.Service, one.Environment));
        var places = (deployment is null ? incidents : incident is null ? deployed : deployed.Intersect(incidents)).ToList();
        if (places.Count == 0) return (null, OverrideRefusal.Apart);
        if (Named(request.Service) is { } service)
            places.RemoveAll(one => !one.Service.Equals(service, StringComparison.OrdinalIgnoreCase));
        if (places.Count != 1) return (null, places.Count == 0 ? OverrideRefusal.Apart : OverrideRefusal.Service);

        // What is unlinked is remembered with the deployment that it blamed, by which it is found again.
        deployment ??= judged.First(one => (one.Service, one.Environment) == places[0]).Deployment;
        return (new NewOverride(
            kind, new ServiceName(places[0].Service), places[0].Environment, deployment, incident, reason, by), null);
    }

    static string? Named(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
