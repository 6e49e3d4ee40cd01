using System.Text.Json;
using Leadline.Ingest;
using Leadline.Storage;
using Leadline.Web;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace Leadline.Api;

/// <summary>What people say against the rules: made and undone by programs in JSON, and by the forms of our own pages.</summary>
static class Overrides
{
    const string Path = "/api/v1/overrides", Forms = "/overrides";

    /// <summary>Whether a request there is about overrides.</summary>
    public static bool IsAbout(PathString path) => path.StartsWithSegments(Path) || path.StartsWithSegments(Forms);

    public static void Map(IEndpointRouteBuilder pages, IEndpointRouteBuilder api)
    {
        api.MapPost("/overrides", AddAsync).WithSummary("Says something against the rules")
            .Accepts<OverrideRequest>("application/json")
            .Produces<OverrideAnswer>(201).ProducesProblem(400);
        api.MapDelete("/overrides/{id:long}", UndoAsync)
            .WithSummary("Undoes an override; it stays in the list, with who undid it and when")
            .Produces<OverrideAnswer>().ProducesProblem(404).ProducesProblem(409);
        pages.MapPost(Forms + "/new", AddByFormAsync).DisableAntiforgery().ExcludeFromDescription();
        pages.MapPost(Forms + "/undo", UndoByFormAsync).DisableAntiforgery().ExcludeFromDescription();
    }

    public static async Task<IResult> ListAsync([AsParameters] Paged paged, Store store, CancellationToken cancellation)
    {
        try
        {
            return Results.Json(await store.OverridesAsync(paged.Cursor, paged.LimitOr(50), cancellation), Wire.Json);
        }
        catch (FormatException error)
        {
            return Problem.BadRequest(error.Message);
        }
    }

    static async Task<IResult> AddAsync(HttpRequest http, Access access, Overriding overriding, CancellationToken cancellation)
    {
        OverrideRequest? asked;
        try
        {
            asked = await JsonSerializer.DeserializeAsync<OverrideRequest>(http.Body, Strict, cancellation);
        }
        catch (JsonException)
        {
            asked = null;
        }

        if (asked is null)
            return Problem.BadRequest(
                "the body is no override: send a JSON object with kind, deployment or incident, reason and, where several "
                    + "have it, service");
        var made = await overriding.AddAsync(asked, access.WhoMay(http, "override")!, cancellation);
        return made.Refusal is { } refusal ? Refused(refusal)
            : Results.Json(new OverrideAnswer(made.Entry!, made.IsJudged), Wire.Json, statusCode: StatusCodes.Status201Created);
    }

    static async Task<IResult> UndoAsync(
        long id, [FromQuery] string? reason, HttpRequest http, Access access, Overriding overriding,
        CancellationToken cancellation)
    {
        var undone = await overriding.UndoAsync(id, reason, access.WhoMay(http, "override")!, cancellation);
        return undone.Refusal is { } refusal ? Refused(refusal)
            : Results.Json(new OverrideAnswer(undone.Entry!, undone.IsJudged), Wire.Json);
    }

    static async Task<IResult> AddByFormAsync(
        HttpRequest http, Access access, Overriding overriding, CancellationToken cancellation)
    {
        if (!http.HasFormContentType)
            return Problem.Of(415, $"{http.Path} takes what a form of a page sends: send JSON to {Path}");
        var form = await http.ReadFormAsync(cancellation);
        var made = await overriding.AddAsync(
            new OverrideRequest(form["kind"], form["deployment"], form["incident"], form["service"], form["reason"]),
            access.WhoMay(http, "override")!, cancellation);
        return Back(form, made.Refusal);
    }

    static async Task<IResult> UndoByFormAsync(
        HttpRequest http, Access access, Overriding overriding, CancellationToken cancellation)
    {
        if (!http.HasFormContentType)
            return Problem.Of(415, $"{http.Path} takes what a form of a page sends: send DELETE to {Path}/NUMBER");
        var form = await http.ReadFormAsync(cancellation);
        var undone = long.TryParse(form["id"], out var id)
            ? await overriding.UndoAsync(id, form["reason"], access.WhoMay(http, "override")!, cancellation)
            : new Overridden(null, OverrideRefusal.Unknown, false);
        return Back(form, undone.Refusal);
    }

    /// <summary>
    /// To the page of the deployment that the form stood on, or to the list; a reload there sends nothing again.
    /// </summary>
    static IResult Back(IFormCollection form, OverrideRefusal? refusal)
    {
        var about = new QueryCollection(QueryHelpers.ParseQuery(form["about"]));
        var refused = ("refused", refusal is { } why ? Rows.Word(why) : null);
        return new SeeOther((form["page"], form["service"]) switch
        {
            ([{ Length: > 0 } deployment, ..], [{ Length: > 0 } service, ..]) =>
                SelectionWords.Along(about, Shown.Address(deployment), ("service", service), refused),
            ([{ Length: > 0 } deployment, ..], _) => SelectionWords.Along(about, Shown.Address(deployment), refused),
            _ => SelectionWords.Along(about, Forms, refused),
        } + "#overrides");
    }

    static IResult Refused(OverrideRefusal refusal) => Problem.Of(
        refusal switch { OverrideRefusal.Unknown => 404, OverrideRefusal.Undone => 409, _ => 400 },
        Overriding.Sentence(refusal));

    static readonly JsonSerializerOptions Strict = Wire.Configure(new JsonSerializerOptions
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    });
}

/// <param name="Override">As it is kept.</param>
/// <param name="Judged">Whether the numbers follow it already; if not, they soon do.</param>
public sealed record OverrideAnswer(OverrideEntry Override, bool Judged);
