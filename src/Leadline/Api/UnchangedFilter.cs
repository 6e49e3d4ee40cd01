using System.Security.Cryptography;
using System.Text;
using Leadline.Core;
using Leadline.Settings;
using Leadline.Storage;
using Microsoft.Net.Http.Headers;

namespace Leadline.Api;

/// <summary>Answers 304 where nothing was judged since the asker last asked the same.</summary>
/// <param name="salt">The store's own: another store at the same address is not mistaken for this one.</param>
/// <param name="cache">What may be done with the answer; always asked for again where it is left out.</param>
sealed class UnchangedFilter(
    Store store, LeadlineSettings settings, TimeProvider clock, byte[] salt,
    string cache = "private, no-cache") : IEndpointFilter
{
    // Another build may answer in another shape, and another edition in other words.
    readonly string origin =
        $"{Convert.ToHexString(SHA256.HashData(salt))}|{DefinitionsHash.Of(settings.Definitions)}|"
            + $"{settings.Levels.Edition.Id}|{typeof(UnchangedFilter).Module.ModuleVersionId}";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var http = invocation.HttpContext;

        // What was received is not judged: those answers change without the version.
        if (http.Request.Path.StartsWithSegments("/api/v1/sources")) return await next(invocation);

        // The window that is meant where none is named moves on with the day of the reporting time zone.
        var today = TimeZoneInfo.ConvertTime(clock.GetUtcNow(), settings.Definitions.Zone).Date;
        var seed =
            $"{origin}|{await store.DataVersionAsync(http.RequestAborted)}|{today:yyyyMMdd}|{http.Request.Path}"
                + $"{http.Request.QueryString}";
        var tag = new EntityTagHeaderValue(
            $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(seed)).AsSpan(0, 12))}\"");
        http.Response.GetTypedHeaders().ETag = tag;
        http.Response.Headers.CacheControl = cache;

        // A proxy that compresses makes the tag a weak one; the answer is the same.
        var known = http.Request.GetTypedHeaders().IfNoneMatch.Any(
            one => one.Equals(EntityTagHeaderValue.Any) || one.Compare(tag, useStrongComparison: false));
        return known ? Results.StatusCode(StatusCodes.Status304NotModified) : await next(invocation);
    }
}
