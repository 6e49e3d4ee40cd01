using System.Collections.Immutable;
using System.Text;
using Leadline.Ingest;
using Leadline.Settings;
using Leadline.Sources;
using Leadline.Storage;
using Leadline.Web;

namespace Leadline.Api;

/// <summary>What sources sent: listed, shown as it is kept, and read again on request.</summary>
static class Deliveries
{
    const string Retries = "/api/v1/retries", Form = "/data/retries";

    /// <summary>Whether a request there has something read again.</summary>
    public static bool IsRetry(PathString path) => path.StartsWithSegments(Retries) || path.StartsWithSegments(Form);

    public static void Map(IEndpointRouteBuilder pages, IEndpointRouteBuilder api)
    {
        pages.MapPost(Form, RetryByFormAsync).DisableAntiforgery().ExcludeFromDescription();
        api.MapGet("/deliveries", ListAsync).WithSummary("What sources sent, newest first").Produces<Page<DeliveryEntry>>()
            .ProducesProblem(400);
        api.MapGet("/deliveries/{id}", ShowAsync).WithSummary("A delivery as it is kept").Produces<DeliveryAnswer>()
            .ProducesProblem(400).ProducesProblem(404);
        api.MapPost("/retries", RetryAsync).WithSummary("Reads one delivery, or all unreadable ones, again")
            .Produces<RetryAnswer>(202).ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);
    }

    static Task<IResult> ListAsync(
        string? source, string? outcome, string? from, string? to, string? cursor, int? limit, Store store,
        LeadlineSettings settings, CancellationToken cancellation) => SaidAsync(
        async () => Json(await store.DeliveriesAsync(
            await new DeliveriesAsked(source, outcome, from, to, cursor, limit)
                .ReadAsync(store, settings.Sources, settings.Definitions.Zone, cancellation), cancellation)));

    static Task<IResult> ShowAsync(string id, Store store, CancellationToken cancellation) => SaidAsync(
        async () =>
            await store.DeliveryAsync(IdOf(id), cancellation) is { } stored ? Json(DeliveryAnswer.Of(stored))
                : Problem.Of(404, $"there is no delivery {id}"));

    static Task<IResult> RetryAsync(
        string? delivery, string? outcome, string? source, Store store, LeadlineSettings settings, DeliveryLog log,
        CancellationToken cancellation) => SaidAsync(
        async () =>
        {
            if (delivery is null == outcome is null)
                throw new FormatException("say what to read again: delivery=ID, or outcome=unreadable for all that are");
            if (outcome is not (null or "unreadable"))
                throw new FormatException(
                    $"'{outcome}' cannot be read again as a whole: write outcome=unreadable, or delivery=ID for one");
            if (delivery is not null && source is not null)
                throw new FormatException("source goes with outcome=unreadable: an id says enough");
            if (source is not null) await DeliveriesAsked.KnowAsync(store, settings.Sources, source, cancellation);
            var answer = delivery is null ? await RetryAnswer.AskAsync(store, settings.Sources, source, cancellation)
                : await OneAsync(IdOf(delivery), store, settings.Sources, cancellation);
            if (answer is RetryAnswer { Waiting: > 0 }) log.Wake();
            return answer is RetryAnswer taken ? Results.Json(taken, Wire.Json, statusCode: 202) : (IResult)answer;
        });

    /// <summary>
    /// What the forms of the page send: the delivery's id, or none for all that could not be read; and what the page is about.
    /// </summary>
    static async Task<IResult> RetryByFormAsync(
        HttpRequest http, Store store, LeadlineSettings settings, DeliveryLog log, CancellationToken cancellation)
    {
        if (!http.HasFormContentType)
            return Problem.Of(415, $"{http.Path} takes what a form of a page sends: send POST to {Retries}");
        var form = await http.ReadFormAsync(cancellation);
        var isOne = form["delivery"] is [{ Length: > 0 }, ..];
        var answer = !isOne ? (object)await RetryAnswer.AskAsync(store, settings.Sources, (string?)null, cancellation)
            : long.TryParse(form["delivery"], out var id) ? await OneAsync(id, store, settings.Sources, cancellation)
            : Problem.Of(404, "");
        if (answer is RetryAnswer { Waiting: > 0 }) log.Wake();

        // What became of one, the page sees for itself; how many were asked for is known only now.
        var asked = isOne ? ("retried", form["delivery"].ToString()) : ("waiting", ((RetryAnswer)answer).Waiting.ToString());
        var about = SelectionWords.Keys.Select(key => (Key: key, Value: form[key].ToString())).Where(one => one.Value.Length > 0)
            .Append(asked);
        return new SeeOther(
            $"/data?{string.Join('&', about.Select(one => $"{one.Item1}={Uri.EscapeDataString(one.Item2)}"))}#unreadable");
    }

    static async Task<object> OneAsync(long id, Store store, KnownSources sources, CancellationToken cancellation)
    {
        if (await store.DeliveryAsync(id, cancellation) is not { } stored) return Problem.Of(404, $"there is no delivery {id}");
        if (RetryAnswer.WhyNot(stored, sources) is { } sentence) return Problem.Of(409, sentence);
        return await RetryAnswer.AskAsync(store, sources, stored, cancellation);
    }

    /// <exception cref="FormatException">It is no id.</exception>
    public static long IdOf(string text) =>
        long.TryParse(text, out var id) ? id
            : throw new FormatException(
                $"'{text}' is no delivery's id: it is a number, as 'leadline deliveries list' and GET /api/v1/deliveries show "
                    + "it");

    static async Task<IResult> SaidAsync(Func<Task<IResult>> answer)
    {
        try
        {
            return await answer();
        }
        catch (FormatException error)
        {
            return Problem.BadRequest(error.Message);
        }
    }

    static IResult Json<T>(T value) => Results.Json(value, Wire.Json);
}

