using Leadline.Core;

namespace Leadline.Demo;

/// <summary>
/// A year of the made-up company Acme, as its systems would have sent it. It goes through the same ingest path as everybody's
/// deliveries, so that what the demo shows is what the program does. The same seed and end give the same bytes.
/// </summary>
public static class DemoYear
{
    /// <summary>The seed of <c>leadline serve --demo</c>.</summary>
    public const int Seed = 20260101;

    /// <summary>Acme's <c>leadline.yaml</c>.</summary>
    public const string Settings =
        """
        services:
          checkout:
            team: payments
            area: commerce
            repositories: [acme/shop]
            paths: ["services/checkout/**"]
          cart:
            team: storefront
            area: commerce
            repositories: [acme/shop]
            paths: ["services/cart/**"]
          catalog:
            team: storefront
            area: commerce
            repositories: [acme/shop]
            paths: ["services/catalog/**"]
          billing:
            team: payments
            area: commerce
            repositories: [acme/billing]
          identity:
            team: platform
            area: foundation
            repositories: [acme/identity]
          gateway:
            team: platform
            area: foundation
            repositories: [acme/gateway]
          search:
            team: insights
            area: discovery
            repositories: [acme/search]
          reports:
            team: insights
            area: discovery
            repositories: [acme/reports]
        environments:
          production:
            match: [prod, production, live]

        """;

    /// <summary>Everything that Acme's systems sent in the 365 days before <paramref name="end"/>, oldest first.</summary>
    /// <param name="end">Nothing is sent at or after it; what was under way stays under way.</param>
    /// <param name="seed">Another seed is another year.</param>
    public static IEnumerable<Delivery> Deliveries(DateTimeOffset end, int seed)
    {
        var year = new DemoCalendar(end);
        var outbox = new DemoOutbox(seed, year);
        foreach (var repository in Repositories(year, outbox, seed)) repository.Live();
        Annotate(year, outbox);
        return outbox.Deliveries();
    }

    static IEnumerable<DemoRepository> Repositories(DemoCalendar year, DemoOutbox outbox, int seed)
    {
        yield return new DemoRepository("acme/shop", DemoVoice.GitHub, DemoVoice.Own, year, outbox, seed + 1, squash: true,
        [
            new("checkout")
            {
                Path = "services/checkout",
                ChangesPerWeek = 7,
                FailureRate = 0.09,
                SuffersBadMonth = true,
                PickupHours = 3,
            },
            new("cart")
            {
                Path = "services/cart",
                ChangesPerWeek = 6.5,
                FailureRate = 0.06,
                PickupHours = 7,
                AdoptsTrunk = true,
            },
            new("catalog")
            {
                Path = "services/catalog",
                ChangesPerWeek = 6,
                FailureRate = 0.05,
                PickupHours = 6,
                AdoptsTrunk = true,
            },
        ]);
        yield return new DemoRepository(
            "acme/billing", DemoVoice.GitHub, DemoVoice.GitHub, year, outbox, seed + 2, squash: false,
        [
            new("billing") { ChangesPerWeek = 7, FailureRate = 0.11, SuffersBadMonth = true, PickupHours = 5, Approval = true },
        ]);
        yield return new DemoRepository(
            "acme/identity", DemoVoice.GitHub, DemoVoice.GitHub, year, outbox, seed + 3, squash: true,
        [
            new("identity") { ChangesPerWeek = 5, FailureRate = 0.04, PickupHours = 4, Rhythm = DemoRhythm.Daily },
        ]);
        yield return new DemoRepository("acme/gateway", DemoVoice.Own, DemoVoice.Own, year, outbox, seed + 4, squash: true,
        [
            new("gateway") { ChangesPerWeek = 7.5, FailureRate = 0.05, PickupHours = 2 },
        ]);
        yield return new DemoRepository("acme/search", DemoVoice.Own, DemoVoice.Own, year, outbox, seed + 5, squash: false,
        [
            new("search") { ChangesPerWeek = 6, FailureRate = 0.07, PickupHours = 6, LeavesIncidentOpen = 2 },
        ]);
        yield return new DemoRepository("acme/reports", DemoVoice.Own, DemoVoice.Own, year, outbox, seed + 6, squash: false,
        [
            new("reports")
            {
                ChangesPerWeek = 5,
                FailureRate = 0.15,
                PickupHours = 12,
                Rhythm = DemoRhythm.Weekly,
                LeavesIncidentOpen = 19,
            },
        ]);
    }

    static void Annotate(DemoCalendar year, DemoOutbox outbox)
    {
        Mark("storefront", year.TrunkAdopted, "trunk-based development adopted");
        Mark("payments", year.BadFrom, "move to the new payment provider begins");
        Mark("payments", year.BadTo, "move to the new payment provider done");
        Mark("platform", year.End.AddDays(-140).AddHours(9), "gateway deploys by canary");
        Mark("insights", year.End.AddDays(-60).AddHours(10), "search index rebuilt nightly");
        Mark(null, year.End.AddDays(-30).AddHours(8), "on-call handbook rewritten");

        void Mark(string? team, DateTimeOffset markedAt, string text) => outbox.Own(markedAt, new
        {
            type = "annotation",
            id = $"note-{markedAt:yyyyMMdd}",
            service = (string?)null,
            team,
            at = DemoOutbox.Instant(markedAt),
            text,
        });
    }
}
