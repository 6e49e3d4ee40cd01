using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Polling;
using Leadline.Sources;
using Leadline.Storage;

namespace Leadline.Ingest;

/// <summary>A source as it is now.</summary>
/// <param name="Unread">Those that were never read.</param>
/// <param name="ReadingAgain">How far reading again by a later version of its reader is; null where nothing waits for
/// that.</param>
/// <param name="ClockSkewSeconds">
/// The median, over its last 100 deliveries with facts, of the time of receipt less the newest time that the facts state: below
/// 0 its clock is ahead of ours, above 0 it is behind or the deliveries come late. Null where no facts state a time.
/// </param>
/// <param name="Unmapped">What was accepted and belongs to no service, the most first.</param>
/// <param name="Poll">How asking its API goes; null where the server does not ask it.</param>
public sealed record SourceState(
    string Source, long Deliveries, long Facts, long Ignored, long Unreadable, long Unread, DateTimeOffset? LastReceivedAt,
    ReadingAgainState? ReadingAgain,
    double? ClockSkewSeconds, ImmutableArray<UnmappedFacts> Unmapped, PollState? Poll);

/// <param name="Done">Of <paramref name="Total"/> deliveries whose bodies are kept, so many were read by the reader's version of
/// today.</param>
public sealed record ReadingAgainState(long Done, long Total);

/// <summary>Facts that name the same, to which nothing maps.</summary>
/// <param name="Kind"><c>deployment</c>, <c>incident</c> or <c>commit</c>.</param>
/// <param name="Example">The id of one.</param>
/// <param name="Delivery">The newest delivery that says so.</param>
/// <param name="Add">The line that maps them where a service has it in <c>leadline.yaml</c>; null where no line can.</param>
/// <param name="Sentence">What is wrong, and what to do.</param>
public sealed record UnmappedFacts(string Kind, long Count, string Example, long Delivery, string? Add, string Sentence);

/// <summary>Looks at every source: what became of what it sent, its clock, and what it sent in vain.</summary>
static class SourceStates
{
    const int Sampled = 100, MostUnmapped = 50;

    /// <summary>A sender's clock may be ahead of ours by so many seconds.</summary>
    const double TolerableSkew = 60;

    static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<ImmutableArray<SourceState>> OfAsync(
        Store store, Definitions definitions, KnownSources known, CancellationToken cancellation)
    {
        var polls = await store.PollStatesAsync(cancellation);
        var sources = await store.SourcesAsync(cancellation);
        var again = await ReadingAgain.StateAsync(
            store, [.. known.Readers.Where(reader => sources.Any(source => source.Source == reader.Source))], cancellation);
        var times = await store.StatedTimesAsync(
            sources.Where(source => source.Facts > 0).Select(source => source.Source), Sampled, cancellation);

        // What a reader cannot tell the time of bears the first moment of Unix.
        var skews = times.Where(time => time.StatedAt > DateTimeOffset.UnixEpoch)
            .ToLookup(time => time.Source, time => (time.ReceivedAt - time.StatedAt).TotalSeconds);
        var unmapped = await UnmappedAsync(store, definitions, cancellation);
        return
        [
            .. sources.Select(source => new SourceState(
                source.Source, source.Deliveries, source.Facts, source.Ignored, source.Unreadable, source.Unread,
                source.LastReceivedAt, again.GetValueOrDefault(source.Source),
                Median.Of([.. skews[source.Source]]) is { } median ? Math.Round(median, 3) : null,
                [
                    .. unmapped[source.Source].OrderByDescending(one => one.Count)
                        .ThenBy(one => one.Sentence, StringComparer.Ordinal).Take(MostUnmapped),
                ],
                polls.GetValueOrDefault(source.Source)))

                // What could not be asked for even once has sent nothing.
                .Concat(polls.Where(poll => !sources.Any(source => source.Source == poll.Key))
                    .Select(poll => new SourceState(poll.Key, 0, 0, 0, 0, 0, null, null, null, [], poll.Value)))
                .OrderBy(source => source.Source, StringComparer.Ordinal),
        ];
    }

    /// <summary>Whose clock is ahead, and what to do about it; null where it is well.</summary>
    public static string? Skew(SourceState source) => source.ClockSkewSeconds is not < -TolerableSkew ? null
        : $"What {source.Source} sends is from {Human.Span(-source.ClockSkewSeconds)} in the future (the median of its last "
            + "deliveries): "
            + "its clock or this machine's is wrong. Let both be set by NTP; lead times and recovery times are off by as much.";

    /// <summary>What went wrong when it was asked, and what to do about it; null where nothing did.</summary>
    public static string? Unasked(SourceState source) =>
        source.Poll?.Error is { } error ? $"{source.Source} could not be asked for all of it: {error}." : null;

    /// <summary>What its webhooks missed, and what to do about it; null where nobody looked, or it was nothing.</summary>
    public static string? Missed(SourceState source) => source.Poll?.Reconciled is not { Missed: > 0 } night ? null
        : $"Webhooks of {source.Source} told nothing of {night.Missed:N0} of {night.Found:N0} things of the last "
            + $"{Human.Span(night.Seconds)}; they were asked for. "
            + "Look in its settings whether the webhook is there, and which events it sends.";

    /// <summary>How far reading again is; null where nothing waits for it.</summary>
    public static string? Again(SourceState source) => source.ReadingAgain is not { } again ? null
        : $"reading again: {again.Done:N0} of {again.Total:N0} of {source.Source}. 'leadline serve' does it by itself; what "
            + "is not read again yet counts as it was read before.";

