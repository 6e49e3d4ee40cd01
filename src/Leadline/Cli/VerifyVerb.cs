using System.CommandLine;
using System.Globalization;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Polling;
using Leadline.Storage;
using Leadline.Verification;
using Spectre.Console;

namespace Leadline.Cli;

/// <summary><c>leadline verify DEPLOYMENT</c>: asks the checks of a deployment by hand, and keeps nothing.</summary>
static class VerifyVerb
{
    /// <summary>Deployments that lie further apart do not cut each other's windows: the longest there are.</summary>
    static readonly TimeSpan Near = TimeSpan.FromDays(7);

    public static Command Create(TimeProvider clock, Terminal terminal)
    {
        var verb = new Command(
            "verify",
            "Asks the checks of leadline.yaml about a deployment, and prints what they measure: after it, before it and a "
            + "week earlier. Nothing is kept. "
            + "Exit code 1 when one is worse, or cannot be asked.");
        var id = new Argument<string>("DEPLOYMENT") { Description = "its id, as the ledger has it" };
        var service = new Option<string?>("--service")
        {
            Description = "whose row, where several services have the deployment",
            HelpName = "NAME",
        };
        var check = new Option<string?>("--check") { Description = "only this check", HelpName = "NAME" };
        var store = new StoreOptions();
        var server = new ServerOptions(serverByDefault: false);
        var json = new Option<bool>("--json") { Description = "print the verdicts as the API shows them" };
        verb.Add(id);
        foreach (var option in (ReadOnlySpan<Option>)[service, check]) verb.Add(option);
        store.AddTo(verb);
        server.AddTo(verb);
        verb.Add(json);

        verb.SetAction(async (arguments, cancellation) =>
        {
            var settings = store.SettingsWithoutSecrets(arguments).Verification;
            settings.ThrowIfMissing();
            if (settings.Checks.IsEmpty)
                return terminal.Misuse(
                    "leadline.yaml has no check: write some below verification.services, as docs/reference/verification.md "
                        + "shows");
            var (name, of) = (arguments.GetValue(id)!, arguments.GetValue(service));
            VerifiedDeployment? found;
            if (server.IsNamed(arguments))
            {
                if (!server.TryCreateClient(arguments, clock, terminal, out var client)) return ExitCode.Misuse;
                using (client!) found = await FindAsync(client!, name, cancellation);
            }
            else
            {
                await using var opened = await store.OpenExistingAsync(arguments, terminal, cancellation);
                if (opened is null) return ExitCode.Misuse;
                found = await FindAsync(opened.Store, name, of, cancellation);
            }

            if (found is null)
                return terminal.Misuse(
                    $"no deployment in the ledger has the id '{name}'{(of is null ? "" : $" and is one of {of}")}: leadline "
                        + "ledger lists them");
            var checks = settings.Of(found.Service)
                .Where(one =>
                    arguments.GetValue(check) is not { } named
                        || one.Name.Equals(named, StringComparison.OrdinalIgnoreCase)).ToList();
            var asked = arguments.GetValue(check) is { } only ? $"check '{only}'" : "check";
            if (checks.Count == 0)
                return terminal.Misuse(
                    $"leadline.yaml has no {asked} of {found.Service}: there are {Named(settings, found.Service)}");
            var (verdicts, isWhole) = await VerifyAsync(checks, found, clock, terminal, cancellation);
            if (arguments.GetValue(json)) terminal.WriteJson(verdicts);
            else terminal.Out.Write(Table(verdicts));
            return isWhole && verdicts.All(one => one.Verdict != ReleaseVerdict.Worse) ? ExitCode.Done : ExitCode.CheckFailed;
        });
        return verb;
    }

