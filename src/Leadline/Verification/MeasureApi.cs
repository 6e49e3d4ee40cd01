using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Leadline.Core;
using Leadline.Sources.Paging;

namespace Leadline.Verification;

/// <summary>How the servers are asked for a range of values, and what they answer.</summary>
static class MeasureApi
{
    const int LongestRefusal = 300;

    /// <summary>The question for the values of a query from one instant to another, a step apart.</summary>
    public static PageRequest Request(MeasureKind kind, string query, DateTimeOffset from, DateTimeOffset to, TimeSpan step)
    {
        var (path, name) = kind switch
        {
            MeasureKind.Prometheus => ("api/v1/query_range", "query"),
            MeasureKind.Loki => ("loki/api/v1/query_range", "query"),
            _ => ("api/metrics/query_range", "q"),
        };

        // Loki takes nanoseconds, or a time as it is written; Tempo whole seconds only.
        var (start, end) = kind switch
        {
            MeasureKind.Prometheus => (Seconds(from), Seconds(to)),
            MeasureKind.Loki => (Nanoseconds(from), Nanoseconds(to)),
            _ => ($"{from.ToUnixTimeSeconds()}", $"{to.ToUnixTimeSeconds()}"),
        };
        var seconds = step.TotalSeconds.ToString(CultureInfo.InvariantCulture) + (kind == MeasureKind.Prometheus ? "" : "s");
        return new PageRequest
        {
            Kind = "values",
            Address = $"{path}?{name}={Uri.EscapeDataString(query)}&start={start}&end={end}&step={seconds}",
        };
    }

    /// <summary>
    /// The values of the one series that the query gives, in order of time and without those that are no number.
    /// </summary>
    /// <exception cref="MeasureException">The server refuses the query, or it gives something else than one series of
    /// numbers.</exception>
    /// <exception cref="JsonException">The answer is not what the server promises.</exception>
    public static ImmutableArray<MeasuredValue> Read(MeasureKind kind, PageAnswer answer)
    {
        if (answer.Status != 200)
            throw new MeasureException($"the query is refused ({answer.Status}): {Refusal(answer.Body.Span)}");
        return kind == MeasureKind.Tempo ? Traces(answer.Body.Span) : Matrix(answer.Body.Span);
    }

    static ImmutableArray<MeasuredValue> Matrix(ReadOnlySpan<byte> body)
    {
        var data =
            (JsonSerializer.Deserialize(body, MeasureJson.Default.RangeAnswer)
                ?? throw new JsonException("the answer is null")).Data;
        if (data.ResultType == "streams")
            throw new MeasureException("the query gives log lines: count them, such as sum(count_over_time({…} [1m]))");
        if (data.ResultType != "matrix")
            throw new MeasureException($"the query gives a {data.ResultType}, and not values over time");
        return One(data.Result, series => series.Values.Select(pair => new MeasuredValue(
            DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(pair[0].GetDouble() * 1000)),
            Number(pair[1].GetString() ?? throw new JsonException("a value is null")))));
    }

    /// <summary>What is written NaN, +Inf or -Inf is no number that can be compared.</summary>
    static double Number(string text) =>
        text.EndsWith("Inf", StringComparison.Ordinal) ? double.PositiveInfinity
            : double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>In Tempo's JSON a value of 0 is left out, and a time is a text.</summary>
    static ImmutableArray<MeasuredValue> Traces(ReadOnlySpan<byte> body)
    {
        var answer = JsonSerializer.Deserialize(body, MeasureJson.Default.TracesAnswer)
            ?? throw new JsonException("the answer is null");
        return One(
            answer.Series ?? [],
            series =>
                (series.Samples ?? []).Select(
                    one => new MeasuredValue(DateTimeOffset.FromUnixTimeMilliseconds(one.TimestampMs), one.Value ?? 0)));
    }

    static ImmutableArray<MeasuredValue> One<T>(T[] series, Func<T, IEnumerable<MeasuredValue>> values) => series switch
    {
        [] => [],
        [var one] => [.. values(one).Where(value => double.IsFinite(value.Value)).OrderBy(value => value.At)],
        _ =>
            throw new MeasureException(
                $"the query gives {series.Length} series, and one is needed: sum them, or choose one by its labels"),
    };

    /// <summary>What the server says: Prometheus in JSON, the others as they please.</summary>
    static string Refusal(ReadOnlySpan<byte> body)
    {
        string? said = null;
        try
        {
            said = JsonSerializer.Deserialize(body, MeasureJson.Default.RefusedAnswer)?.Error;
        }
        catch (JsonException)
        {
            // A text, then.
        }

        said = (said ?? Encoding.UTF8.GetString(body)).Trim().ReplaceLineEndings(" ");
        return said.Length == 0 ? "it does not say why" : said.Length > LongestRefusal ? said[..LongestRefusal] + " …" : said;
    }

    static string Seconds(DateTimeOffset at) => (at.ToUnixTimeMilliseconds() / 1000m).ToString(CultureInfo.InvariantCulture);

    static string Nanoseconds(DateTimeOffset at) => $"{(at - DateTimeOffset.UnixEpoch).Ticks}00";
}

/// <summary>A query that cannot be answered as it is, in a sentence part; asking again does not help.</summary>
public sealed class MeasureException(string message) : Exception(message);

sealed record RangeAnswer(RangeData Data);

sealed record RangeData(string ResultType, RangeSeries[] Result);

sealed record RangeSeries
{
    /// <summary>
    /// Pairs of a time in seconds and a value as a text; of log lines something else, which is refused before.
    /// </summary>
    public JsonElement[][] Values { get; init; } = [];
}

sealed record RefusedAnswer(string? Error = null);

sealed record TracesAnswer(TracesSeries[]? Series = null);

sealed record TracesSeries(TracesSample[]? Samples = null);

sealed record TracesSample(
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)] long TimestampMs,
    [property: JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] double? Value = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RangeAnswer))]
[JsonSerializable(typeof(RefusedAnswer))]
[JsonSerializable(typeof(TracesAnswer))]
sealed partial class MeasureJson : JsonSerializerContext;
