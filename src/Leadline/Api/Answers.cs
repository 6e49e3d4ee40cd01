using System.Collections.Immutable;
using Leadline.Constraint;
using Leadline.Core;
using Leadline.Digests;
using Leadline.Experiments;
using Leadline.Ingest;
using Leadline.Metrics;
using Leadline.Settings;
using Leadline.Storage;
using Leadline.WhatIf;
using Microsoft.AspNetCore.Mvc;

namespace Leadline.Api;

/// <summary>Everything that can be asked, a line each.</summary>
static class Answers
{
    const int MostBuckets = 4000;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/metrics", MetricsAsync).WithSummary("The five metrics of a scope and window").Produces<MetricsReport>()
            .ProducesProblem(400);
        api.MapGet("/metrics/series", SeriesAsync).WithSummary("One metric by day, week or month")
            .Produces<ImmutableArray<SeriesPoint>>().ProducesProblem(400);
        api.MapGet("/metrics/shifts", ShiftsAsync).WithSummary("In which weeks the level of a metric shifted")
            .Produces<ImmutableArray<LevelHistory>>().ProducesProblem(400);
        api.MapGet("/metrics/compare", CompareAsync)
            .WithSummary("How the five metrics stand to those of the span of the same length before").Produces<ChangesAnswer>()
            .ProducesProblem(400);
        api.MapGet("/benchmarks", BenchmarksAsync)
            .WithSummary("What each edition of the benchmarks calls the numbers, and their Quick Check scores")
            .Produces<Benchmarks>().ProducesProblem(400);
        api.MapGet("/constraint", ConstraintAsync)
            .WithSummary(
                "Which stage holds lead time and recovery back, and what they would be at the organisation's own best quartile")
                .Produces<ConstraintReport>().ProducesProblem(400);
        api.MapGet("/deployments", DeploymentsAsync).WithSummary("The ledger, newest first").Produces<Page<LedgerEntry>>()
            .ProducesProblem(400);
        api.MapGet("/deployments/{**id}", DeploymentAsync).WithSummary("A deployment with its evidence")
            .Produces<DeploymentDetail>().ProducesProblem(404);
        api.MapGet("/incidents", IncidentsAsync).WithSummary("Incidents, linked and unlinked, newest first")
            .Produces<Page<BlameEntry>>().ProducesProblem(400);
        api.MapGet("/digest", DigestAsync).WithSummary("What the week was like, beside the week before").Produces<Digest>()
            .ProducesProblem(400);
        api.MapGet("/overrides", Overrides.ListAsync).WithSummary("What people said against the rules, newest first")
            .Produces<Page<OverrideEntry>>().ProducesProblem(400);
        api.MapGet("/experiments", Experiments.ListAsync)
            .WithSummary("Every experiment with what came of it so far, those that start last first")
            .Produces<ImmutableArray<ExperimentReport>>();
        api.MapGet("/experiments/{name}", Experiments.FindAsync).WithSummary("An experiment with what came of it so far")
            .Produces<ExperimentReport>().ProducesProblem(404);
        api.MapGet("/explain", ExplainAsync).WithSummary("The rows behind a metric's number").Produces<Explanation>()
            .ProducesProblem(400);
        api.MapGet("/whatif", WhatIfAsync)
            .WithSummary("The five metrics under other definitions, and every row that makes the difference")
            .Produces<WhatIfReport>().ProducesProblem(400);
        api.MapPost("/whatif", CheckAsync)
            .WithSummary("The same under the definitions of another leadline.yaml, which is the body")
            .Accepts<string>("application/yaml").Produces<WhatIfReport>().ProducesProblem(400);
        api.MapGet("/presets", PresetsAsync).WithSummary("The five metrics under every preset")
            .Produces<ImmutableArray<ComparedPreset>>().ProducesProblem(400);
        api.MapGet(
            "/services",
            async (Store store, CancellationToken cancellation) =>
                Json(await store.ServicesAsync(cancellation))).WithSummary("The services")
                .Produces<ImmutableArray<ServiceEntry>>();
        api.MapGet(
            "/sources",
            async (Store store, LeadlineSettings settings, CancellationToken cancellation) =>
                Json(await SourceStates.OfAsync(store, settings.Definitions, settings.Sources, cancellation)))
                .WithSummary("What came from each source, what became of it, and what nothing maps to")
                .Produces<ImmutableArray<SourceState>>();
        api.MapGet("/definitions", DefinitionsAsync).WithSummary("The definitions in force and before")
            .Produces<DefinitionsAnswer>();
    }

    static async Task<IResult> MetricsAsync(
        [AsParameters] Asked asked, string? definitions, Context context, CancellationToken cancellation) =>
        await context.WithAsync(asked, async query => Json(definitions is null
            ? await context.Metrics.ReadAsync(query, cancellation)
            : (await context.Judging.JudgeAsync(
                query, [await KeptDefinitions.FindAsync(context.Store, definitions, cancellation)], cancellation))[0].Report),
                cancellation);

    static async Task<IResult> SeriesAsync(
        [AsParameters] Asked asked, string? metric, string? bucket, Context context, CancellationToken cancellation)
    {
        if (!Enum.TryParse<Bucket>(bucket ?? "week", ignoreCase: true, out var by) || !Enum.IsDefined(by))
            return Problem.BadRequest($"'{bucket}' is no bucket: write day, week or month");
        return await context.WithAsync(asked, async query =>
        {
            if ((query.To - query.From).TotalDays / (by switch { Bucket.Day => 1, Bucket.Week => 7, _ => 28 }) > MostBuckets)
                throw new FormatException(
                    $"the window has more than {MostBuckets} {Rows.Word(by)}s: ask for a shorter one or a larger bucket");
            return Json(await context.Metrics.SeriesAsync(Named(metric), by, query, cancellation));
        }, cancellation);
    }

    static async Task<IResult> ShiftsAsync(
        [AsParameters] Asked asked, string? metric, Context context, CancellationToken cancellation) =>
        await context.WithAsync(
            asked, async query => Json(await LevelHistory.OfAsync(context.Metrics, metric, query, cancellation)), cancellation);

    static async Task<IResult> CompareAsync([AsParameters] Asked asked, Context context, CancellationToken cancellation) =>
        await context.WithAsync(
            asked, async query => Json(await ChangesAnswer.OfAsync(context.Metrics, query, cancellation)), cancellation);

    static async Task<IResult> BenchmarksAsync(
        [AsParameters] Asked asked, string? industry, string? size, Context context, CancellationToken cancellation) =>
        await context.WithAsync(
            asked, async query => Json(await Benchmarks.OfAsync(context.Metrics, query, industry, size, cancellation)),
            cancellation);

    static async Task<IResult> ConstraintAsync([AsParameters] Asked asked, Context context, CancellationToken cancellation) =>
        await context.WithAsync(asked, async query => Json(await ConstraintReport.OfAsync(
            context.Store, context.Metrics, context.Definitions, Digest.NameOf(asked.Service, asked.Team, asked.Area), query,
            cancellation)), cancellation);

    static async Task<IResult> DeploymentsAsync(
        [AsParameters] Asked asked, [AsParameters] Paged paged, Context context, CancellationToken cancellation) =>
        await context.WithAsync(
            asked, async query => Json(await context.Store.LedgerAsync(paged.Of(query), cancellation)), cancellation);

    static async Task<IResult> DeploymentAsync(string id, Store store, CancellationToken cancellation)
    {
        // The framework leaves an escaped slash as it came, and ids of some sources hold one.
        var whole = id.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        return await store.DeploymentAsync(whole, cancellation) is { } detail ? Json(detail)
            : Problem.Of(404, $"no deployment in the ledger has the id '{whole}'");
    }

    static async Task<IResult> IncidentsAsync(
        [AsParameters] Asked asked, [AsParameters] Paged paged, Context context, CancellationToken cancellation) =>
        await context.WithAsync(
            asked, async query => Json(await context.Store.IncidentsAsync(paged.Of(query), cancellation)), cancellation);

    static async Task<IResult> ExplainAsync(
        [AsParameters] Asked asked, string? metric, [AsParameters] Paged paged, Context context,
        CancellationToken cancellation) =>
        await context.WithAsync(
            asked,
            async query =>
                Json(await context.Store.ExplainAsync(Named(metric), paged.Of(query), context.Definitions, cancellation)),
                cancellation);

    static async Task<IResult> WhatIfAsync(
        [AsParameters] Asked asked, string[]? set, int? limit, Context context, CancellationToken cancellation) =>
        await context.WithAsync(asked, async query => Json(await WhatIfReport.OfAsync(
            context.Judging, context.Definitions, ChangedDefinitions.Of(context.Definitions, set ?? []), query,
            new Paged { Limit = limit }.LimitOr(WhatIfReport.Listed), cancellation)), cancellation);

    static async Task<IResult> CheckAsync(
        [AsParameters] Asked asked, int? limit, HttpRequest request, Context context, CancellationToken cancellation) =>
        await context.WithAsync(asked, async query =>
        {
            if (request.ContentLength is null or > SettingsFile.Largest)
                throw new FormatException("the body is a leadline.yaml of 1 MiB at the most, with its length in Content-Length");
            using var body = new StreamReader(request.Body);
            return Json(await WhatIfReport.OfAsync(
                context.Judging, context.Definitions,
                SettingsFile.ParseDefinitions(await body.ReadToEndAsync(cancellation), "the file"), query,
                new Paged { Limit = limit }.LimitOr(WhatIfReport.Listed), cancellation));
        }, cancellation);

    static async Task<IResult> PresetsAsync([AsParameters] Asked asked, Context context, CancellationToken cancellation) =>
        await context.WithAsync(
            asked, async query => Json(await ComparedPreset.AllAsync(context.Judging, context.Definitions, query, cancellation)),
            cancellation);

    static async Task<IResult> DigestAsync(
        [AsParameters] Asked asked, int? window, Context context, CancellationToken cancellation) =>
        await context.WithAsync(asked, async query =>
        {
            if (asked.From is not null && window is not null)
                throw new FormatException("window and from exclude each other: each says when it begins");
            var scope = asked.From is null ? query with { From = Digest.Begin(query.To, window) } : query;
            return Json(await Digest.OfAsync(
                context.Store, context.Metrics, Digest.NameOf(asked.Service, asked.Team, asked.Area), scope, cancellation));
        }, cancellation);

    static async Task<IResult> DefinitionsAsync(Store store, Definitions definitions, CancellationToken cancellation) =>
        Json(new DefinitionsAnswer(
            DefinitionsHash.Of(definitions), DefinitionsHash.Canonical(definitions),
            await store.DefinitionsHistoryAsync(cancellation)));

    static string Named(string? metric) =>
        metric ?? throw new FormatException($"metric is missing: write one of {string.Join(", ", MetricRules.Names)}");

    static IResult Json<T>(T value) => Results.Json(value, Wire.Json);
}

