using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Storage;

namespace Leadline.Metrics;

/// <summary>Answers questions about the judged tables by the one SQL text of each metric.</summary>
public sealed class MetricsReader
{
    public MetricsReader(Store store, Definitions definitions, TimeProvider clock) => throw new NotImplementedException();

    /// <summary>The five metrics with their coverage.</summary>
    public Task<MetricsReport> ReadAsync(MetricsQuery query, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>
    /// One metric by bucket: <c>deployment_frequency</c>, <c>lead_time</c>, <c>change_failure_rate</c>, <c>recovery_time</c>, <c>rework_rate</c>.
    /// Every bucket of the window is there, in order.
    /// </summary>
    public Task<ImmutableArray<SeriesPoint>> SeriesAsync(string metric, Bucket bucket, MetricsQuery query, CancellationToken cancellation) =>
        throw new NotImplementedException();
}
