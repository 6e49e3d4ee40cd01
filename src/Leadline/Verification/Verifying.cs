using Leadline.Core;
using Leadline.Polling;

namespace Leadline.Verification;

/// <summary>Measures a service around one of its deployments, and says what became of it.</summary>
sealed class Verifying(Measures measures, TimeProvider clock)
{
    static readonly TimeSpan Week = TimeSpan.FromDays(7), LongestLook = TimeSpan.FromHours(6);

    const int MostSamples = 10_000;

    /// <summary>When a check can be told of a deployment: its window is over, and the last samples have arrived.</summary>
    public static DateTimeOffset DueAt(ReleaseCheck check, VerifiedDeployment deployment) =>
        End(check, deployment) + (2 * check.Step);

    /// <summary>What the check finds.</summary>
    /// <exception cref="MeasureException">The query cannot be answered as it is.</exception>
    /// <exception cref="ApiException">The server could not be asked.</exception>
    public async Task<Verified> VerifyAsync(ReleaseCheck check, VerifiedDeployment deployment, CancellationToken cancellation)
    {
        var (from, to) = (deployment.DeployedAt, End(check, deployment));
        var begin = deployment.BeganAt - check.Before;
        if (deployment.After > begin) begin = deployment.After.Value;
        var after = await AskAsync(check, deployment, from, to, cancellation);
        var before = await AskAsync(check, deployment, begin, deployment.BeganAt, cancellation);
        var weekEarlier = await AskAsync(check, deployment, from - Week, to - Week, cancellation);
        var comparison = Comparison.Of(after, before, weekEarlier, check.Rule);
        var limit = comparison.Limit(check.Rule);
        return Of(check, deployment, comparison.Verdict, comparison.Because) with
        {
            After = comparison.After,
            Before = comparison.Before,
            WeekEarlier = comparison.WeekEarlier,
            BeganAt = comparison.Verdict != ReleaseVerdict.Worse ? null
                : after.Values.Where(value => Comparison.IsBeyond(value.Value, limit!.Value, check.Rule.Worse))
                    .Select(value => (DateTimeOffset?)value.At).FirstOrDefault() ?? from,
        };
    }

    /// <summary>What is to be said where a check could not be asked for.</summary>
    public Verified CannotTell(ReleaseCheck check, VerifiedDeployment deployment, string because) =>
        Of(check, deployment, ReleaseVerdict.CannotTell, because);

    /// <summary>
    /// When a measure that was worse was back; null where it is not. It is held against what was before the deployment, and
    /// against the same hours a week earlier: to be within either is to be back, as to be worse it had to be beyond both.
    /// </summary>
    /// <exception cref="MeasureException">The query cannot be answered as it is.</exception>
    /// <exception cref="ApiException">The server could not be asked.</exception>
    public async Task<DateTimeOffset?> BackAtAsync(
        ReleaseCheck check, VerifiedDeployment deployment, Verified known, CancellationToken cancellation)
    {
        var (began, to) = (known.BeganAt ?? deployment.DeployedAt, clock.GetUtcNow());
        var look = LongestLook < MostSamples * check.Step ? LongestLook : MostSamples * check.Step;
        var from = to - began > look ? to - look : began;
        var now = await AskAsync(check, deployment, from, to, cancellation);

        // What is worse for a week is not well because it was as bad then.
        var weekEarlier = to - Week > deployment.BeganAt ? new MeasuredWindow(to, to, [])
            : await AskAsync(check, deployment, to - check.After - Week, to - Week, cancellation);
        var limits = Comparison.Of(
            now, new MeasuredWindow(from, from, []), weekEarlier, check.Rule) with
        { Before = known.Before! };
        return limits.Limit(check.Rule) is { } limit ? Comparison.BackAt(now.Values, limit, check.Rule.Worse) : null;
    }

    Task<MeasuredWindow> AskAsync(
        ReleaseCheck check, VerifiedDeployment deployment, DateTimeOffset from, DateTimeOffset to,
        CancellationToken cancellation) =>
        measures.AskAsync(check.Source, check.QueryOf(deployment), from, to, check.Step, cancellation);

    static DateTimeOffset End(ReleaseCheck check, VerifiedDeployment deployment) =>
        deployment.DeployedAt + check.After is var end && deployment.Until < end ? deployment.Until.Value : end;

    Verified Of(ReleaseCheck check, VerifiedDeployment deployment, ReleaseVerdict verdict, string because) => new(
        deployment.Id, deployment.Service, deployment.Environment, deployment.Version, check.Name, check.Measures,
        check.Source.Name, check.QueryOf(deployment),
        check.Rule.Worse, check.Rule.Tolerance, check.Rule.Least, clock.GetUtcNow(), verdict, because, null, null, null, null,
        null, null);
}
