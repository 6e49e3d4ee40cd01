using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Settings;
using Leadline.Storage;
using Leadline.Web;

namespace Leadline.Api;

/// <summary>One number of one service as a small picture, for a README.</summary>
static class Badges
{
    const string Root = "/badge";

    /// <summary>How wide a letter is at the most on average, and what stands on either side of a text.</summary>
    const double Letter = 6.6;

    const int Space = 6, Height = 20;

    /// <summary>Whether the request is for a badge, and everybody may see them.</summary>
    public static bool IsOpen(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) && context.Request.Path.StartsWithSegments(Root)
            && context.RequestServices.GetRequiredService<LeadlineSettings>().Badges == BadgeReaders.Public;

    /// <summary>
    /// A host of READMEs keeps pictures for a while whatever it is told; what only some may see, only they keep.
    /// </summary>
    public static string Cache(LeadlineSettings settings) =>
        settings.Badges == BadgeReaders.Public ? "public, max-age=300" : "private, no-cache";

    public static void Map(IEndpointRouteBuilder pages) =>
        pages.MapGet(Root + "/{**address}", AnswerAsync).ExcludeFromDescription();

    static async Task<IResult> AnswerAsync(
        string? address, string? environment, string? window, Store store, MetricsReader metrics, Definitions definitions,
        TimeProvider clock, CancellationToken cancellation)
    {
        // A service's name may hold slashes, escaped or not; the metric does not.
        var whole = (address ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        var cut = whole.LastIndexOf('/');
        var (service, file) = cut < 0 ? ("", whole) : (whole[..cut], whole[(cut + 1)..]);
        var metric = file.EndsWith(".svg", StringComparison.Ordinal) ? file[..^4] : "";
        if (!MetricRules.Names.Contains(metric))
            return Picture(
                404, "leadline", "no such metric", isKnown: false,
                $"There is no such metric: choose one of {string.Join(", ", MetricRules.Names)}, and end it with .svg");
        var label = metric.Replace('_', ' ');
        var known = await store.OwnedServicesAsync(cancellation);
        if (known.FirstOrDefault(one => one.Name.Equals(service, StringComparison.OrdinalIgnoreCase)) is not { } found)
            return Picture(404, label, "no such service", isKnown: false, "There is no such service");
        var words = new SelectionWords
        {
            Service = found.Name,
            Environment = environment,
            Window = string.IsNullOrEmpty(window) ? null : window,
        };
        var selection = Selection.Of(words, clock.GetUtcNow(), definitions.Zone).Among(known);
        if (!definitions.Environments.Any(one => one.Name.Value == selection.Environment))
            return Picture(
                400, label, "no such environment", isKnown: false,
                "There is no such environment: choose one of "
                    + $"{string.Join(", ", definitions.Environments.Select(one => one.Name))}");
        if (selection.Problem is not null)
            return Picture(
                400, label, "no such window", isKnown: false,
                $"There is no such window: choose one of {string.Join(", ", Selection.Windows.Select(one => one.Value))}");
        var (value, count) = Of((await metrics.ReadAsync(selection.Query, cancellation)).Metrics, metric);
        var said = value ?? Human.NoData;
        return Picture(
            200, label, said, value is not null,
            $"{found.Name}, {selection.Environment}, {selection.When[..1].ToLowerInvariant()}{selection.When[1..]}: {label} "
                + $"{said}, n = {count:N0}");
    }

    static (string? Value, long Count) Of(FiveMetrics metrics, string metric) => metric switch
    {
        "deployment_frequency" => (Shown.Rate(metrics.DeploymentFrequency.PerDay), metrics.DeploymentFrequency.Deployments),
        "lead_time" => (Shown.Span(metrics.LeadTime.ValueSeconds, metrics.LeadTime.Percentiles), metrics.LeadTime.Count),
        "change_failure_rate" => (Shown.Ratio(metrics.ChangeFailureRate.Value), metrics.ChangeFailureRate.Deployments),
        "recovery_time" =>
            (Shown.Span(metrics.RecoveryTime.ValueSeconds, metrics.RecoveryTime.Percentiles), metrics.RecoveryTime.Count),
        _ => (Shown.Ratio(metrics.ReworkRate.Value), metrics.ReworkRate.Deployments),
    };

    static IResult Picture(int status, string label, string value, bool isKnown, string title) =>
        Results.Text(Draw(label, value, isKnown, title), "image/svg+xml; charset=utf-8", statusCode: status);

    /// <summary>
    /// Two texts side by side. A number has one colour, whatever it is: whether it is good is not ours to say.
    /// </summary>
    static string Draw(string label, string value, bool isKnown, string title)
    {
        var (left, right) = (Width(label), Width(value));
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{Height}" role="img" aria-labelledby="t">
            <title id="t">{WebUtility.HtmlEncode(title)}</title>
            <rect width="{left + right}" height="{Height}" rx="3" fill="#3c4148"/>
            <path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v{Height - 6}a3 3 0 0 1-3 3H{left}z" fill="{(isKnown ? "#0a5c8f" : "#5b616b")}"/>
            <g fill="#fff" text-anchor="middle" font-family="Verdana, DejaVu Sans, sans-serif" font-size="11">
            {Text(label, left / 2.0, left)}
            {Text(value, left + (right / 2.0), right)}
            </g>
            </svg>

            """;
    }

    /// <summary>Stretched to its place: no two machines have the same letters.</summary>
    static string Text(string text, double middle, int width) => string.Create(
        CultureInfo.InvariantCulture, $"""<text x="{middle}" y="14" textLength="{width - (2 * Space)}" lengthAdjust="spacingAndGlyphs">{WebUtility.HtmlEncode(text)}</text>""");

    static int Width(string text) => (int)Math.Ceiling(text.Length * Letter) + (2 * Space);
}
