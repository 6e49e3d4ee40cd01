using Leadline.Core;
using Leadline.Experiments;

namespace Leadline.Storage;

public sealed partial class Store
{
    /// <summary>
    /// Annotations, flag changes and the starts and ends of experiments in the window, oldest first: with services named,
    /// theirs, their teams' and those that concern everybody. Of flags and experiments only those of the environment.
    /// </summary>
    /// <exception cref="FormatException">The cursor is not one that a page ended with.</exception>
    public async Task<Page<Mark>> MarksAsync(RowsQuery query, Definitions definitions, CancellationToken cancellation)
    {
        var (after, afterId) = query.Cursor is null ? (DateTimeOffset.UnixEpoch, "") : Cursors.Read(query.Cursor);
        var limit = Math.Clamp(query.Limit, 1, 1000);
        var scope = query.Scope;
        var environments = new ServiceMap(definitions, [], []);
        var named = await AskAsync("flag_environments", row => row.GetString(0), cancellation);
        var services = scope.Services ?? [];
        var known = await OwnedServicesAsync(cancellation);
        var experiments = (await ExperimentsAsync(cancellation)).Select(one => one.Experiment).Where(one =>
            one.Environment == scope.Environment
                && (scope.Services is null
                    || ExperimentReader.Scope(one, known).Intersect(services, StringComparer.OrdinalIgnoreCase).Any()));
        var teams = known.Where(service => services.Contains(service.Name)).Select(service => service.Team);
        var rows = await AskAsync(
            "marks_page",
            row => new Mark(
                row.GetString(0), row.GetString(1), row.InstantOf(2), row.Text(3), row.Text(4), row.Text(5), row.Text(6),
                row.Text(7), row.Flag(8),
                row.IsDBNull(9) ? null : row.GetInt64(9), row.Text(10)),
            cancellation,
            ("from", scope.From), ("to", scope.To), ("after", after), ("after_id", afterId),
            ("some", scope.Services is not null),
            ("services", services.Select(name => name.ToLowerInvariant()).ToList()),
            ("teams", teams.OfType<string>().Select(team => team.ToLowerInvariant()).Distinct().ToList()),
            ("experiments", experiments.Select(one => one.Name).ToList()),
            ("environments", named.Where(name => environments.EnvironmentOf(name)?.Name.Value == scope.Environment).ToList()),
            ("limit", limit + 1));
        return rows.Length <= limit ? new Page<Mark>(rows, null)
            : new Page<Mark>(rows[..limit], Cursors.Write(rows[limit - 1].At, rows[limit - 1].Id));
    }
}

/// <summary>
/// Something on the timeline that is no deployment: an annotation, with its text, a flag that was switched, or the start or end
/// of an experiment.
/// </summary>
/// <param name="Kind"><c>annotation</c>, <c>flag</c> or <c>experiment</c>.</param>
/// <param name="Delivery">The delivery that says so; null of an experiment.</param>
/// <param name="Experiment">Its name; null of all else.</param>
public sealed record Mark(
    string Kind, string Id, DateTimeOffset At, string? Service, string? Team, string? Text, string? Flag, string? Environment,
    bool? On, long? Delivery, string? Experiment);
