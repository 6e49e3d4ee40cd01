using System.Diagnostics.Metrics;

namespace Leadline.Telemetry;

/// <summary>What the server counts and times of its own work. Names and units follow the conventions of OpenTelemetry.</summary>
static class Instruments
{
    /// <summary>Of the meter.</summary>
    public const string Name = "Leadline";

    static readonly Meter Meter = new(Name);

    // From a commit to a fast disk to the judgement of a large import.
    static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    public static readonly Counter<long> Deliveries = Meter.CreateCounter<long>(
        "leadline.deliveries", "{delivery}", "Deliveries by source and by what was answered: stored, known, refused or later");

    public static readonly UpDownCounter<int> QueueLength = Meter.CreateUpDownCounter<int>(
        "leadline.queue.length", "{delivery}", "Deliveries that wait to be committed");

    public static readonly Counter<long> StoreErrors = Meter.CreateCounter<long>(
        "leadline.store.errors", "{error}", "What the store refused");

    public static readonly Histogram<double> CommitDuration = Duration(
        "leadline.delivery.commit.duration", "Time of one commit of all deliveries that waited");

    public static readonly Histogram<double> ReadingDuration = Duration(
        "leadline.reading.duration", "Time of reading one batch of deliveries into facts");

    public static readonly Histogram<double> JudgementDuration = Duration(
        "leadline.judgement.duration", "Time of judging one batch of services");

    static Histogram<double> Duration(string name, string description) =>
        Meter.CreateHistogram(name, "s", description, tags: null, Seconds);
}
