using System.Net.Http.Headers;
using System.Text;

namespace Leadline.Digests;

/// <summary>Sends a digest where people read it. The address is a secret: nothing but its host is ever named.</summary>
static class DigestPost
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Null where it is no address that can be posted to.</summary>
    public static Uri? AddressOf(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "https" or "http" ? address : null;

    /// <summary>Why it was not taken, in a sentence, and whether trying again can help; null where it was.</summary>
    public static async Task<(string Sentence, bool CanPass)?> SendAsync(
        Uri address, DigestFormat format, string body, CancellationToken cancellation)
    {
        // Another address that it is sent on to is not the one that was named.
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var http = new HttpClient(handler) { Timeout = Patience };
        http.DefaultRequestHeaders.UserAgent.Add(
            new ProductInfoHeaderValue("leadline", typeof(DigestPost).Assembly.GetName().Version?.ToString(3)));
        try
        {
            using var content = new StringContent(body, Encoding.UTF8, DigestText.MediaType(format));
            using var answer = await http.PostAsync(address, content, cancellation);
            var status = (int)answer.StatusCode;
            return answer.IsSuccessStatusCode ? null
                : ($"{address.Host} answered {status} to the digest", status is 408 or 429 or >= 500);
        }
        catch (HttpRequestException error)
        {
            return ($"{address.Host} cannot be reached with the digest: {error.HttpRequestError}", true);
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return ($"{address.Host} did not answer to the digest within {Patience.TotalSeconds} seconds", true);
        }
    }
}
