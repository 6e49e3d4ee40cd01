using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Leadline.Telemetry;

namespace Leadline.Prometheus;

/// <summary>
/// What this process has counted and timed of its own work since it started: the instruments of <see cref="Instruments"/>, as
/// Prometheus names them.
/// </summary>
sealed class OwnWork : IDisposable
{
    readonly MeterListener listener = new();
    readonly ConcurrentDictionary<(Instrument Instrument, string Labels), Series> all = new();

    public OwnWork()
    {
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter.Name == Instruments.Name) own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Find(instrument, tags).Add(value));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Find(instrument, tags).Add(value));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Find(instrument, tags).Observe(value));
        listener.Start();

        // An increase is only seen from a number that was there before.
        Find(Instruments.StoreErrors, []);
    }

    public void Write(Exposition exposition)
    {
        foreach (var group in all.Values.GroupBy(series => series.Instrument)
            .OrderBy(group => group.Key.Name, StringComparer.Ordinal))
        {
            var name = group.Key.Name.Replace('.', '_') + (group.Key.Unit == "s" ? "_seconds" : "");
            var isHistogram = group.Key is Histogram<double>;
            exposition.Family(
                name, isHistogram ? "histogram" : group.Key is Counter<long> ? "counter" : "gauge", group.Key.Description + ".");
            foreach (var series in group.OrderBy(series => series.Name, StringComparer.Ordinal)) series.Write(exposition);
        }
    }

    public void Dispose() => listener.Dispose();

    Series Find(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new (string, string?)[tags.Length];
        for (var i = 0; i < tags.Length; i++)
            labels[i] = (tags[i].Key.Replace("leadline.", "").Replace('.', '_'), tags[i].Value?.ToString());
        var name = string.Join(',', labels);
        return all.TryGetValue((instrument, name), out var known) ? known
            : all.GetOrAdd((instrument, name), new Series(instrument, name, labels));
    }

    sealed class Series(Instrument instrument, string name, (string Name, string? Value)[] labels)
    {
        readonly double[] bounds = [.. (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? []];
        readonly long[] buckets =
            new long[((instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries?.Count ?? 0) + 1];

        double sum;

        public Instrument Instrument => instrument;

        public string Name => name;

        public void Add(double value)
        {
            lock (buckets) sum += value;
        }

        public void Observe(double value)
        {
            lock (buckets)
            {
                sum += value;
                var bucket = 0;
                while (bucket < bounds.Length && value > bounds[bucket]) bucket++;
                buckets[bucket]++;
            }
        }

        public void Write(Exposition exposition)
        {
            lock (buckets)
            {
                if (instrument is not Histogram<double>)
                {
                    exposition.Sample(sum, labels);
                    return;
                }

                var upTo = 0L;
                for (var i = 0; i < buckets.Length; i++)
                    exposition.Sample(
                        "_bucket", upTo += buckets[i],
                        [.. labels, ("le", Exposition.Number(i < bounds.Length ? bounds[i] : double.PositiveInfinity))]);
                exposition.Sample("_sum", sum, labels).Sample("_count", upTo, labels);
            }
        }
    }
}
