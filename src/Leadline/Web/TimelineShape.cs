using System.Collections.Immutable;
using System.Globalization;
using Leadline.Storage;

namespace Leadline.Web;

/// <summary>A stretch of a lane, or a mark where it has no length.</summary>
/// <param name="Kind">Its class in the style sheet: a stage, <c>build-succeeded</c>, <c>broken</c>, …</param>
/// <param name="IsOpen">Whether it goes on.</param>
public sealed record TimelineSpan(string Kind, DateTimeOffset From, DateTimeOffset To, string Says, bool IsOpen = false);

/// <summary>One line of the drawing.</summary>
/// <param name="Note">What stands at its end.</param>
public sealed record TimelineLane(string Name, string Note, ImmutableArray<TimelineSpan> Spans);

/// <summary>
/// The way into a deployment and out of its failure, as lanes on one axis of time. Everything drawn stands beside it in words
/// too.
/// </summary>
public sealed class TimelineShape
{
    /// <summary>The most changes that are drawn: those that took longest.</summary>
    public const int MostChanges = 8;

    readonly DateTimeOffset first, last;

    TimelineShape(ImmutableArray<TimelineLane> lanes, DateTimeOffset deployed)
    {
        Lanes = lanes;
        var all = lanes.SelectMany(lane => lane.Spans).ToList();
        first = all.Select(span => span.From).Append(deployed).Min();
        last = all.Select(span => span.To).Append(deployed).Max();

        // What is open is drawn on for a bit, and not until today: that may be years.
        if (all.Exists(span => span.IsOpen)) last += (last - first) * 0.1;
        if (last == first) last += TimeSpan.FromMinutes(1);
    }

    public ImmutableArray<TimelineLane> Lanes { get; }

    public DateTimeOffset First => first;

    public DateTimeOffset Last => last;

    /// <param name="row">The deployment.</param>
    /// <param name="shipped">Those of its shipped changes that took longest, first.</param>
    /// <param name="events">What facts tell.</param>
    /// <param name="blames">The signs of its failure.</param>
    public static TimelineShape Of(
        LedgerEntry row, ImmutableArray<ShippedEntry> shipped, ImmutableArray<TimelineEvent> events,
        ImmutableArray<BlameEntry> blames)
    {
        List<TimelineLane> lanes = [.. Changes(row, shipped)];
        var builds = events.Where(told => told.Kind.StartsWith("build ", StringComparison.Ordinal)).OrderBy(told => told.At)
            .Select(told => new TimelineSpan(told.Kind.Replace(' ', '-'), told.At, told.At, $"{told.Name}: {told.Kind}"))
            .ToImmutableArray();
        if (!builds.IsEmpty) lanes.Add(new TimelineLane("builds", Shown.Count(builds.Length, "build"), builds));
        lanes.Add(Deployment(row, events));
        foreach (var incident in blames.Where(blame => blame.IsIncident).Take(MostChanges))
            lanes.Add(Failure(
                incident.Signal == "degradation" ? incident.Signal : incident.Evidence, incident.StartedAt, incident.ResolvedAt,
                incident.AcknowledgedAt, incident.Title ?? incident.Evidence));
        if (row is { Failed: true, FailedAt: { } failed } && !blames.Any(blame => blame.IsIncident))
            lanes.Add(Failure("failure", failed, row.RestoredAt, null, "the failure"));
        return new TimelineShape([.. lanes], row.DeployedAt);
    }

    /// <summary>Where the instant lies, in percent of the width.</summary>
    public double X(DateTimeOffset at) => (at - first).TotalSeconds / (last - first).TotalSeconds * 100;

    public string Left(TimelineSpan span) => Percent(Math.Min(X(span.From), 99.6));

    /// <summary>Never so short that it is not seen.</summary>
    public string Width(TimelineSpan span)
    {
        var from = Math.Min(X(span.From), 99.6);
        return Percent(Math.Max(0.4, (span.IsOpen ? 100 : X(span.To)) - from));
    }

    public static string Percent(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture) + "%";

    /// <summary>One lane for each change, and for each commit of none, with the stages of the slowest commit in it.</summary>
    static IEnumerable<TimelineLane> Changes(LedgerEntry row, ImmutableArray<ShippedEntry> shipped)
    {
        var timed = shipped.Where(one => one is { StartedAt: not null, LeadSeconds: not null })
            .OrderByDescending(one => one.LeadSeconds).ToList();
        foreach (var one in timed.DistinctBy(one => one.Change is { } number ? $"{one.Repository}#{number}" : one.Sha)
            .Take(MostChanges))
        {
            var at = one.StartedAt!.Value;
            var spans = ImmutableArray.CreateBuilder<TimelineSpan>();
            foreach (var (stage, seconds) in StagesOf(one.Stages))
            {
                var to = at.AddSeconds(seconds);
                if (seconds > 0) spans.Add(new TimelineSpan(stage, at, to, $"{stage}: {Shown.Span(seconds)}"));
                at = to;
            }

            // What no stage accounts for is drawn as time of which nothing else is known.
            if (at < row.DeployedAt)
                spans.Insert(
                    0,
                    new TimelineSpan(
                        "unknown", one.StartedAt.Value, row.DeployedAt, $"lead time: {Shown.Span(one.LeadSeconds)}"));
            var name = one.Change is { } change ? $"#{change}" : Shown.Short(one.Sha)!;
            yield return new TimelineLane(name, Shown.Span(one.LeadSeconds)!, spans.DrainToImmutable());
        }
    }

    static IEnumerable<(string Stage, double Seconds)> StagesOf(StageSeconds stages) =>
        ((string Stage, double? Seconds)[])
        [
            ("coding", stages.Coding), ("pickup", stages.Pickup), ("review", stages.Review), ("build", stages.Build),
            ("wait", stages.Wait), ("deploy", stages.Deploy),
        ]
        is var all ? all.Where(stage => stage.Seconds is not null).Select(stage => (stage.Stage, stage.Seconds!.Value)) : [];

    static TimelineLane Deployment(LedgerEntry row, ImmutableArray<TimelineEvent> events)
    {
        var spans = ImmutableArray.CreateBuilder<TimelineSpan>();
        var began = row.StartedAt ?? row.DeployedAt;
        if (events.Where(told => told.Kind == "waits for approval" && told.At < began).Select(told => (DateTimeOffset?)told.At)
            .Min() is { } waited)
            spans.Add(
                new TimelineSpan("wait", waited, began, $"waited for approval: {Shown.Span((began - waited).TotalSeconds)}"));
        spans.Add(new TimelineSpan(
            "deploy", began, row.DeployedAt,
            row.StartedAt is null ? "deployed" : $"deploying: {Shown.Span((row.DeployedAt - began).TotalSeconds)}"));
        return new TimelineLane(
            "deployment", row.StartedAt is null ? "took: not known" : Shown.Span((row.DeployedAt - began).TotalSeconds)!,
            spans.DrainToImmutable());
    }

    static TimelineLane Failure(string name, DateTimeOffset from, DateTimeOffset? to, DateTimeOffset? acknowledged, string title)
    {
        var spans = ImmutableArray.CreateBuilder<TimelineSpan>();
        var span = to is { } end ? Shown.Span((end - from).TotalSeconds)! : "open";
        spans.Add(new TimelineSpan("broken", from, to ?? from, $"{title}: {span}", IsOpen: to is null));
        if (acknowledged is { } at) spans.Add(new TimelineSpan("noticed", at, at, $"{title}: acknowledged"));
        return new TimelineLane(name, span, spans.DrainToImmutable());
    }
}
