using Leadline.Core;
using Leadline.Storage;

namespace Leadline.Api;

/// <summary>
/// What stands on the timeline besides deployments. It is not judged, so that its answers carry no ETag of the judged rows.
/// </summary>
static class MarksAnswer
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/marks", AnswerAsync)
        .WithSummary("Annotations, flag changes and the starts and ends of experiments, oldest first").Produces<Page<Mark>>()
        .ProducesProblem(400);

    static async Task<IResult> AnswerAsync(
        [AsParameters] Asked asked, [AsParameters] Paged paged, Context context, Definitions definitions,
        CancellationToken cancellation) =>
        await context.WithAsync(
            asked,
            async query => Results.Json(await context.Store.MarksAsync(paged.Of(query), definitions, cancellation), Wire.Json),
            cancellation);
}
