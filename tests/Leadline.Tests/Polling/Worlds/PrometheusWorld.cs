using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Leadline.Sources.Alertmanager;
using Microsoft.AspNetCore.Http;

namespace Leadline.Tests.Polling.Worlds;

/// <summary>A part of the time after the other: alerts by the samples of their series, one each minute.</summary>
sealed partial class PrometheusWorld : PlayedWorld
{
    readonly List<(string Name, DateTimeOffset From, DateTimeOffset To)> fired = [];

    public PrometheusWorld()
    {
        // Across the end of a part, twice the same, one within a part, and one that fires still.
        Fire("Latency", Start.AddHours(5).AddMinutes(40), TimeSpan.FromHours(13), isOver: true);
        Fire("Latency", Start.AddDays(9), TimeSpan.FromMinutes(4), isOver: true);
        Fire("Errors", Start.AddDays(9).AddHours(1), TimeSpan.FromHours(2), isOver: true);
        Fire("Errors", Now.AddMinutes(-59), TimeSpan.FromMinutes(59), isOver: false);
    }

    public override string Source => "alertmanager";

    public override string? Paged => "/query?";

    public override void Happen() => fired[^1] = fired[^1] with { To = Later };

    protected override Played AnswerNow(HttpRequest request)
    {
        if (request.Path != "/api/v1/query") return NotFound;
        if (request.Query["query"] == "vector(1)")
            return new Played(200, """{"status":"success","data":{"resultType":"vector","result":[]}}""");
        var to = double.Parse(request.Query["time"]!, CultureInfo.InvariantCulture);
        var from = to - double.Parse(Range().Match(request.Query["query"]!).Groups[1].Value, CultureInfo.InvariantCulture);
        var series = fired.GroupBy(one => one.Name)
            .Select(alert =>
                (alert.Key, Samples: alert.SelectMany(one => Samples(one.From, one.To)).Where(at => at > from && at <= to)
                    .ToList()))
            .Where(one => one.Samples.Count > 0)
            .Select(one => (JsonNode)new JsonObject
            {
                ["metric"] = new JsonObject
                {
                    ["__name__"] = "ALERTS",
                    ["alertstate"] = "firing",
                    ["alertname"] = one.Key,
                    ["service"] = "checkout",
                    ["severity"] = "page",
                },
                ["values"] = new JsonArray([.. one.Samples.Select(at => new JsonArray(at, "1"))]),
            });
        return Ok(new JsonObject
        {
            ["status"] = "success",
            ["data"] = new JsonObject { ["resultType"] = "matrix", ["result"] = new JsonArray([.. series]) },
        });
    }

    static IEnumerable<double> Samples(DateTimeOffset from, DateTimeOffset to)
    {
        for (var at = from; at <= to; at += TimeSpan.FromMinutes(1)) yield return at.ToUnixTimeSeconds() + 0.25;
    }

    void Fire(string name, DateTimeOffset at, TimeSpan length, bool isOver)
    {
        fired.Add((name, at, at + length));
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["alertname"] = name,
            ["service"] = "checkout",
            ["severity"] = "page",
        };
        var (begin, end) = (at.AddSeconds(0.25), at.AddSeconds(0.25) + length + TimeSpan.FromMinutes(1));
        foreach (var isEnd in (bool[])[false, true])
        {
            if (isEnd && !isOver) continue;
            var status = isEnd ? "resolved" : "firing";
            Hook(
                new
                {
                    version = "4",
                    status,
                    alerts = new[]
                {
                    new { status, labels, startsAt = begin, endsAt = isEnd ? end
                        : DateTimeOffset.MinValue, fingerprint = PrometheusPager.Fingerprint(labels) },
                }
                });
        }
    }

    [GeneratedRegex(@"\[([0-9]+)s\]")]
    private static partial Regex Range();
}
