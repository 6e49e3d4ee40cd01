using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Leadline.Web;

/// <summary>
/// The files of wwwroot, held in the assembly: the program finds them wherever it is started from and however it was installed.
/// </summary>
static class WebFiles
{
    const string Prefix = "wwwroot/";

    static readonly FrozenDictionary<string, Asset> All = typeof(WebFiles).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[Prefix.Length..], Load);

    /// <summary>The file's address, which changes with its content so that a browser may keep it for ever.</summary>
    /// <exception cref="KeyNotFoundException">No file of wwwroot has this name.</exception>
    public static string Address(string name) => $"/assets/{name}?v={All[name].Version}";

    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet("/assets/{name}", Answer).ExcludeFromDescription();

    static IResult Answer(string name, HttpContext http)
    {
        if (!All.TryGetValue(name, out var asset)) return Results.NotFound();
        http.Response.Headers.CacheControl = http.Request.Query.ContainsKey("v") ? "public, max-age=31536000, immutable" : "no-cache";
        return Results.Bytes(asset.Content, asset.Type, entityTag: new EntityTagHeaderValue($"\"{asset.Version}\""));
    }

    static Asset Load(string resource)
    {
        using var stream = typeof(WebFiles).Assembly.GetManifestResourceStream(resource)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        var type = Path.GetExtension(resource) switch
        {
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "application/octet-stream",
        };
        return new Asset(content, type, Convert.ToHexStringLower(SHA256.HashData(content))[..12]);
    }

    sealed record Asset(byte[] Content, string Type, string Version);
}