    static async Task<(List<Verified> Verdicts, bool IsWhole)> VerifyAsync(
        List<ReleaseCheck> checks, VerifiedDeployment deployment, TimeProvider clock, Terminal terminal,
        CancellationToken cancellation)
    {
        using var measures = new Measures(clock);
        var verifying = new Verifying(measures, clock);
        var (verdicts, isWhole) = (new List<Verified>(), true);
        foreach (var check in checks)
        {
            if (clock.GetUtcNow() is var now && now < Verifying.DueAt(check, deployment))
                terminal.Say(
                    $"{check.Name}: its window ends {Human.Span((Verifying.DueAt(check, deployment) - now).TotalSeconds)} "
                        + "from now; this is what there is so far");
            try
            {
                verdicts.Add(await verifying.VerifyAsync(check, deployment, cancellation));
            }
            catch (Exception error) when (error is ApiException or MeasureException)
            {
                isWhole = false;
                terminal.Say($"{check.Name}: {error.Message}");
                verdicts.Add(verifying.CannotTell(check, deployment, error.Message));
            }
        }

        return (verdicts, isWhole);
    }

    static async Task<VerifiedDeployment?> FindAsync(Store store, string id, string? service, CancellationToken cancellation)
    {
        if (await store.DeploymentAsync(id, service, 0, 1, cancellation) is not { Deployment: var row }) return null;
        var near = await store.VerifiedDeploymentsAsync(row.Environment, row.DeployedAt - Near, cancellation);
        return near.FirstOrDefault(one => one.Id == id && one.Service == row.Service) ?? Alone(row);
    }

    static async Task<VerifiedDeployment?> FindAsync(ServerClient client, string id, CancellationToken cancellation)
    {
        DeploymentDetail detail;
        try
        {
            detail = await client.GetAsync<DeploymentDetail>($"deployments/{Uri.EscapeDataString(id)}", cancellation);
        }
        catch (ServerException error) when (error.Message.Contains("no deployment", StringComparison.Ordinal))
        {
            return null;
        }

        var row = detail.Deployment;
        var window = $"service={Uri.EscapeDataString(row.Service)}&environment={Uri.EscapeDataString(row.Environment)}"
            + $"&from={Instant(row.DeployedAt - Near)}&to={Instant(row.DeployedAt + Near)}&limit=1000";
        var near =
            (await client.GetAsync<Page<LedgerEntry>>($"deployments?{window}", cancellation)).Items.Where(one => one.Counted)
                .ToList();
        return Alone(row) with
        {
            After = near.Where(one => one.DeployedAt < row.DeployedAt).Select(one => (DateTimeOffset?)one.DeployedAt).Max(),
            Until = near.Where(one => one.DeployedAt > row.DeployedAt)
                .Select(one => (DateTimeOffset?)Alone(one).BeganAt).Min() is { } next && next > row.DeployedAt ? next : null,
        };
    }

    static VerifiedDeployment Alone(LedgerEntry row) =>
        new(
            row.Service, row.Environment, row.DeploymentId, row.Version,
            row.StartedAt < row.DeployedAt ? row.StartedAt.Value : row.DeployedAt, row.DeployedAt);

    static string Named(VerificationSettings settings, string service) =>
        settings.Of(service) is { IsEmpty: false } checks ? string.Join(", ", checks.Select(check => check.Name))
        : $"checks of {string.Join(", ", settings.Checks.Select(check => check.Service).Distinct())}";

    static Table Table(IEnumerable<Verified> verdicts)
    {
        var table = new Table().Border(TableBorder.Simple);
        string[] headers =
        [
            "check", "verdict", "after", "samples", "before", "samples", "a week earlier", "samples", "difference to before",
            "because",
        ];
        table.AddColumns(headers);
        foreach (var one in verdicts)
        {
            table.AddRow(
                [
                    new Text(one.Check), new Text(VerdictWords.Of(one.Verdict)), .. Window(one.After),
                    .. Window(one.Before?.Window), .. Window(one.WeekEarlier?.Window),
                    new Text(VerdictWords.Difference(one.Before)), new Text(one.Because),
                ]);
        }

        return table;
    }

    static IEnumerable<Text> Window(WindowNumbers? window) =>
        [
            new Text(VerdictWords.Value(window?.Median)),
            new Text(window is null ? "" : window.Samples.ToString("N0", CultureInfo.InvariantCulture)),
        ];

    static string Instant(DateTimeOffset at) => Uri.EscapeDataString(at.UtcDateTime.ToString("O"));
}
