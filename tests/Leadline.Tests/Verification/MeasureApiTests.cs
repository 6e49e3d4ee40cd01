using System.Text.Json;
using Leadline.Core;
using Leadline.Sources.Paging;
using Leadline.Verification;
using Xunit;

namespace Leadline.Tests.Verification;

/// <summary>What Prometheus, Loki and Tempo are asked, and what is read of recordings in their formats.</summary>
public sealed class MeasureApiTests
{
    static readonly string Folder = Path.Combine(Shared.Repository, "tests", "Leadline.Tests", "Verification", "Answers");
    static readonly DateTimeOffset Ten = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(
        MeasureKind.Prometheus, "api/v1/query_range?query=rate%28x%5B1m%5D%29&start=1772445600&end=1772447400.5&step=30")]
    [InlineData(
        MeasureKind.Loki,
        "loki/api/v1/query_range?query=rate%28x%5B1m%5D%29&start=1772445600000000000&end=1772447400500000000&step=30s")]
    [InlineData(MeasureKind.Tempo, "api/metrics/query_range?q=rate%28x%5B1m%5D%29&start=1772445600&end=1772447400&step=30s")]
    public void Each_is_asked_in_its_own_way(MeasureKind kind, string address) =>
        Assert.Equal(
            address,
            MeasureApi.Request(
                kind, "rate(x[1m])", Ten, Ten.AddMinutes(30).AddMilliseconds(500), TimeSpan.FromSeconds(30)).Address);

    [Fact]
    public void Of_Prometheus_numbers_are_read_and_what_is_none_is_left_out() => Assert.Equal(
        [
            new MeasuredValue(Ten, 0.0125), new MeasuredValue(Ten.AddSeconds(30.5), 0.5),
            new MeasuredValue(Ten.AddSeconds(120), 0),
        ],
        Read(MeasureKind.Prometheus, "prometheus-matrix.json"));

    [Fact]
    public void Of_Loki_a_metric_query_is_read() =>
        Assert.Equal(
            [new MeasuredValue(Ten, 3), new MeasuredValue(Ten.AddSeconds(30), 4.5)], Read(MeasureKind.Loki, "loki-matrix.json"));

    /// <summary>A zero is not written in its JSON.</summary>
    [Fact]
    public void Of_Tempo_a_sample_without_a_value_is_zero() => Assert.Equal(
        [new MeasuredValue(Ten, 0.3), new MeasuredValue(Ten.AddSeconds(30), 0), new MeasuredValue(Ten.AddSeconds(60), 1.25)],
        Read(MeasureKind.Tempo, "tempo-series.json"));

    [Theory]
    [InlineData(MeasureKind.Prometheus, "prometheus-empty.json")]
    [InlineData(MeasureKind.Tempo, "tempo-empty.json")]
    public void No_series_is_no_value(MeasureKind kind, string name) => Assert.Empty(Read(kind, name));

    [Theory]
    [InlineData(
        MeasureKind.Prometheus, "prometheus-two-series.json", 200,
        "the query gives 2 series, and one is needed: sum them, or choose one by its labels")]
    [InlineData(
        MeasureKind.Loki, "loki-streams.json", 200,
        "the query gives log lines: count them, such as sum(count_over_time({…} [1m]))")]
    [InlineData(
        MeasureKind.Prometheus, "prometheus-refused.json", 400,
        "the query is refused (400): invalid parameter \"query\": 1:5: parse error: unclosed left parenthesis")]
    [InlineData(
        MeasureKind.Loki, "loki-refused.txt", 400,
        "the query is refused (400): parse error at line 1, col 23: syntax error: unexpected IDENTIFIER")]
    [InlineData(
        MeasureKind.Tempo, "tempo-refused.txt", 400,
        "the query is refused (400): compiling query: parse error at line 1, col 9: syntax error: unexpected |")]
    public void What_tells_nothing_says_why(MeasureKind kind, string name, int status, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<MeasureException>(() => Read(kind, name, status)).Message);

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"status\":\"success\",\"data\":null}")]
    public void What_no_server_answers_is_refused(string body) =>
        Assert.Throws<JsonException>(
            () => MeasureApi.Read(MeasureKind.Prometheus, Answer(System.Text.Encoding.UTF8.GetBytes(body), 200)));

    [Fact]
    public void What_is_filled_into_a_query_cannot_end_its_quotation_marks()
    {
        var source = new MeasureSource("metrics", MeasureKind.Prometheus, new Uri("http://127.0.0.1/"), null, null, null);
        var check = new ReleaseCheck(
            "errors", source, "sum(errors{service=\"{service}\",version=\"{version}\",env=\"{environment}\",code=~\"5..\"})",
            MeasureOf.ErrorRate, new ComparisonRule(WorseWhen.Higher, 0, 0),
            TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(30));
        Assert.Equal(
            "sum(errors{service=\"a\\\"} or vector(1)\",version=\"v\\\\1\",env=\"production\",code=~\"5..\"})",
            check.QueryOf(new VerifiedDeployment("a\"} or vector(1)", "production", "d1", "v\\1", Ten, Ten)));
    }

    static IEnumerable<MeasuredValue> Read(MeasureKind kind, string name, int status = 200) =>
        MeasureApi.Read(kind, Answer(File.ReadAllBytes(Path.Combine(Folder, name)), status));

    static PageAnswer Answer(byte[] body, int status) => new() { Status = status, Headers = Delivery.NoHeaders, Body = body };
}
