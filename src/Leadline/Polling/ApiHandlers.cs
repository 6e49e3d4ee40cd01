using System.Net;
using System.Text.Json;
using Leadline.Sources.Paging;

namespace Leadline.Polling;

/// <summary>Lets a request wait for a token that may ask, shows it, and learns from the answer what is left.</summary>
sealed class TokenHandler(ApiTokens tokens, ApiManner manner) : DelegatingHandler
{
    /// <summary>Marks an answer that says that too much was asked.</summary>
    public static readonly HttpRequestOptionsKey<bool> Limited = new("leadline.limited");

    /// <summary>What is asked, and of which scope.</summary>
    public static readonly HttpRequestOptionsKey<(PageRequest Request, string? Scope)> Asked = new("leadline.asked");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        request.Options.TryGetValue(Asked, out var asked);
        for (var isFirst = true; ; isFirst = false)
        {
            var state = await tokens.TakeAsync(manner.CostOf(asked.Request), asked.Scope, cancellation);
            var token = await state.Bearer.ShowAsync(cancellation);
            if (token is not null)
            {
                var (name, value) = manner.Proof(token);
                request.Headers.Remove(name);
                request.Headers.TryAddWithoutValidation(name, value);
            }

            var answer = await base.SendAsync(request, cancellation);
            var text = answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests
                ? await answer.Content.ReadAsStringAsync(cancellation) : "";
            var saysLimit = text.Contains("rate limit", StringComparison.OrdinalIgnoreCase)
                || (answer.StatusCode == HttpStatusCode.OK
                    && manner.IsLimit(asked.Request, await answer.Content.ReadAsByteArrayAsync(cancellation)));
            request.Options.Set(Limited, tokens.Learn(state, answer, saysLimit));

            // One that ends by itself may have ended early: another may be had.
            if (answer.StatusCode != HttpStatusCode.Unauthorized || !isFirst || token is null || !state.Bearer.Forget(token))
                return answer;
            answer.Dispose();
        }
    }
}

/// <summary>Takes the whole of an answer, so that one which is cut off is asked again, up to a size.</summary>
/// <param name="largest">The most bytes of it.</param>
/// <param name="key">Under which the settings name the API.</param>
sealed class WholeAnswerHandler(long largest, string key) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        var answer = await base.SendAsync(request, cancellation);
        try
        {
            if (answer is { StatusCode: HttpStatusCode.OK, Content.Headers.ContentType.MediaType: "text/html" })
            {
                throw new ApiException(
                    $"{request.RequestUri!.Authority}{request.RequestUri.AbsolutePath} is a page for people and not the API: "
                        + $"write the API's own address as {key}.api", canHelp: false)
                { Status = (int)answer.StatusCode };
            }

            await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
            var body = new MemoryStream();
            var buffer = new byte[1 << 16];
            while (await stream.ReadAsync(buffer, cancellation) is > 0 and var read)
            {
                if (body.Length + read > largest)
                    throw new ApiException(
                        $"an answer is larger than {largest >> 20} MiB, and was not taken",
                        canHelp: false)
                    { Status = (int)answer.StatusCode };
                body.Write(buffer, 0, read);
            }

            if (answer.StatusCode == HttpStatusCode.OK) RefuseCutOff(body);
            var whole = new ByteArrayContent(body.ToArray());
            foreach (var header in answer.Content.Headers.NonValidated.Where(
                header => !header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)))
                whole.Headers.TryAddWithoutValidation(header.Key, header.Value);
            answer.Content = whole;
            return answer;
        }
        catch (IOException error)
        {
            answer.Dispose();
            throw new HttpRequestException("the answer ended too early", error);
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    static void RefuseCutOff(MemoryStream body)
    {
        var reader = new Utf8JsonReader(body.GetBuffer().AsSpan(0, (int)body.Length));
        try
        {
            while (reader.Read())
            {
            }
        }
        catch (JsonException error)
        {
            throw new HttpRequestException("the answer is cut off, or is no JSON", error);
        }
    }
}
