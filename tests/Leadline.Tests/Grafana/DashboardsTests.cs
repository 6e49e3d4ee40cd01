using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Storage;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Xunit;

namespace Leadline.Tests.Grafana;

/// <summary>
/// Every query of every dashboard on a real PostgreSQL as <c>leadline_reader</c>, with macros and variables expanded as
/// Grafana's data source documents them; and its values against those of the API.
/// </summary>
public sealed partial class DashboardsTests(DemoDatabase demo) : IClassFixture<DemoDatabase>
{
    static readonly DateTimeOffset End = DemoDatabase.End;
    static readonly MetricsQuery Quarter = new(null, "production", End.AddDays(-90), End);

    readonly Store store = demo.Store;
    readonly NpgsqlDataSource source = demo.Source;
    readonly Definitions definitions = demo.Definitions;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    static string Folder => Path.Combine(Repository(), "grafana", "dashboards");

    [Fact]
    public async Task A_reader_calls_functions_and_sees_what_is_judged_and_nothing_else()
    {
        Assert.Equal("leadline_reader", (await RowsAsync("select current_user"))[0]["current_user"]);
        foreach (var table in (string[])["service", "repository", "ledger", "shipped_change", "blame"])
            Assert.NotEmpty(await RowsAsync($"select * from leadline.{table} limit 1"));
        foreach (var table in (string[])[
            "delivery", "token", "meta", "definitions", "git_commit", "change", "deployment", "incident", "cursor",
        ])
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => RowsAsync($"select * from leadline.{table}"));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }

        await Assert.ThrowsAsync<PostgresException>(() => RowsAsync("delete from leadline.ledger"));
    }

    [Theory]
    [InlineData("'*'", "'*'", "'*'", null)]
    [InlineData("'checkout', 'search'", "'*'", "'*'", "checkout,search")]
    [InlineData("'*'", "'payments'", "'*'", "billing,checkout")]
    public async Task Every_panel_gets_the_columns_it_draws_and_the_values_of_the_api(
        string services, string teams, string areas, string? named)
    {
        if (teams != "'*'")
            named = string.Join(
                ',',
                (await store.ServicesAsync(Cancellation)).Where(service => $"'{service.Team}'" == teams)
                    .Select(service => service.Name));
        var scope = Quarter with { Services = named is null ? null : [.. named.Split(',')] };
        var reader = new MetricsReader(store, definitions, new FakeTimeProvider(End));
        var report = (await reader.ReadAsync(scope, Cancellation)).Metrics;
        var compared = new HashSet<string>();
        foreach (var (dashboard, panel, sql) in Queries())
        {
            var rows = await RowsAsync(Expand(sql, services, teams, areas));
            Assert.True(rows.Count > 0, $"{dashboard}, {panel["title"]}: no rows");
            var kind = (string)panel["type"]!;
            if (kind == "timeseries" || (string?)panel["targets"]![0]!["format"] == "time_series")
            {
                Assert.All(rows, row => Assert.IsType<DateTime>(row["time"]));
                Assert.Equal(rows.Select(row => row["time"]).Order(), rows.Select(row => row["time"]));
                Assert.All(
                    rows[0].Where(column => column.Key is not ("time" or "service")),
                    column => Assert.True(column.Value is double or DBNull));
            }

            if (Overview().Match(sql) is { Success: true } one)
            {
                var expected = one.Groups[1].Value switch
                {
                    "deployment_frequency" => report.DeploymentFrequency.PerDay,
                    "lead_time" => report.LeadTime.MedianSeconds,
                    "change_failure_rate" => report.ChangeFailureRate.Value,
                    "recovery_time" => report.RecoveryTime.MedianSeconds,
                    _ => report.ReworkRate.Value,
                };
                Assert.Equal(expected!.Value, (double)Assert.Single(rows)["value"]!, 1e-9);
                compared.Add(one.Groups[1].Value);
            }

            if (Trend().Match(sql) is { Success: true } trend)
            {
                var points = await reader.SeriesAsync(trend.Groups[1].Value, Bucket.Week, scope, Cancellation);
                Assert.Equal(
                    points.Select(point => Rounded(point.Value)),
                    rows.Select(row => Rounded((row.GetValueOrDefault("value") ?? row.GetValueOrDefault("p50")) as double?)));
                Assert.Equal(
                    points.Skip(1).Select(point => point.From.UtcDateTime), rows.Skip(1).Select(row => (DateTime)row["time"]!));
                compared.Add("trend of " + trend.Groups[1].Value);
            }

            if (sql.Contains("leadline.deployments(", StringComparison.Ordinal))
            {
                var ledger = await store.LedgerAsync(new RowsQuery(scope, null, 1000), Cancellation);
                Assert.Equal(ledger.Items.Select(row => row.DeploymentId), rows.Select(row => (string)row["deployment_id"]!));
                Assert.Equal(ledger.Items.Count(row => row.Failed), rows.Count(row => (string)row["status"]! == "failed"));
                compared.Add("ledger");
            }

            if (sql.Contains("leadline.service_slices(", StringComparison.Ordinal))
            {
                foreach (var row in rows)
                {
                    var own =
                        (await reader.ReadAsync(scope with { Services = [(string)row["service"]!] }, Cancellation)).Metrics;
                    Assert.Equal(own.DeploymentFrequency.Deployments, row["deployments"]);
                    Assert.Equal(Rounded(own.LeadTime.MedianSeconds), Rounded(row["lead_seconds"] as double?));
                    Assert.Equal(own.RecoveryTime.Open, row["open"]);
                }

                compared.Add("slices");
            }
        }

        Assert.Equal(12, compared.Count);
    }

    [Fact]
    public async Task The_filters_offer_what_there_is_each_by_those_before_it()
    {
        var all = (await store.ServicesAsync(Cancellation)).ToList();
        Assert.Equal(
            all.Select(service => service.Team).OfType<string>().Distinct().Order(StringComparer.Ordinal),
            await OffersAsync("team"));
        Assert.Equal(all.Select(service => service.Name), await OffersAsync("service"));
        Assert.Equal(
            all.Where(service => service.Team == "payments").Select(service => service.Name),
            await OffersAsync("service", teams: "'payments'"));
        Assert.Contains("production", await OffersAsync("environment"));

        async Task<IEnumerable<string>> OffersAsync(string name, string teams = "'*'")
        {
            var variable = Dashboards().SelectMany(dashboard => dashboard["templating"]!["list"]!.AsArray())
                .First(variable => (string)variable!["name"]! == name)!;
            return (await RowsAsync(Expand((string)variable["query"]!, "'*'", teams, "'*'"))).Select(
                row => (string)row.Values.Single()!);
        }
    }

    [Fact]
    public async Task What_is_marked_over_trends_are_the_failures_and_incidents_of_the_window()
    {
        var sql = Dashboards().SelectMany(dashboard => dashboard["annotations"]!["list"]!.AsArray())
            .Select(annotation => (string)annotation!["target"]!["rawSql"]!).Distinct().Single();
        var marks = await RowsAsync(Expand(sql, "'*'", "'*'", "'*'"));
        Assert.Equal(["tags", "text", "time", "timeend", "title"], marks[0].Keys.Order());
        var all = new RowsQuery(Quarter, null, 1000);
        Assert.Equal(
            (await store.ExplainAsync("recovery_time", all, new Definitions(), Cancellation)).Deployments.Length,
            marks.Count(mark => (string)mark["tags"]! == "failed deployment"));
        Assert.Equal(
            (await store.IncidentsAsync(all, Cancellation)).Items.Length,
            marks.Count(mark => (string)mark["tags"]! == "incident"));
    }

    [Fact]
    public void Every_dashboard_is_one_that_grafana_can_load()
    {
        var uids = new HashSet<string>();
        foreach (var dashboard in Dashboards())
        {
            Assert.True(uids.Add((string)dashboard["uid"]!));
            Assert.Equal("", (string)dashboard["timezone"]!);
            var places = new HashSet<(int, int)>();
            var ids = new HashSet<int>();
            foreach (var panel in dashboard["panels"]!.AsArray())
            {
                Assert.True(ids.Add((int)panel!["id"]!));
                Assert.Contains((string)panel["type"]!, (string[])["stat", "timeseries", "table", "barchart"]);
                Assert.Equal("leadline", (string)panel["datasource"]!["uid"]!);
                Assert.StartsWith(
                    "no data", ((string?)panel["fieldConfig"]!["defaults"]!["noValue"])!.Replace("unknown", "no data"));
                var at = panel["gridPos"]!;
                Assert.True((int)at["x"]! + (int)at["w"]! <= 24);
                for (var x = 0; x < (int)at["w"]!; x++)
                    for (var y = 0; y < (int)at["h"]!; y++)
                        Assert.True(
                            places.Add(((int)at["x"]! + x, (int)at["y"]! + y)),
                            $"{dashboard["title"]}: {panel["title"]} lies over another panel");
            }
        }
    }

    [Fact]
    public void Colours_are_the_levels_of_the_default_edition()
    {
        foreach (var (_, panel, sql) in Queries())
        {
            if (Overview().Match(sql) is not { Success: true } one || one.Groups[1].Value == "rework_rate") continue;
            foreach (var step in panel["fieldConfig"]!["defaults"]!["thresholds"]!["steps"]!.AsArray())
            {
                var level = Levels.Default.At(one.Groups[1].Value, (double?)step!["value"] ?? 0);
                Assert.Equal(
                    level switch { "elite" => "green", "high" => "blue", "medium" => "orange", _ => "red" },
                    (string)step["color"]!);
            }
        }
    }

    [Fact]
    public void No_panel_holds_a_formula() =>
        Assert.All(
            Queries(),
            query =>
                Assert.Matches(
                    @"^select [\w"", ]+(?:\*)? from leadline\.\w+\([^()]*(?:\(\)[^()]*)*\)(?: where metric = '\w+')?$|^select \* from leadline\.\w+\([^()]*(?:\(\)[^()]*)*\)$", query.Sql));

    static IEnumerable<(string Dashboard, JsonNode Panel, string Sql)> Queries() =>
        from dashboard in Dashboards()
        from panel in dashboard["panels"]!.AsArray()
        from target in panel["targets"]!.AsArray()
        select ((string)dashboard["title"]!, panel!, (string)target["rawSql"]!);

    static IEnumerable<JsonNode> Dashboards() =>
        Directory.GetFiles(Folder, "*.json").Order().Select(file => JsonNode.Parse(File.ReadAllText(file))!);

    static string Expand(string sql, string services, string teams, string areas) => sql
        .Replace("$__timeFrom()", $"'{Quarter.From.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}'")
        .Replace("$__timeTo()", $"'{Quarter.To.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}'")
        .Replace("${service:sqlstring}", services).Replace("${team:sqlstring}", teams).Replace("${area:sqlstring}", areas)
        .Replace("${environment}", "production").Replace("${bucket}", "week");

    static double? Rounded(double? value) => value is { } known ? Math.Round(known, 6) : null;

    static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Leadline.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    async Task<List<Dictionary<string, object?>>> RowsAsync(string sql)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var rows = new List<Dictionary<string, object?>>();
        while (await reader.ReadAsync(Cancellation))
            rows.Add(Enumerable.Range(0, reader.FieldCount)
                .ToDictionary(reader.GetName, column => reader.GetValue(column) is var value and not DBNull ? value : null));
        return rows;
    }

    [GeneratedRegex(@"from leadline\.overview\(.*where metric = '(\w+)'")]
    private static partial Regex Overview();

    [GeneratedRegex(@"from leadline\.trend\('(\w+)'")]
    private static partial Regex Trend();
}
