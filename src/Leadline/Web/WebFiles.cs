using System.Collections.Frozen;
using System.IO.Compression;
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

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/assets/{name}", Answer).ExcludeFromDescription();

    static IResult Answer(string name, HttpContext http)
    {
        if (!All.TryGetValue(name, out var asset)) return Results.NotFound();
        var (content, coding) = asset.For(http.Request);
        http.Response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (coding is not null) http.Response.Headers.ContentEncoding = coding;
        http.Response.Headers.CacheControl = http.Request.Query.ContainsKey("v") ? "public, max-age=31536000, immutable"
            : "no-cache";
        return Results.Bytes(
            content, asset.Type,
            entityTag: new EntityTagHeaderValue($"\"{asset.Version}{(coding is null ? "" : "-" + coding)}\""));
    }

    static Asset Load(string resource)
    {
        using var stream = typeof(WebFiles).Assembly.GetManifestResourceStream(resource)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        var type = Path.GetExtension(resource) switch
        {
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "application/octet-stream",
        };
        return new Asset(content, type, Convert.ToHexStringLower(SHA256.HashData(content))[..12]);
    }

    /// <summary>A file, and the same made smaller when a browser first asks for it so.</summary>
    sealed class Asset(byte[] content, string type, string version)
    {
        /// <summary>Nearly as small as can be, in a fraction of the time.</summary>
        const int BrotliQuality = 9;

        readonly Lazy<byte[]> brotli = new(() =>
        {
            var smaller = new byte[BrotliEncoder.GetMaxCompressedLength(content.Length)];
            if (!BrotliEncoder.TryCompress(content, smaller, out var length, BrotliQuality, window: 22))
                throw new InvalidOperationException("brotli wrote more than it may");
            return smaller[..length];
        });

        readonly Lazy<byte[]> gzip = new(() =>
        {
            using var smaller = new MemoryStream();
            using (var stream = new GZipStream(smaller, CompressionLevel.SmallestSize)) stream.Write(content);
            return smaller.ToArray();
        });

        public string Type => type;

        public string Version => version;

        /// <summary>The content in the smallest form that the request takes, and that form's name; null as it is.</summary>
        public (byte[] Content, string? Coding) For(HttpRequest request)
        {
            var accepted = request.GetTypedHeaders().AcceptEncoding;
            return Takes("br") ? (brotli.Value, "br") : Takes("gzip") ? (gzip.Value, "gzip") : (content, null);

            bool Takes(string coding) =>
                accepted.Any(one => one.Value.Equals(coding, StringComparison.OrdinalIgnoreCase) && one.Quality is not 0);
        }
    }
}
