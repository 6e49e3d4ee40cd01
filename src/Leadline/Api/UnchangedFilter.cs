using System.Security.Cryptography;
using System.Text;
using Leadline.Core;
using Leadline.Storage;

namespace Leadline.Api;

/// <summary>Answers 304 where nothing was judged since the asker last asked the same.</summary>
sealed class UnchangedFilter : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var http = invocation.HttpContext;
        var store = http.RequestServices.GetRequiredService<Store>();
        var definitions = http.RequestServices.GetRequiredService<Definitions>();
        var today = http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow().Date;
        var seed = $"{store.DataVersion}|{DefinitionsHash.Of(definitions)}|{today:yyyyMMdd}|{http.Request.Path}{http.Request.QueryString}";
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(seed)).AsSpan(0, 12))}\"";

        // What was received is not judged: those answers change without the version.
        if (http.Request.Path.Value is { } path && (path.Contains("/sources", StringComparison.Ordinal) || path.Contains("/deliveries", StringComparison.Ordinal))) return await next(invocation);
        http.Response.Headers.ETag = tag;
        http.Response.Headers.CacheControl = "private, no-cache";
        return http.Request.Headers.IfNoneMatch.Contains(tag) ? Results.StatusCode(StatusCodes.Status304NotModified) : await next(invocation);
    }
}
