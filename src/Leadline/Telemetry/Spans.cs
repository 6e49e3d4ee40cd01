using System.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace Leadline.Telemetry;

/// <summary>
/// The spans of queries and requests; those of longer work are <see cref="Work"/>. Names are our own, never what was asked or
/// sent.
/// </summary>
static class Spans
{
    /// <summary>Of the source.</summary>
    public const string Name = "Leadline";

    public static readonly ActivitySource Source = new(Name);

    /// <summary>A query by its name. What asks for no one's sake, as the poll for unread deliveries does, has no span.</summary>
    /// <param name="engine">As the conventions name it: <c>duckdb</c> or <c>postgresql</c>.</param>
    /// <param name="query">The name of its file.</param>
    public static Activity? Query(string engine, string query) => Activity.Current is null ? null
        : Source.StartActivity(query, ActivityKind.Client)?.SetTag("db.system.name", engine).SetTag("db.query.summary", query);

    /// <summary>Says on a span that it failed, without the exception's text: that may hold what a source sent.</summary>
    public static void Fail(Activity? span, Exception error) =>
        span?.SetTag("error.type", error.GetType().FullName).SetStatus(ActivityStatusCode.Error);

    /// <summary>Completes the span of a request: until .NET 11 the platform leaves out its route and its status.</summary>
    public static Task CompleteAsync(HttpContext context, RequestDelegate next) =>
        Source.HasListeners() && context.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } span
            ? CompleteAsync(span, context, next)
            : next(context);

    static async Task CompleteAsync(Activity span, HttpContext context, RequestDelegate next)
    {
        // The programs of people say much about them.
        span.SetTag("user_agent.original", null);
        try
        {
            await next(context);
        }
        finally
        {
            var method = span.GetTagItem("http.request.method") is string known and not "_OTHER" ? known : "HTTP";
            var endpoint = context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
            var route = (endpoint as RouteEndpoint)?.RoutePattern.RawText;
            var status = context.Response.StatusCode;
            span.DisplayName = route is null ? method : $"{method} {route}";
            span.SetTag("http.route", route).SetTag("http.response.status_code", status);
            if (status >= StatusCodes.Status500InternalServerError)
                span.SetTag("error.type", $"{status}").SetStatus(ActivityStatusCode.Error);
        }
    }
}
