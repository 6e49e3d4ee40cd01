using System.Collections.Immutable;
using System.Text.Json;
using Leadline.Experiments;
using Leadline.Storage;
using Leadline.Web;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace Leadline.Api;

/// <summary>Experiments: registered and stopped by programs in JSON, and by the forms of our own pages.</summary>
static class Experiments
{
    const string Path = "/api/v1/experiments", Forms = "/experiments";

    /// <summary>
    /// The fields of the form, by the keys of what is asked for; those that a selection has too are called otherwise.
    /// </summary>
    public static readonly ImmutableArray<(string Key, string Field)> Fields =
    [
        ("name", "name"), ("hypothesis", "hypothesis"), ("services", "services"), ("team", "of_team"), ("area", "of_area"),
        ("environment", "in"), ("metric", "metric"),
        ("direction", "direction"), ("worth", "worth"), ("start", "start"), ("end", "end"), ("guardrails", "guardrails"),
        ("comparison", "comparison"), ("false_alarms", "false_alarms"),
    ];

    /// <summary>Whether a request there is about experiments.</summary>
    public static bool IsAbout(PathString path) => path.StartsWithSegments(Path) || path.StartsWithSegments(Forms);

    public static void Map(IEndpointRouteBuilder pages, IEndpointRouteBuilder api)
    {
        api.MapPost("/experiments", AddAsync).WithSummary("Registers an experiment; what is registered stays as it is")
            .Accepts<ExperimentRequest>("application/json")
            .Produces<ExperimentReport>(201).ProducesProblem(400);
        api.MapPost("/experiments/{name}/stop", StopAsync).WithSummary("Stops an experiment: later weeks are not looked at")
            .Produces<ExperimentReport>().ProducesProblem(404).ProducesProblem(409);
        pages.MapPost(Forms + "/new", AddByFormAsync).DisableAntiforgery().ExcludeFromDescription();
        pages.MapPost(Forms + "/stop", StopByFormAsync).DisableAntiforgery().ExcludeFromDescription();
    }

    public static async Task<IResult> ListAsync(ExperimentReader reader, CancellationToken cancellation) =>
        Results.Json(await reader.AllAsync(cancellation), Wire.Json);

    public static async Task<IResult> FindAsync(string name, ExperimentReader reader, CancellationToken cancellation) =>
        await reader.FindAsync(name, cancellation) is { } report ? Results.Json(report, Wire.Json)
            : Problem.Of(404, $"there is no experiment '{name}': GET {Path} names those there are");

    /// <summary>What the fields of a form, or of an address that brings them back, ask for.</summary>
    public static ExperimentRequest Asked(Func<string, string?> field)
    {
        string? Of(string key) => field(Fields.First(one => one.Key == key).Field);
        return new ExperimentRequest(
            Of("name"), Of("hypothesis"), ExperimentRequest.Listed(Of("services")), Of("team"), Of("area"), Of("environment"),
            Of("metric"), Of("direction"), Of("worth"),
            Of("start"), Of("end"), ExperimentRequest.Listed(Of("guardrails")), ExperimentRequest.Listed(Of("comparison")),
            Of("false_alarms"));
    }

    static async Task<IResult> AddAsync(
        HttpRequest http, Access access, Registering registering, ExperimentReader reader, CancellationToken cancellation)
    {
        ExperimentRequest? asked;
        try
        {
            asked = await JsonSerializer.DeserializeAsync<ExperimentRequest>(http.Body, Strict, cancellation);
        }
        catch (JsonException)
        {
            asked = null;
        }

        if (asked is null)
            return Problem.BadRequest(
                "the body is no experiment: send a JSON object with name, hypothesis, metric, worth, start and, where they "
                + "are wanted, "
                + string.Join(
                    ", ", Fields.Select(field => field.Key).Except(["name", "hypothesis", "metric", "worth", "start"])));
        var made = await registering.AddAsync(asked, access.WhoMay(http, "override")!, cancellation);
        return made.Experiment is { } one
            ? Results.Json(
                await reader.FindAsync(one.Experiment.Name, cancellation), Wire.Json,
                statusCode: StatusCodes.Status201Created) : Problem.BadRequest(made.Sentence);
    }

    static async Task<IResult> StopAsync(
        string name, [FromQuery] string? reason, HttpRequest http, Access access, Registering registering,
        ExperimentReader reader, CancellationToken cancellation)
    {
        var (outcome, refusal) = await registering.StopAsync(name, reason, access.WhoMay(http, "override")!, cancellation);
        return refusal is null ? Results.Json(await reader.FindAsync(name, cancellation), Wire.Json)
            : Problem.Of(outcome == Undoing.Unknown ? 404 : 409, refusal);
    }

    static async Task<IResult> AddByFormAsync(
        HttpRequest http, Access access, Registering registering, CancellationToken cancellation)
    {
        if (!http.HasFormContentType)
            return Problem.Of(415, $"{http.Path} takes what a form of a page sends: send JSON to {Path}");
        var form = await http.ReadFormAsync(cancellation);
        var about = new QueryCollection(QueryHelpers.ParseQuery(form["about"]));
        var made = await registering.AddAsync(
            Asked(field => string.Join(", ", form[field].OfType<string>())), access.WhoMay(http, "override")!, cancellation);
        if (made.Experiment is { } one) return new SeeOther(SelectionWords.Along(about, $"{Forms}/{one.Experiment.Name}"));

        // The page looks at what was typed again, and says what is wrong with it.
        (string, string?)[] typed =
        [
            ("refused", "yes"),
            .. Fields.Select(field =>
                (field.Field, string.Join(", ", form[field.Field].OfType<string>()) is { Length: > 0 and <= 600 } text ? text
                    : null)),
        ];
        return new SeeOther(SelectionWords.Along(about, Forms, typed) + "#new");
    }

    static async Task<IResult> StopByFormAsync(
        HttpRequest http, Access access, Registering registering, CancellationToken cancellation)
    {
        if (!http.HasFormContentType)
            return Problem.Of(415, $"{http.Path} takes what a form of a page sends: post to {Path}/NAME/stop");
        var form = await http.ReadFormAsync(cancellation);
        var about = new QueryCollection(QueryHelpers.ParseQuery(form["about"]));
        var name = form["name"].ToString();
        var (outcome, refusal) = await registering.StopAsync(
            name, form["reason"], access.WhoMay(http, "override")!, cancellation);
        return outcome == Undoing.Unknown ? Problem.Of(404, refusal!)
            : new SeeOther(SelectionWords.Along(about, $"{Forms}/{name}"));
    }

    static readonly JsonSerializerOptions Strict = Wire.Configure(new JsonSerializerOptions
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    });
}
