using System.Text.Encodings.Web;
using Leadline.Api;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Components.Web.HtmlRendering;

namespace Leadline.Web;

/// <summary>
/// Sends what stands above a page of numbers while they are still asked for: a browser has the style, the scripts and something
/// to show meanwhile. Nothing is sent before the page has looked at its address.
/// </summary>
static partial class SelectedPages
{
    /// <summary>Where in its frame a page stands.</summary>
    const string Place = "<!--page-->";

    /// <summary>Stands in the page until more follows, and is seen when that takes long.</summary>
    const string Skeleton = """<div class="awaited" aria-hidden="true"><i></i><i></i><i></i><i></i><i></i><i></i></div>""";

    public static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>()?.Type is { } page
            && page.IsAssignableTo(typeof(SelectedPage)))
            await SendAsync(context, page);
        else
            await next(context);
    }

    static async Task SendAsync(HttpContext context, Type page)
    {
        var logs = context.RequestServices.GetRequiredService<ILoggerFactory>();
        await using var renderer = new HtmlRenderer(context.RequestServices, logs);
        await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var asked = renderer.BeginRenderingComponent<CascadingValue<HttpContext>>(About(context, content =>
            {
                content.OpenComponent(0, page);
                foreach (var (name, value) in context.Request.RouteValues.Where(value => value.Key != "page"))
                    content.AddComponentParameter(1, name, value);
                content.CloseComponent();
            }));

            // What the address alone decides, a title or that there is no such page, is known by now.
            if (asked.QuiescenceTask.IsFaulted) await asked.QuiescenceTask;
            var frame = renderer.BeginRenderingComponent<CascadingValue<HttpContext>>(About(context, content =>
            {
                content.OpenComponent<Document>(0);
                content.AddComponentParameter(
                    1, nameof(Document.Page), (RenderFragment)(place => place.AddMarkupContent(0, Place)));
                content.CloseComponent();
            })).ToHtmlString();
            var at = frame.IndexOf(Place, StringComparison.Ordinal);
            context.Response.ContentType = "text/html; charset=utf-8";
            await context.Response.WriteAsync(frame[..at] + Skeleton, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await context.Response.WriteAsync(
                await ContentAsync(asked, context, logs) + frame[(at + Place.Length)..], context.RequestAborted);
        });
    }

    static ParameterView About(HttpContext context, RenderFragment content) =>
        ParameterView.FromDictionary(new Dictionary<string, object?>
        {
            [nameof(CascadingValue<>.Value)] = context,
            [nameof(CascadingValue<>.ChildContent)] = content,
        });

    /// <summary>The page, or why there is none: the answer has begun, so that its status can no longer say so.</summary>
    static async Task<string> ContentAsync(HtmlRootComponent asked, HttpContext context, ILoggerFactory logs)
    {
        try
        {
            await asked.QuiescenceTask;
            return asked.ToHtmlString();
        }
        catch (Exception error) when (!context.RequestAborted.IsCancellationRequested)
        {
            Log.Failed(logs.CreateLogger(typeof(SelectedPages)), context.Request.Path, error);
            return "<h1>There are no numbers now</h1><p class=\"problem\">What happened: "
                + $"{HtmlEncoder.Default.Encode(Problem.SentenceOf(error))}.</p>";
        }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "the page {Path} could not be made")]
        public static partial void Failed(ILogger logger, PathString path, Exception error);
    }
}
