using System.IO.Compression;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Leadline.Core;
using Xunit;

namespace Leadline.Tests.Web;

public sealed partial class PagesTest
{
    const int MostOfAllScript = 450 * 1024;

    [Fact]
    public async Task A_chart_has_a_gap_where_there_is_nothing_and_rows_behind_every_bucket()
    {
        await using var server = await StartAsync();
        var sheet = await SheetAsync(server, "/?service=checkout&window=custom&from=2026-02-27&to=2026-03-05&by=day");
        Assert.Equal(7, sheet.GetProperty("buckets").GetArrayLength());
        Assert.Equal(5, sheet.GetProperty("charts").GetArrayLength());
        var lead = sheet.GetProperty("charts").EnumerateArray()
            .Single(chart => chart.GetProperty("metric").GetString() == "lead_time");
        var medians = lead.GetProperty("lines")[0].GetProperty("values").EnumerateArray().Select(value => value.ValueKind);
        Assert.Equal(
            [
                JsonValueKind.Null, JsonValueKind.Null, JsonValueKind.Null, JsonValueKind.Number, JsonValueKind.Number,
                JsonValueKind.Null, JsonValueKind.Null,
            ], medians);
        Assert.Equal("5 Mar: no data", lead.GetProperty("says")[6].GetString());
        Assert.Equal(
            "?service=checkout&window=custom&from=2026-03-02&to=2026-03-02&by=day",
            sheet.GetProperty("buckets")[3].GetProperty("rows").GetString());
        Assert.Equal(
            HttpStatusCode.OK,
            (await server.Client.GetAsync(
                "/explain/lead_time" + sheet.GetProperty("buckets")[3].GetProperty("rows"),
                TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task What_failed_and_what_went_wrong_is_marked_and_listed()
    {
        await using var server = await StartAsync();
        const string Address = "/?service=checkout&window=90";
        var marks = (await SheetAsync(server, Address)).GetProperty("marks").EnumerateArray()
            .Select(mark =>
                (mark.GetProperty("kind").GetString(), mark.GetProperty("text").GetString(), mark.GetProperty("address")
                    .GetString()));
        Assert.Equal(
            [
                ("failure", "2026-03-02 10:00 checkout v2 failed", "/deployments/d/2?service=checkout&window=90"),
                ("incident", "2026-03-02 11:00 checkout: <b>totals</b> wrong", "/deployments/d/2?service=checkout&window=90"),
            ], marks);
        var page = await PageAsync(server, Address);
        Assert.Contains("What is marked: 2 marks", page);
        Assert.DoesNotContain("<b>totals</b>", page);
    }

    [Fact]
    public async Task The_overview_compares_with_the_days_before_unless_told_not_to()
    {
        await using var server = await StartAsync();
        var compared = await PageAsync(server, "/?service=checkout&window=custom&from=2026-03-03&to=2026-03-04");
        Assert.Contains("/?service=checkout&amp;window=custom&amp;from=2026-03-01&amp;to=2026-03-02", compared);
        Assert.Equal(5, Regex.Count(compared, "<p class=\"change\">"));
        Assert.Contains("while the history of a service began", compared);
        Assert.DoesNotContain("<p class=\"change\">", await PageAsync(server, "/?service=checkout&compare=none"));
        Assert.Contains("There is no comparison &#x27;year&#x27;", await PageAsync(server, "/?compare=year"));
    }

    [Fact]
    public async Task Where_a_level_shifted_a_line_stands_and_a_sentence_says_it()
    {
        var start = At("2025-12-01T09:00:00Z");
        var facts = Enumerable.Range(0, 16)
            .SelectMany(week => Enumerable.Range(0, week < 8 ? 2 : 12).Select(i => (Fact)new DeploymentFact
            {
                Id = $"q/{week}-{i}",
                Service = "shop",
                Environment = "production",
                Version = $"v{week}.{i}",
                Sha = Sha((week * 20) + i + 1),
                Status = DeploymentStatus.Succeeded,
                FinishedAt = start.AddDays(7 * week).AddHours(8 * i),
                AsOf = start,
            }));
        await using var server = await WebServer.StartAsync("{}", [.. facts]);
        const string Address = "/?service=shop&window=custom&from=2025-11-28&to=2026-03-25&by=";
        foreach (var bucket in (string[])["day", "week", "month"])
        {
            var page = await PageAsync(server, Address + bucket);
            Assert.Equal(1, Regex.Count(page, "<line class=\"shift\""));
            Assert.Contains("rose from 2 a week to 1.7 a day in the week of 2026-01-26", page);
            var charts = (await SheetAsync(server, Address + bucket)).GetProperty("charts").EnumerateArray();
            var shift = Assert.Single(charts.SelectMany(chart => chart.GetProperty("shifts").EnumerateArray()));
            Assert.Equal(
                (At("2026-01-26T00:00:00Z").ToUnixTimeMilliseconds(), true),
                (shift.GetProperty("at").GetInt64(), shift.GetProperty("is_up").GetBoolean()));
        }

        var some = await PageAsync(server, "/?service=shop&window=custom&from=2026-03-01&to=2026-03-25");
        Assert.DoesNotContain("<line class=\"shift\"", some);
        Assert.Contains("No shift of a level can be found here", some);
    }

    [Fact]
    public async Task Every_edition_says_what_it_calls_a_number()
    {
        await using var server = await StartAsync();
        var page = await PageAsync(server, "/levels?service=checkout&industry=technology&size=fewer_than_20");
        Assert.Contains("DORA Quick Check 2025", page);
        Assert.Contains("below 1 h", page);
        Assert.Contains("at least 1 a week", page);
        Assert.Contains("no such size in dora-2025-quick-check", page);
        Assert.Contains("<option value=\"technology\" selected>", page);
        Assert.Contains("elite to", page);
    }

    [Theory]
    [InlineData("br", "br")]
    [InlineData("gzip, deflate, br", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("br;q=0, gzip", "gzip")]
    [InlineData("identity", null)]
    public async Task Scripts_come_as_small_as_the_browser_takes_them(string accepted, string? coding)
    {
        await using var server = await StartAsync();
        var page = await PageAsync(server, "/");
        var addresses = Regex.Matches(page, "<script [^>]*src=\"(/assets/[a-z]+\\.js\\?v=[0-9a-f]+)\"")
            .Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(
            ["charts", "echarts", "keys", "live"],
            addresses.Select(address => Regex.Match(address, "[a-z]+(?=\\.js)").Value).Order(StringComparer.Ordinal));
        var total = 0;
        foreach (var address in addresses)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
            var answer = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal("text/javascript", answer.Content.Headers.ContentType!.MediaType);
            Assert.Equal(coding, answer.Content.Headers.ContentEncoding.SingleOrDefault());
            Assert.Equal("Accept-Encoding", Assert.Single(answer.Headers.Vary));
            var bytes = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            total += bytes.Length;
            Stream stream = new MemoryStream(bytes);
            stream = coding switch
            {
                "br" => new BrotliStream(stream, CompressionMode.Decompress),
                "gzip" => new GZipStream(stream, CompressionMode.Decompress),
                _ => stream,
            };
            Assert.Contains(
                "addEventListener", await new StreamReader(stream).ReadToEndAsync(TestContext.Current.CancellationToken));
        }

        if (coding is not null) Assert.InRange(total, 1, MostOfAllScript);
    }

    static async Task<JsonElement> SheetAsync(WebServer server, string address)
    {
        var page = await PageAsync(server, address);
        return JsonDocument.Parse(
            Regex.Match(
                page, "<script id=\"chart-sheet\" type=\"application/json\">(.*?)</script>").Groups[1].Value).RootElement;
    }
}
