using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Leadline.Core;
using Leadline.Demo;
using Leadline.Sources;
using Xunit;

namespace Leadline.Tests.Demo;

public sealed class DemoYearTest
{
    static readonly DateTimeOffset End = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    static readonly Delivery[] Year = [.. DemoYear.Deliveries(End, DemoYear.Seed)];
    static readonly JsonElement[] Lines = [.. Year.Where(delivery => delivery.Source == "leadline").SelectMany(LinesOf)];

    [Fact]
    public void The_same_seed_and_end_give_the_same_bytes() =>
        Assert.Equal(Print(Year), Print(DemoYear.Deliveries(End, DemoYear.Seed)));

    [Fact]
    public void Another_seed_is_another_year() => Assert.NotEqual(Print(Year), Print(DemoYear.Deliveries(End, 7)));

    [Fact]
    public void Everything_is_sent_in_order_within_the_year()
    {
        Assert.Equal(Year.Select(delivery => delivery.ReceivedAt).Order(), Year.Select(delivery => delivery.ReceivedAt));
        Assert.All(Year, delivery => Assert.InRange(delivery.ReceivedAt, End.AddDays(-365), End.AddTicks(-1)));
    }

    [Fact]
    public void Both_kinds_of_sources_speak_of_everything()
    {
        var events = Year.Where(delivery => delivery.Source == "github").Select(delivery => delivery.Header("X-GitHub-Event")!)
            .ToHashSet();
        Assert.Equal(
            ["deployment_status", "issues", "pull_request", "pull_request_review", "push", "workflow_run"],
            events.Order(StringComparer.Ordinal));
        var types = Lines.Select(line => line.GetProperty("type").GetString()!).ToHashSet();
        Assert.Equal(["annotation", "build", "change", "commit", "deployment", "incident"], types.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_delivery_is_read_into_facts() =>
        Assert.All(Year, delivery => Assert.IsType<FactsReading>(Catalogue.Find(delivery.Source)!.Read(delivery)));

    [Fact]
    public void It_is_as_large_as_a_year_of_four_teams()
    {
        var commits = Year.Where(delivery => delivery.Header("X-GitHub-Event") == "push").SelectMany(Commits)
            .Concat(Shas("commit", "sha")).Distinct().Count();
        var deployments = Year.Count(delivery => Succeeded(delivery))
            + Lines.Count(line => line.GetProperty("type").GetString() == "deployment");
        Assert.InRange(commits, 4000, 6500);
        Assert.InRange(deployments, 1500, 2500);
    }

    [Fact]
    public void Weekends_are_nearly_quiet()
    {
        var authored = Lines.Where(line => line.GetProperty("type").GetString() == "commit")
            .Select(line => line.GetProperty("authored_at").GetDateTimeOffset().DayOfWeek).ToList();
        var weekend = authored.Count(day => day is DayOfWeek.Saturday or DayOfWeek.Sunday);
        Assert.InRange(weekend, 1, authored.Count / 20);
    }

    [Fact]
    public void Some_incidents_stay_open() =>
        Assert.Equal(
            2,
            Lines.Where(line => line.GetProperty("type").GetString() == "incident")
                .GroupBy(line => line.GetProperty("id").GetString())
                .Count(incident => incident.All(line => line.GetProperty("resolved_at").ValueKind == JsonValueKind.Null)));

    static string Print(IEnumerable<Delivery> deliveries)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var delivery in deliveries)
        {
            var headers = string.Join(
                '\n',
                delivery.Headers.OrderBy(header => header.Key, StringComparer.Ordinal)
                    .Select(header => $"{header.Key}: {header.Value}"));
            hash.AppendData(Encoding.UTF8.GetBytes($"{delivery.Source} {delivery.ReceivedAt:O}\n{headers}\n"));
            hash.AppendData(delivery.Body.Span);
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    static IEnumerable<JsonElement> LinesOf(Delivery delivery) =>
        Encoding.UTF8.GetString(delivery.Body.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement);

    static IEnumerable<string> Commits(Delivery push) =>
        JsonDocument.Parse(push.Body).RootElement.GetProperty("commits").EnumerateArray()
            .Select(commit => commit.GetProperty("id").GetString()!);

    static IEnumerable<string> Shas(string type, string property) =>
        Lines.Where(line => line.GetProperty("type").GetString() == type)
            .Select(line => line.GetProperty(property).GetString()!);

    static bool Succeeded(Delivery delivery) =>
        delivery.Header("X-GitHub-Event") == "deployment_status" &&
        JsonDocument.Parse(delivery.Body).RootElement.GetProperty("deployment_status")
            .GetProperty("state").GetString() == "success";
}