/// <param name="Outcome"><c>facts</c>, <c>ignored</c>, <c>unreadable</c> or <c>unread</c>.</param>
/// <param name="Facts">How many it gave; null while unread.</param>
/// <param name="ReaderVersion">By which it was read, 0 where it waits to be read again; null while unread.</param>
/// <param name="Kept">False where the body was dropped when its time was over.</param>
public sealed record DeliveryAnswer(
    long Id, string Source, DateTimeOffset ReceivedAt, string Outcome, string? Because, int? Facts, int? ReaderVersion,
    ImmutableDictionary<string, string> Headers, bool Kept, string Body)
{
    public static DeliveryAnswer Of(StoredDelivery stored) => new(
        stored.Id, stored.Delivery.Source, stored.Delivery.ReceivedAt, stored.Outcome, stored.Because, stored.Facts,
        stored.Outcome == "unread" ? null : stored.ReaderVersion,
        stored.Delivery.Headers, stored.IsKept, Encoding.UTF8.GetString(stored.Delivery.Body.Span));
}

/// <param name="Waiting">How many wait to be read again now because it was asked for.</param>
/// <param name="Sources">How many of each source.</param>
public sealed record RetryAnswer(long Waiting, ImmutableArray<RetriedSource> Sources)
{
    /// <summary>Why this delivery cannot be read again, in a sentence; null where it can.</summary>
    public static string? WhyNot(StoredDelivery stored, KnownSources sources) => stored switch
    {
        { IsKept: false } =>
            $"the body of delivery {stored.Id} was dropped when its time was over: there is nothing left to read",
        { Outcome: not "unread" } when sources.Find(stored.Delivery.Source) is null =>
            $"there is no reader of {stored.Delivery.Source} any more: delivery {stored.Id} stays as it is",
        _ => null,
    };

    /// <summary>Asks for one to be read again; what was never read waits already.</summary>
    public static async Task<RetryAnswer> AskAsync(
        Store store, KnownSources sources, StoredDelivery stored, CancellationToken cancellation)
    {
        if (stored.Outcome != "unread")
            await store.RetryAsync(stored, sources.Find(stored.Delivery.Source)!.Version, cancellation);
        return new RetryAnswer(1, [new RetriedSource(stored.Delivery.Source, 1)]);
    }

    /// <summary>Asks for all unreadable ones of a source, or of all, to be read again.</summary>
    public static async Task<RetryAnswer> AskAsync(
        Store store, KnownSources sources, string? source, CancellationToken cancellation)
    {
        var asked = await store.RetryUnreadableAsync(source, name => sources.Find(name)?.Version, cancellation);
        return new RetryAnswer(
            asked.Sum(one => one.Deliveries), [.. asked.Select(one => new RetriedSource(one.Source, one.Deliveries))]);
    }
}

public sealed record RetriedSource(string Source, long Deliveries);
