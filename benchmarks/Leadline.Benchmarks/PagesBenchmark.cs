using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Leadline.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;

namespace Leadline.Benchmarks;

/// <summary>
/// Each page over a million deployments in a real Chromium, against a still page: the same bytes, scripts and all, as a file.
/// The browser has nothing kept, and the two are opened in turn. Charts are there twice: the server's drawing at the first
/// paint, and the one that the library draws over it.
/// </summary>
static partial class PagesBenchmark
{
    const int Opened = 9, Turned = 20, MostScript = 450;

    static readonly (string Name, string Path)[] Pages =
    [
        ("overview, 90 days", "/"), ("overview, a year of one service", "/?window=365&service=service-007"),
        ("ledger", "/ledger?window=365"), ("incidents", "/incidents?window=365"),
        ("services", "/services"), ("lead time", "/lead-time"), ("data", "/data"), ("definitions", "/definitions"),
        ("overrides", "/overrides"), ("rows of a number", "/explain/change_failure_rate"),
    ];

    /// <summary>Notes when every chart of the page has been painted.</summary>
    const string Watch =
        """
        addEventListener('DOMContentLoaded', () => {
          const places = [...document.querySelectorAll('.drawing[data-metric]')];
          const painted = () => requestAnimationFrame(() => requestAnimationFrame(() => { window.drawnAt = performance.now(); }));
          const look = () => places.every(place => place.querySelector('canvas')) ? painted() : requestAnimationFrame(look);
          if (places.length > 0) look();
          else addEventListener('load', painted);
        });
        """;

    public static async Task<IReadOnlyList<Row>> RunAsync(Bench bench, CancellationToken cancellation)
    {
        var services = Math.Max(10, bench.History.Commits / 2_000);
        var company = new MadeCompany(
            services, 4_000, 2_000, 50, TimeSpan.FromDays(2 * 365),
            DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()));
        var rows = new List<Row>
        {
            new("made up", $"{company.Services:N0} services"),
            new("  deployments", $"{company.Services * (long)company.Deployments:N0}"),
        };
        foreach (var engine in bench.Engines)
        {
            using var place = await EnginePlace.MakeAsync(engine, bench, ScaleBenchmark.Postgres);
            rows.Add(new Row("", ""));
            rows.Add(new Row(engine, ""));
            var settings = await ScaleBenchmark.LoadAsync(company, place, rows, cancellation);
            await using var store = await Store.OpenAsync(place.Address, cancellation);
            await using var app = await Server.BuildAsync(
                store, settings, new IPEndPoint(IPAddress.Loopback, 0), TimeProvider.System, cancellation);
            var still = new StillPages();
            still.Map(app);
            await app.StartAsync(cancellation);
            await OpenAsync(new Uri(app.Urls.First()), still, rows, cancellation);
            await TurnAsync(new Uri(app.Urls.First()), rows, cancellation);
            await app.StopAsync(cancellation);
        }

        return rows;
    }

    static async Task OpenAsync(Uri address, StillPages still, List<Row> rows, CancellationToken cancellation)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
                "--disable-component-update", "--disable-sync",
            ],
        });
        using var client = new HttpClient { BaseAddress = address };
        double heaviest = 0;
        foreach (var (name, path) in Pages)
        {
            var copy = await still.KeepAsync(client, path, cancellation);
            List<Opening> live = [], same = [];
            for (var i = 0; i <= Opened; i++)
            {
                var (one, other) =
                    (await OpeningAsync(browser, new Uri(address, path)), await OpeningAsync(browser, new Uri(address, copy)));
                if (i == 0) continue;
                live.Add(one);
                same.Add(other);
            }

            heaviest = Math.Max(heaviest, live[0].ScriptBytes);
            var (paint, stillPaint) =
                (live.Select(one => one.FirstPaint).ToList().At(0.5), same.Select(one => one.FirstPaint).ToList().At(0.5));
            var (drawn, stillDrawn) =
                (live.Select(one => one.Drawn).ToList().At(0.5), same.Select(one => one.Drawn).ToList().At(0.5));
            rows.Add(new Row($"{name}: first contentful paint, of the still page", $"{paint:N0}, {stillPaint:N0} ms"));
            rows.Add(new Row("  ratio", $"{paint / stillPaint:N2}", "at most 1.5"));
            rows.Add(new Row($"{name}: drawn by script, of the still page", $"{drawn:N0}, {stillDrawn:N0} ms"));
            rows.Add(new Row("  ratio", $"{drawn / stillDrawn:N2}", "at most 1.5"));
        }

        rows.Add(new Row("script over the wire, at most", $"{heaviest / 1024:N0} KiB", $"at most {MostScript}"));
    }

    static async Task<Opening> OpeningAsync(IBrowser browser, Uri address)
    {
        await using var context = await browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.AddInitScriptAsync(Watch);
        await page.GotoAsync(address.ToString());
        await page.WaitForFunctionAsync(
            "() => window.drawnAt && performance.getEntriesByName('first-contentful-paint').length > 0");
        var times = await page.EvaluateAsync<double[]>(
            """
            () => [performance.getEntriesByName('first-contentful-paint')[0].startTime, window.drawnAt,
                   performance.getEntriesByType('resource').filter(one => one.name.includes('.js')).reduce((sum, one) => sum + one.encodedBodySize, 0)]
            """);
        return new Opening(times[0], times[1], times[2]);
    }

    /// <summary>Turns page after page of the ledger, in each of its orders.</summary>
    static async Task TurnAsync(Uri address, List<Row> rows, CancellationToken cancellation)
    {
        using var client = new HttpClient { BaseAddress = address };
        foreach (var sort in (string[])["time", "lead_time", "recovery"])
        {
            var times = new List<double>();
            var next = $"/ledger?window=365&sort={sort}";
            for (var i = 0; i <= Turned && next is not null; i++)
            {
                var began = Stopwatch.GetTimestamp();
                var page = await client.GetStringAsync(next, cancellation);
                if (i > 0) times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                next = NextRows().Match(page) is { Success: true } link ? WebUtility.HtmlDecode(link.Groups[1].Value) : null;
            }

            rows.Add(new Row(
                $"the ledger's next rows by {sort}: p50, p95 of {times.Count}", $"{times.At(0.5):N0}, {times.At(0.95):N0} ms",
                "under 100"));
        }
    }

    [GeneratedRegex("<a rel=\"next\" href=\"([^\"]+)\"")]
    private static partial Regex NextRows();

    /// <param name="FirstPaint">Milliseconds since the page was asked for.</param>
    /// <param name="Drawn">The same until its charts, or without any the page, stood there.</param>
    sealed record Opening(double FirstPaint, double Drawn, double ScriptBytes);

    /// <summary>Pages as they came, kept.</summary>
    sealed class StillPages
    {
        readonly List<byte[]> pages = [];

        public void Map(WebApplication app) =>
            app.MapGet("/still/{number:int}", (int number) => Results.Bytes(pages[number], "text/html; charset=utf-8"));

        /// <returns>The address of the copy.</returns>
        public async Task<string> KeepAsync(HttpClient client, string path, CancellationToken cancellation)
        {
            pages.Add(await client.GetByteArrayAsync(path, cancellation));
            return $"/still/{pages.Count - 1}";
        }
    }
}
