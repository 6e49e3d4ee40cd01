using System.Collections.Immutable;
using Leadline.Core;
using Leadline.Polling;

namespace Leadline.Verification;

/// <summary>Whether the checks of the settings can be asked at all, before a deployment wants to know.</summary>
static class ChecksAnswered
{
    static readonly TimeSpan Look = TimeSpan.FromMinutes(10);

    /// <summary>Each check that its server refuses, or whose server does not answer, in a sentence.</summary>
    public static async Task<ImmutableArray<string>> WhyNotAsync(
        VerificationSettings settings, TimeProvider clock, CancellationToken cancellation)
    {
        using var measures = new Measures(clock);
        var sentences = settings.Missing.ToBuilder();
        var silent = new HashSet<string>(StringComparer.Ordinal);
        var now = clock.GetUtcNow();
        foreach (var (service, check) in settings.Checks)
        {
            if (silent.Contains(check.Source.Name)) continue;
            try
            {
                var nothing = new VerifiedDeployment(service, EnvironmentName.Production.Value, "none", "none", now, now);
                await measures.AskAsync(check.Source, check.QueryOf(nothing), now - Look, now, check.Step, cancellation);
            }
            catch (MeasureException error)
            {
                sentences.Add($"The check verification.services.{service}.{check.Name} tells nothing: {error.Message}.");
            }
            catch (ApiException error)
            {
                silent.Add(check.Source.Name);
                sentences.Add($"The checks of verification.sources.{check.Source.Name} cannot be asked: {error.Message}.");
            }
        }

        return sentences.ToImmutable();
    }

    /// <summary>What is worth knowing of checks that are asked.</summary>
    public static IEnumerable<string> Notes(VerificationSettings settings, Definitions definitions)
    {
        if (!settings.Checks.IsEmpty && !definitions.Failure.Signals.Contains(FailureSignal.Degradation))
            yield return "Deployments are verified, and no degradation makes one a failure: definitions.failure.signals does "
                + "not have degradation.";
    }
}
