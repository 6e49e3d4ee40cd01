using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Leadline.Telemetry;

/// <summary>
/// A piece of the server's own work: a span, where somebody listens, and its time in a histogram. It tells counts, never what a
/// source sent. What is disposed before it is <see cref="Done"/> has failed.
/// </summary>
sealed class Work : IDisposable
{
    readonly Activity? span;
    readonly Histogram<double> duration;
    readonly long started = Stopwatch.GetTimestamp();

    bool done;

    Work(string name, Histogram<double> duration, IEnumerable<ActivityContext> causes)
    {
        this.duration = duration;
        var links = causes.Where(cause => cause != default).Select(cause => new ActivityLink(cause));
        span = Spans.Source.StartActivity(name, ActivityKind.Internal, default(ActivityContext), links: links);
    }

    /// <summary>One transaction for all deliveries that wait, linked to the requests that brought them.</summary>
    public static Work Committing(int deliveries, IEnumerable<ActivityContext> requests) =>
        new Work("commit deliveries", Instruments.CommitDuration, requests).Tell("leadline.delivery.count", deliveries);

    /// <summary>A batch of deliveries turned into facts, linked to the commits that stored them.</summary>
    public static Work Reading(int deliveries, IEnumerable<ActivityContext> commits) =>
        new Work("read deliveries", Instruments.ReadingDuration, commits).Tell("leadline.delivery.count", deliveries);

    /// <summary>A batch of services judged.</summary>
    public static Work Judging(int services) =>
        new Work("judge services", Instruments.JudgementDuration, []).Tell("leadline.service.count", services);

    /// <summary>What others link to; default where nobody listens.</summary>
    public ActivityContext Context => span?.Context ?? default;

    public Work Tell(string name, int count)
    {
        span?.SetTag(name, count);
        return this;
    }

    public void Done() => done = true;

    public void Dispose()
    {
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (done)
        {
            duration.Record(seconds);
        }
        else
        {
            // The exception's text may hold what a source sent; the log has it.
            span?.SetStatus(ActivityStatusCode.Error);
            duration.Record(seconds, new KeyValuePair<string, object?>("error.type", "_OTHER"));
        }

        span?.Dispose();
    }
}