/// <summary>The scope and window of a question.</summary>
sealed class Asked
{
    [FromQuery(Name = "service")]
    public string[]? Service { get; init; }

    [FromQuery(Name = "team")]
    public string[]? Team { get; init; }

    [FromQuery(Name = "area")]
    public string[]? Area { get; init; }

    [FromQuery(Name = "environment")]
    public string? Environment { get; init; }

    [FromQuery(Name = "from")]
    public string? From { get; init; }

    [FromQuery(Name = "to")]
    public string? To { get; init; }
}

/// <summary>Which page of rows.</summary>
sealed class Paged
{
    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }

    [FromQuery(Name = "limit")]
    public int? Limit { get; init; }

    public RowsQuery Of(MetricsQuery scope) => new(scope, Cursor, LimitOr(50));

    public int LimitOr(int otherwise) =>
        Limit is < 1 or > 1000 ? throw new FormatException("limit must lie between 1 and 1000") : Limit ?? otherwise;
}

/// <summary>What every question needs to be answered.</summary>
sealed class Context(Store store, MetricsReader metrics, Definitions definitions, JudgingAgain judging, TimeProvider clock)
{
    public Definitions Definitions => definitions;

    public JudgingAgain Judging => judging;

    public Store Store => store;

    public MetricsReader Metrics => metrics;

