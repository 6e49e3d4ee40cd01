namespace Leadline.Core;

/// <summary>
/// What is measured of the service became worse with a deployment: the incident that the verification opened blames the
/// deployment that it verified, and nothing else. It ends when the measure is back. Where the signal is off, there is no such
/// incident.
/// </summary>
static class DegradationSignal
{
    public static void Apply(Case judged, List<IncidentFact> known)
    {
        if (!judged.Definitions.Failure.Signals.Contains(FailureSignal.Degradation)) return;
        foreach (var incident in known)
        {
            if (incident.Source != FailureSignals.Verification) continue;
            var failed = IncidentSignal.Declared(judged, incident);
            judged.Blame(failed, FailureSignal.Degradation, incident, failed is null ? "unlinked" : "declared");
        }
    }
}
