using System.Collections.Immutable;
using Leadline.Metrics;
using Leadline.Storage;
using Leadline.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace Leadline.Tests.Web;

public sealed class SelectionTest
{
    static readonly DateTimeOffset Now = new(2026, 3, 31, 23, 30, 0, TimeSpan.Zero);

    [Fact]
    public void The_last_90_days_end_with_today()
    {
        var query = Of().Query;
        Assert.Equal(new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero), query.To);
        Assert.Equal(90, (query.To - query.From).TotalDays);
        Assert.Null(query.Services);
        Assert.Equal("production", query.Environment);
    }

    [Fact]
    public void Today_is_that_of_the_reporting_zone()
    {
        var berlin = Of(window: "7", zone: "Europe/Berlin");
        Assert.Equal(new DateOnly(2026, 4, 1), berlin.To);

        // Summer time began on 29 March: the first day starts at 23:00 UTC, the last one ends at 22:00.
        Assert.Equal(new DateTimeOffset(2026, 3, 25, 23, 0, 0, TimeSpan.Zero), berlin.Query.From);
        Assert.Equal(new DateTimeOffset(2026, 4, 1, 22, 0, 0, TimeSpan.Zero), berlin.Query.To);
    }

    [Fact]
    public void Days_given_are_both_inside()
    {
        var query = Of(window: "custom", from: "2026-01-01", to: "2026-01-31").Query;
        Assert.Equal(31, (query.To - query.From).TotalDays);
    }

    [Theory]
    [InlineData("7", Bucket.Day)]
    [InlineData("90", Bucket.Week)]
    [InlineData("365", Bucket.Month)]
    public void The_trend_is_cut_to_fit(string window, Bucket bucket) => Assert.Equal(bucket, Of(window: window).Bucket);

    [Theory]
    [InlineData(null, "30", null, null)]
    [InlineData("a b/ü", "custom", "2026-02-01", "2026-02-03")]
    public void A_link_asks_the_same_question(string? service, string window, string? from, string? to)
    {
        var asked = Of(service, window, from, to);
        var address = new Uri("http://acme.example" + asked.Link("/explain/lead_time"));
        var parts = address.Query[1..].Split('&').Select(part => part.Split('='))
            .ToDictionary(part => part[0], part => Uri.UnescapeDataString(part[1]));
        var again = Of(
            parts.GetValueOrDefault("service"), parts["window"], parts.GetValueOrDefault("from"), parts.GetValueOrDefault("to"));
        Assert.Equal(asked.Service, again.Service);
        Assert.Equal(
            (asked.Environment, asked.Window, asked.From, asked.To, asked.Bucket),
            (again.Environment, again.Window, again.From, again.To, again.Bucket));
    }

    [Fact]
    public void A_link_keeps_the_team_the_area_and_the_bucket()
    {
        var asked = Selection.Of(
            new SelectionWords { Team = "pay & ship", Area = "commerce", By = "day" }, Now, TimeZoneInfo.Utc);
        Assert.Equal(
            "/ledger?team=pay%20%26%20ship&area=commerce&window=90&by=day&kind=failed",
            asked.Link("/ledger", ("kind", "failed"), ("text", null)));
    }

    [Fact]
    public void A_link_keeps_whether_it_is_compared_and_marked()
    {
        var asked = Selection.Of(new SelectionWords { Compare = "none", Marks = "off" }, Now, TimeZoneInfo.Utc);
        Assert.Equal("/ledger?window=90&compare=none&marks=off", asked.Link("/ledger"));
        Assert.Equal(
            "/?window=custom&from=2025-10-04&to=2026-01-01&compare=none&marks=off",
            asked.Until(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero)).Link("/"));
        Assert.Equal(
            "/?window=90",
            Selection.Of(new SelectionWords { Compare = "previous", Marks = "on" }, Now, TimeZoneInfo.Utc).Link("/"));
        Assert.Contains(
            "There is no comparison 'year'",
            Selection.Of(new SelectionWords { Compare = "year" }, Now, TimeZoneInfo.Utc).Problem);
    }

    [Theory]
    [InlineData("", "/overrides")]
    [InlineData(
        "?service=a%26b&window=7&from=&by=day&compare=none&marks=off&cursor=x",
        "/overrides?service=a%26b&window=7&by=day&compare=none&marks=off")]
    public void What_an_address_says_of_the_selection_goes_along_and_nothing_else(string query, string address) =>
        Assert.Equal(address, SelectionWords.Along(new QueryCollection(QueryHelpers.ParseQuery(query)), "/overrides"));

    [Fact]
    public void What_a_link_says_stands_in_place_of_what_the_address_said()
    {
        var query = new QueryCollection(QueryHelpers.ParseQuery("?service=cart&window=7"));
        Assert.Equal(
            "/deployments/d/1?window=7&service=a%20b",
            SelectionWords.Along(query, "/deployments/d/1", ("service", "a b"), ("refused", null)));
    }

    [Fact]
    public void The_quarter_is_that_of_the_calendar_up_to_today()
    {
        var quarter = Of(window: "quarter", zone: "Europe/Berlin");
        Assert.Equal(new DateOnly(2026, 4, 1), quarter.From);
        Assert.Equal(new DateOnly(2026, 4, 1), quarter.To);
        Assert.Equal(new DateOnly(2026, 1, 1), Of(window: "quarter").From);
        Assert.StartsWith("In this quarter, since 2026-01-01", Of(window: "quarter").When);
    }

    [Fact]
    public void A_team_stands_for_its_services()
    {
        ImmutableArray<OwnedService> known =
        [
            new("billing", "payments", "commerce"), new("cart", "storefront", "commerce"),
            new("checkout", "payments", "commerce"),
        ];
        Assert.Equal(["billing", "checkout"], Asked(new SelectionWords { Team = "Payments" }).Query.Services!.Value);
        Assert.Equal(["cart"], Asked(new SelectionWords { Area = "commerce", Service = "cart" }).Query.Services!.Value);
        Assert.Contains("There is no team 'nobody'", Asked(new SelectionWords { Team = "nobody" }).Problem);

        var neither = Asked(new SelectionWords { Team = "payments", Service = "cart" });
        Assert.Empty(neither.Query.Services!.Value);
        Assert.Contains("cart is not of team payments", neither.Problem);

        Selection Asked(SelectionWords words) => Selection.Of(words, Now, TimeZoneInfo.Utc).Among(known);
    }

    static Selection Of(
        string? service = null, string? window = null, string? from = null, string? to = null, string zone = "UTC") =>
        Selection.Of(
            new SelectionWords { Service = service, Window = window, From = from, To = to }, Now,
            TimeZoneInfo.FindSystemTimeZoneById(zone));
}
