using Leadline.Experiments;

namespace Leadline.Demo;

/// <summary>
/// What Acme tried in its year. Trunk-based development shortens the wait for review in the history that is made; canaries and
/// the hour for reviews change nothing in it.
/// </summary>
static class DemoExperiments
{
    const int Weeks = 12;

    /// <summary>Each with the day on which Acme registered it.</summary>
    /// <param name="end">Of the year.</param>
    public static IEnumerable<(Experiment Experiment, DateTimeOffset At)> Of(DateTimeOffset end)
    {
        var year = new DemoCalendar(end);
        var trunk = Made(
            "trunk-based", "Without long-lived branches changes wait less for review, so that they are live sooner.",
            year.TrunkAdopted, new Aim("lead_time", Direction.Down, 0.2));
        var canary = Made(
            "canary", "A canary finds what is broken before everybody has it, so that fewer deployments fail.",
            year.End.AddDays(-140).AddHours(9), new Aim("change_failure_rate", Direction.Down, 0.05));
        var hour = Made(
            "review-hour", "An hour for reviews at ten o'clock makes the lead time shorter.", year.End.AddDays(-45).AddHours(10),
            new Aim("lead_time", Direction.Down, 0.25));
        Experiment[] all =
        [
            trunk with
            {
                Team = "storefront", Comparison = ["gateway", "search"],
                Guardrails = [new Guardrail("change_failure_rate", 0.15), new Guardrail("deployment_frequency", 0.5)],
            },
            canary with { Services = ["gateway"], Guardrails = [new Guardrail("lead_time", 0.25)] },
            hour with { Team = "payments" },
        ];
        return all.Select(one => (one, one.Start.AddDays(-3)));
    }

    static Experiment Made(string name, string hypothesis, DateTimeOffset start, Aim aim) => new()
    {
        Name = name,
        Hypothesis = hypothesis,
        Environment = "production",
        Aim = aim,
        Start = start,
        End = ExperimentCalendar.After(ExperimentCalendar.FirstAfter(start, TimeZoneInfo.Utc), Weeks, TimeZoneInfo.Utc),
    };
}