    /// <summary>Answers the question; what is wrong with it is said as a problem.</summary>
    public async Task<IResult> WithAsync(Asked asked, Func<MetricsQuery, Task<IResult>> answer, CancellationToken cancellation)
    {
        try
        {
            return await answer(await QueryAsync(asked, cancellation));
        }
        catch (FormatException error)
        {
            return Problem.BadRequest(error.Message);
        }
    }

    async Task<MetricsQuery> QueryAsync(Asked asked, CancellationToken cancellation)
    {
        var today = TimeZoneInfo.ConvertTime(clock.GetUtcNow(), definitions.Zone).Date;
        var to = Instant(asked.To, "to") ?? Buckets.Instant(today.AddDays(1), definitions.Zone);
        var from = Instant(asked.From, "from")
            ?? Buckets.Instant(TimeZoneInfo.ConvertTime(to, definitions.Zone).DateTime.AddDays(-90), definitions.Zone);
        if (from >= to) throw new FormatException("from must lie before to");
        var environment = asked.Environment ?? EnvironmentName.Production.Value;
        if (!definitions.Environments.Any(known => known.Name.Value == environment))
            throw new FormatException(
                $"there is no environment '{environment}': there are "
                    + $"{string.Join(", ", definitions.Environments.Select(known => known.Name))}");
        if (asked is { Service: null or [], Team: null or [], Area: null or [] })
            return new MetricsQuery(null, environment, from, to);
        var services = await store.OwnedServicesAsync(cancellation);
        Known(asked.Service, "service", services.Select(service => service.Name));
        Known(asked.Team, "team", services.Select(service => service.Team));
        Known(asked.Area, "area", services.Select(service => service.Area));
        return new MetricsQuery(
            [
                .. services.Where(service =>
                    In(asked.Service, service.Name) && In(asked.Team, service.Team)
                        && In(asked.Area, service.Area)).Select(service => service.Name),
            ],
            environment, from, to);
    }

    /// <summary>A plus that was not escaped in the address arrives as a space.</summary>
    DateTimeOffset? Instant(string? text, string name) =>
        text is null ? null : Instants.Parse(text.Replace(' ', '+'), definitions.Zone, name);

    static void Known(string[]? asked, string kind, IEnumerable<string?> names)
    {
        var known = names.OfType<string>().Distinct().ToList();
        foreach (var name in asked ?? [])
            if (!known.Exists(one => Same(one, name)))
                throw new FormatException($"there is no {kind} '{name}'{Sources.Nearest.Suggest(name, known)}");
    }

    static bool In(string[]? asked, string? value) =>
        asked is null or [] || (value is not null && asked.Any(one => Same(one, value)));

    static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}

public sealed record DefinitionsAnswer(string Hash, string Text, ImmutableArray<DefinitionsVersion> History);
