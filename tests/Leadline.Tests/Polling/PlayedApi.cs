using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Leadline.Tests.Polling;

/// <summary>What an API answers to one request.</summary>
sealed record Played(int Status, string Body, params (string Name, string Value)[] Headers);

/// <summary>An API on this machine that a test plays; it remembers what it was asked.</summary>
sealed class PlayedApi : IAsyncDisposable
{
    readonly WebApplication app;

    PlayedApi(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.First() + "/");

    /// <summary>Paths with their queries, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>The values of Authorization and PRIVATE-TOKEN that were shown.</summary>
    public ConcurrentQueue<string> Tokens { get; } = [];

    /// <summary>Spoils an answer before it is sent; null where it goes out as it is.</summary>
    public Func<HttpRequest, Played?>? Fault { get; set; }

    /// <summary>The time by its clock; null where that is the machine's.</summary>
    public DateTimeOffset? Now { get; set; }

    /// <summary>Runs after each answer.</summary>
    public Action<HttpRequest>? Answered { get; set; }

    /// <summary>Cuts the connection in the midst of the answer's body.</summary>
    public Func<HttpRequest, bool>? Cut { get; set; }

    /// <summary>What was posted; empty where nothing was.</summary>
    public static string Posted(HttpRequest request) => request.HttpContext.Items["posted"] as string ?? "";

    public static async Task<PlayedApi> StartAsync(Func<HttpRequest, Played> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var played = new PlayedApi(app);
        app.Run(context => played.AnswerAsync(context, answer));
        await app.StartAsync();
        return played;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    async Task AnswerAsync(HttpContext context, Func<HttpRequest, Played> answer)
    {
        Asked.Enqueue(context.Request.Path + context.Request.QueryString);
        foreach (var name in (ReadOnlySpan<string>)["Authorization", "PRIVATE-TOKEN"])
            if (context.Request.Headers.TryGetValue(name, out var shown)) Tokens.Enqueue(shown.ToString());
        using (var posted = new StreamReader(context.Request.Body)) context.Items["posted"] = await posted.ReadToEndAsync();
        var (status, body, headers) = Fault?.Invoke(context.Request) ?? answer(context.Request);
        Answered?.Invoke(context.Request);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        if (Now is { } now) context.Response.Headers.Date = $"{now:R}";
        foreach (var (name, value) in headers) context.Response.Headers[name] = value;
        if (status == 304) return;
        var bytes = Encoding.UTF8.GetBytes(body);
        if (Cut?.Invoke(context.Request) != true)
        {
            await context.Response.Body.WriteAsync(bytes);
            return;
        }

        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
        await context.Response.Body.FlushAsync();
        context.Abort();
    }
}
