using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Leadline.Core;

namespace Leadline.Sources;

/// <summary>Several alerts in one message, as Alertmanager sends them, and Grafana in the same words.</summary>
sealed record AlertGroup(Alert[] Alerts, string? Status = null)
{
    /// <summary>Each alert as it stands; one that fires once more later is another incident.</summary>
    /// <param name="delivery">A body with a list under <c>alerts</c>.</param>
    /// <param name="source">The reader's source.</param>
    public static Reading Read(Delivery delivery, string source)
    {
        var group = delivery.Json(AlertJson.Default.AlertGroup);
        if (group.Alerts.Length == 0) return Reading.Ignored("it holds no alerts");
        Fact[] facts =
        [
            .. group.Alerts.OfType<Alert>().Where(alert => alert.StartsAt is not null)
                .Select(alert => Convert(alert, alert.StartsAt!.Value, group.Status, delivery.ReceivedAt, source)),
        ];
        return facts.Length == 0 ? Reading.Ignored("none of its alerts says when it started") : Reading.Of([.. facts]);
    }

    static IncidentFact Convert(
        Alert alert, DateTimeOffset startedAt, string? groupStatus, DateTimeOffset receivedAt, string source)
    {
        // Some senders leave out the status, some the end of one that they call resolved.
        var status = alert.Status ?? (alert.EndsAt is null ? groupStatus : "resolved");
        DateTimeOffset? resolvedAt = string.Equals(status, "resolved", StringComparison.OrdinalIgnoreCase)
            ? alert.EndsAt ?? receivedAt : null;
        return new IncidentFact
        {
            Id = $"{source}:{FingerprintOf(alert)}:{startedAt:yyyyMMdd'T'HHmmss'Z'}",
            Source = source,
            Service = Label("service"),
            AlertLabels = AlertLabels.Of(alert.Labels),
            Status = resolvedAt is null ? IncidentStatus.Open : IncidentStatus.Resolved,
            StartedAt = startedAt,
            ResolvedAt = resolvedAt,
            Severity = Label("severity"),
            Title = alert.Annotations?.GetValueOrDefault("summary") ?? Label("alertname"),
            Url = alert.GeneratorUrl is { Length: > 0 } url ? url : null,
            AsOf = resolvedAt ?? startedAt,
        };

        string? Label(string name) => alert.Labels?.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
    }

    /// <summary>What tells an alert from the others: its labels, where its sender does not say.</summary>
    static string FingerprintOf(Alert alert)
    {
        if (!string.IsNullOrWhiteSpace(alert.Fingerprint)) return alert.Fingerprint;
        var labels = string.Join('\n', AlertLabels.Of(alert.Labels) ?? []);
        return System.Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(labels)).AsSpan(0, 8));
    }
}

sealed record Alert
{
    public string? Status { get; init; }
    public Dictionary<string, string?>? Labels { get; init; }
    public Dictionary<string, string?>? Annotations { get; init; }
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>Of the year 1, and so null, while it fires.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    [JsonPropertyName("generatorURL")]
    public string? GeneratorUrl { get; init; }

    public string? Fingerprint { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(AlertGroup))]
sealed partial class AlertJson : JsonSerializerContext;
