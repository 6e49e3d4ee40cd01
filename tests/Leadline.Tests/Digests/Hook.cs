using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Leadline.Tests.Digests;

/// <summary>Takes what is posted, as a chat's webhook does.</summary>
sealed class Hook(WebApplication app) : IAsyncDisposable
{
    public ConcurrentQueue<(string Path, string Type, string Body)> Received { get; } = [];

    /// <summary>So many of the next posts are answered by "later".</summary>
    public int Failing { get; set; }

    public string Address => app.Urls.First();

    public static async Task<Hook> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var hook = new Hook(app);
        app.Run(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            hook.Received.Enqueue(
                (http.Request.Path, http.Request.ContentType
                    ?? "", await reader.ReadToEndAsync(TestContext.Current.CancellationToken)));
            http.Response.StatusCode = http.Request.Path.StartsWithSegments("/refused") ? 404
                : http.Request.Path.StartsWithSegments("/later") || hook.Failing-- > 0 ? 503 : 200;
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return hook;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