    static async Task<ILookup<string, UnmappedFacts>> UnmappedAsync(
        Store store, Definitions definitions, CancellationToken cancellation)
    {
        var map = await store.ServiceMapAsync(definitions, cancellation);
        var incidents = (await store.NamesOfIncidentsAsync(cancellation)).Where(
            one => IsIncident((IncidentFact)one.Named, definitions));
        var lost = incidents.Where(one => map.ServicesOf(one.Named).IsEmpty)
            .Concat(await store.UnmappedDeploymentsAsync(fact => !map.ServicesOf(fact).IsEmpty, cancellation))
            .Concat(await store.UnmappedCommitsAsync(repository => !map.ServicesOf(CommitIn(repository)).IsEmpty, cancellation))
            .ToList();
        var sources = await store.SourcesOfAsync(lost.Select(one => one.Delivery), cancellation);

        // What differs only in what the advice does not speak of is one.
        return lost.Select(
            one => (Source: sources.GetValueOrDefault(one.Delivery, ""), Advice: Of(one.Named, map, definitions), Facts: one))
            .GroupBy(one => (one.Source, one.Advice))
            .Select(group =>
                (group.Key.Source, group.Key.Advice, Newest: group.MaxBy(
                    one => one.Facts.Delivery).Facts, Count: group.Sum(one => one.Facts.Count)))
            .ToLookup(one => one.Source, one => one.Advice.About(one.Count, one.Newest));
    }

    static CommitFact CommitIn(RepositoryName repository) =>
        new() { Repository = repository, Sha = Sha.Parse(new string('1', 40)) };

    /// <summary>A tracker's issue is an incident where a label says so.</summary>
    static bool IsIncident(IncidentFact fact, Definitions definitions) =>
        fact.Labels is not { } labels
            || labels.Any(label => definitions.Failure.IncidentLabels.Contains(label, StringComparer.OrdinalIgnoreCase));

    static Advice Of(Fact fact, ServiceMap map, Definitions definitions) => fact switch
    {
        DeploymentFact { App: { } app } => new("deployment", $"of the app {app}", $"apps: [{Quoted(app)}]"),
        DeploymentFact { Service: { } service } =>
            new("deployment", $"of the service {service}", null, NewService(service, definitions)),
        DeploymentFact { Repository: { } repository } when map.ServicesOf(CommitIn(repository)).Length > 1 =>
            new(
                "deployment", $"of {repository} (which several services share)", null,
                "name the service or an app in the deployment"),
        DeploymentFact { Repository: { } repository } =>
            new("deployment", $"of {repository}", $"repositories: [{Quoted(repository.Value)}]"),
        DeploymentFact =>
            new("deployment", "that name no service, app or repository", null, "name one of them in what you send"),
        IncidentFact { AlertLabels: { IsEmpty: false } labels } =>
            new(
                "incident", $"with the label {Label(labels)}",
                $"incidents: {{ {ServiceMap.Alerts}: {{ {YamlOf(Label(labels))} }} }}"),
        IncidentFact { Group: { } group } incident =>
            new("incident", $"of {incident.Source} {group}", $"incidents: {{ {Quoted(incident.Source)}: [{Quoted(group)}] }}"),
        IncidentFact { Service: { } service } =>
            new("incident", $"of the service {service} (which only incidents name)", null, NewService(service, definitions)),
        IncidentFact { Repository: { } repository } when map.ServicesOf(CommitIn(repository)).Length > 1 =>
            new("incident", $"of {repository} (which several services share)", null, "name the service in the incident"),
        IncidentFact { Repository: { } repository } =>
            new("incident", $"of {repository}", $"repositories: [{Quoted(repository.Value)}]"),
        IncidentFact => new("incident", "that name no service", null, "name the service in what you send"),
        _ => new("commit", $"in {fact.OfRepository()}", $"repositories: [{Quoted(fact.OfRepository()!.Value.Value)}]"),
    };

    static string NewService(string name, Definitions definitions) => definitions.Services.IsEmpty
        ? "send its deployments under the same name, or list the services in leadline.yaml"
        : $"add {Quoted(name)}: {{}} to the services in leadline.yaml, or send the name of one that is there";

    /// <summary>The label by which alerts mostly name their service.</summary>
    static string Label(ImmutableArray<string> labels) =>
        labels.FirstOrDefault(label => label.StartsWith("service=", StringComparison.Ordinal)) ?? labels[0];

    static string YamlOf(string label) =>
        label.Split('=', 2) is [var name, var value] ? $"{Quoted(name)}: {Quoted(value)}" : Quoted(label);

    /// <summary>A text in quotes, as YAML reads it wherever it stands.</summary>
    static string Quoted(string text) => JsonSerializer.Serialize(text, Plain);

    /// <param name="Names">What they name.</param>
    /// <param name="Add">The line for a service; or else <paramref name="Otherwise"/>.</param>
    sealed record Advice(string Kind, string Names, string? Add, string? Otherwise = null)
    {
        public UnmappedFacts About(long count, NamedFacts newest) => new(
            Kind, count, newest.Example, newest.Delivery, Add,
            $"{count:N0} {Kind}{(count == 1 ? " " : "s ")}{Names} {(count == 1 ? "was" : "were")} accepted, but nothing maps "
            + $"to {(count == 1 ? "it" : "them")}: "
            + $"{(Add is null ? Otherwise : $"add {Add} to {(Kind == "commit" ? "the service" : "its service")} in leadline.yaml")}; for example {newest.Example} in delivery {newest.Delivery}");
    }
}
