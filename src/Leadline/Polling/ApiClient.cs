using System.Collections.Immutable;
using System.Net;
using System.Text;
using Leadline.Core;
using Leadline.Sources.Paging;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Timeout;

namespace Leadline.Polling;

/// <summary>
/// Asks one API: as often as its limits allow and no more, again where that can help, a few requests at a time, and never
/// another host than the one that was named. One of these stands for a host.
/// </summary>
sealed class ApiClient : IDisposable
{
    /// <summary>The most requests that are under way at the same time.</summary>
    public const int AtOnce = 4;

    const int MostRedirects = 3, MostWaiting = 10_000;
    const long Largest = 64L << 20;

    static readonly TimeSpan LongestAttempt = TimeSpan.FromSeconds(100), FirstPause = TimeSpan.FromSeconds(1),
        LongestPause = TimeSpan.FromMinutes(1);

    readonly ApiManner manner;
    readonly Uri api;
    readonly HttpClient client;
    readonly ApiTokens tokens;
    readonly ApiToken? app;

    /// <param name="pager">Whose API it is.</param>
    /// <param name="api">Its address; it ends in a slash.</param>
    /// <param name="tokens">None where it answers anybody.</param>
    /// <param name="clock">By which it waits.</param>
    /// <param name="network">What sends; the machine's own network where null.</param>
    /// <param name="largest">The most bytes of an answer.</param>
    /// <param name="app">What it is asked with in place of tokens; it is disposed of with this.</param>
    public ApiClient(
        Pager pager, Uri api, IReadOnlyList<string> tokens, TimeProvider clock, HttpMessageHandler? network = null,
        long largest = Largest, ApiToken? app = null)
        : this(ApiManner.Of(pager), api, tokens, clock, network, largest, app)
    {
    }

    /// <param name="manner">What it wants of whoever asks.</param>
    /// <param name="api">Its address; it ends in a slash.</param>
    /// <param name="tokens">None where it answers anybody.</param>
    /// <param name="clock">By which it waits.</param>
    /// <param name="network">What sends; the machine's own network where null.</param>
    /// <param name="largest">The most bytes of an answer.</param>
    /// <param name="app">What it is asked with in place of tokens; it is disposed of with this.</param>
    public ApiClient(
        ApiManner manner, Uri api, IReadOnlyList<string> tokens, TimeProvider clock, HttpMessageHandler? network = null,
        long largest = Largest, ApiToken? app = null)
    {
        (this.manner, this.api, this.app) = (manner, api, app);
        this.tokens = new ApiTokens(app is null ? [.. tokens.Select(token => new FixedToken(token))] : [app], clock);
        var patient = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }
            .AddConcurrencyLimiter(AtOnce, MostWaiting).AddRetry(Retry(clock)).Build();
        var timed = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }
            .AddTimeout(new HttpTimeoutStrategyOptions { Timeout = LongestAttempt }).Build();
        client = new HttpClient(new ResilienceHandler(patient)
        {
            InnerHandler = new TokenHandler(this.tokens, manner)
            {
                InnerHandler = new ResilienceHandler(timed)
                {
                    InnerHandler = new WholeAnswerHandler(largest, manner.Key)
                    {
                        InnerHandler = network ?? new SocketsHttpHandler
                        {
                            AllowAutoRedirect = false,
                            UseCookies = false,
                            AutomaticDecompression = DecompressionMethods.All,
                            ConnectTimeout = TimeSpan.FromSeconds(20),
                            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                        },
                    },
                },
            },
        })
        { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>How much may still be asked, as far as the API said so.</summary>
    public ApiAllowance Allowance => Allowances.GetValueOrDefault(RequestCost.Core) ?? new ApiAllowance(null, null, null);

    /// <summary>The same of each allowance that the API has, as far as it was asked of.</summary>
    public ImmutableDictionary<string, ApiAllowance> Allowances => tokens.Allowances;

    /// <inheritdoc cref="AskAsync(PageRequest, string?, string?, CancellationToken)"/>
    public Task<PageAnswer> AskAsync(PageRequest request, string? tag, CancellationToken cancellation) =>
        AskAsync(request, tag, null, cancellation);

    /// <summary>
    /// The answer: with the status 200, 304 where <paramref name="tag"/> is still that of the answer, or one that says that
    /// there is nothing.
    /// </summary>
    /// <param name="tag">That of the answer that is known.</param>
    /// <param name="scope">Of which it is asked; null where that does not matter.</param>
    /// <exception cref="ApiException">It failed, also when it was tried again.</exception>
    public async Task<PageAnswer> AskAsync(PageRequest request, string? tag, string? scope, CancellationToken cancellation)
    {
        var home = manner.Elsewhere?.Invoke(request, api) ?? api;
        var address = Address(request.Address, home);
        for (var redirects = 0; ; redirects++)
        {
            using var answer = await SendAsync(request, address, tag, scope, cancellation);
            var status = (int)answer.StatusCode;
            if (status is 200 or 304 || manner.IsAnswer(request, status))
            {
                return new PageAnswer
                {
                    Status = status,
                    Headers = HeadersOf(answer),
                    Body = status == 304 ? default : await answer.Content.ReadAsByteArrayAsync(cancellation),
                };
            }

            if (status is not (301 or 302 or 307 or 308) || answer.Headers.Location is not { } location)
                throw Refusal(request, answer);
            if (redirects == MostRedirects)
                throw new ApiException(
                    $"{Shown(address)} leads on and on, and was given up", canHelp: false)
                { Status = status };
            address = new Uri(address, location);
            RefuseOtherHost(address, home);
        }
    }

    public void Dispose()
    {
        client.Dispose();
        (app as IDisposable)?.Dispose();
    }

    async Task<HttpResponseMessage> SendAsync(
        PageRequest request, Uri address, string? tag, string? scope, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(request.Body is null ? HttpMethod.Get : HttpMethod.Post, address);
        message.Options.Set(TokenHandler.Asked, (request, scope));
        message.Headers.UserAgent.ParseAdd("leadline");
        foreach (var (name, value) in manner.Headers) message.Headers.TryAddWithoutValidation(name, value);
        if (tag is not null) message.Headers.TryAddWithoutValidation("If-None-Match", tag);
        if (request.Body is { } body) message.Content = new StringContent(body, Encoding.UTF8, "application/json");
        try
        {
            var answer = await client.SendAsync(message, cancellation);

            // The last attempt's answer was still one of those that are tried again.
            if (!IsPassing(answer)) return answer;
            using (answer)
            {
                var times = IsTooLarge(answer) ? ApiManner.OfLarge : manner.Attempts;
                throw new ApiException(
                    $"{Shown(address)} "
                        + $"{(answer.IsSuccessStatusCode ? "let nobody ask" : $"answered {(int)answer.StatusCode}")} {times} "
                        + $"times: try again later{manner.Later}", canHelp: true)
                { Status = (int)answer.StatusCode };
            }
        }
        catch (HttpRequestException error)
        {
            throw new ApiException(
                $"{Shown(address)} could not be asked: {Because(error)}; try again later{manner.Later}", canHelp: true,
                inner: error);
        }
        catch (TimeoutRejectedException error)
        {
            throw new ApiException(
                $"{Shown(address)} did not answer within {LongestAttempt.TotalSeconds} seconds: try again later{manner.Later}",
                canHelp: true, inner: error);
        }
    }

    HttpRetryStrategyOptions Retry(TimeProvider clock) => new()
    {
        MaxRetryAttempts = manner.Attempts - 1,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = FirstPause,
        MaxDelay = LongestPause,
        ShouldHandle = attempt => ValueTask.FromResult(
            attempt.Outcome is { Result: { } answer }
                ? IsPassing(answer) && !(IsTooLarge(answer) && attempt.AttemptNumber + 1 >= ApiManner.OfLarge)
                : attempt.Outcome.Exception is HttpRequestException { HttpRequestError: not HttpRequestError.SecureConnectionError } or TimeoutRejectedException),

        // The token waits as long as its limit says; every other answer as long as it says itself, or by the number of the
        // attempt.
        DelayGenerator = attempt => ValueTask.FromResult(
            attempt.Outcome.Result is not { } answer ? (TimeSpan?)null
            : IsLimited(answer) ? TimeSpan.Zero
            : ApiTokens.RetryAfter(answer, answer.Headers.Date ?? clock.GetUtcNow()) is { } after && after > TimeSpan.Zero
            ? (after < LongestPause ? after : LongestPause) : null),
    };

    static bool IsPassing(HttpResponseMessage answer) =>
        IsLimited(answer) || (int)answer.StatusCode is 408 or (>= 500 and not (501 or 505));

    /// <summary>Whether it did not come in time because much was asked at once.</summary>
    bool IsTooLarge(HttpResponseMessage answer) =>
        answer.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout
            && answer.RequestMessage?.Options.TryGetValue(TokenHandler.Asked, out var asked) == true
            && manner.IsLarge(asked.Request);

    static bool IsLimited(HttpResponseMessage answer) =>
        answer.RequestMessage?.Options.TryGetValue(TokenHandler.Limited, out var limited) == true && limited;

    Uri Address(string address, Uri home)
    {
        if (!Uri.TryCreate(home, address, out var whole))
            throw new ApiException("the API gave the address of a next page that is none", canHelp: false);
        RefuseOtherHost(whole, home);
        return whole;
    }

    /// <summary>The token belongs to one host; which one that is of a request is never said by an answer.</summary>
    void RefuseOtherHost(Uri address, Uri home)
    {
        if (address.Scheme == home.Scheme && address.Authority == home.Authority && address.UserInfo.Length == 0) return;
        throw new ApiException(
            $"{home.Authority} leads to another host, {address.Scheme}://{address.Authority}: it was not asked, and the token "
                + $"was not shown to it; where that is the API's new home, write it as {manner.Key}.api",
            canHelp: false);
    }

    ApiException Refusal(PageRequest request, HttpResponseMessage answer)
    {
        var status = (int)answer.StatusCode;
        var address = Shown(answer.RequestMessage?.RequestUri ?? api);
        return status switch
        {
            // Azure DevOps shows whom it does not know its page to sign in, and calls that 203.
            401 or 203 =>
                new ApiException(
                    $"{api.Authority} refuses the token ({status}): it is wrong, expired or revoked; set {manner.Key}.token "
                        + "to one that is valid", canHelp: false, endsAll: true)
                { Status = status },
            403 =>
                new ApiException(
                    $"{address} is refused (403): the token may not read the {request.Kind.Replace('_', ' ')} there; give it "
                        + "the right to", canHelp: false)
                { Status = status },
            404 =>
                new ApiException(
                    $"{address} is not found (404): the name is wrong, or the token may not see it",
                    canHelp: false)
                { Status = status },
            _ => new ApiException($"{address} answered {status}{ApiWords.Of(answer)}", canHelp: false) { Status = status },
        };
    }

    /// <summary>Host and path: a query may be long.</summary>
    static string Shown(Uri address) => address.Authority + address.AbsolutePath;

    static string Because(HttpRequestException error) => error.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "there is no host of this name",
        HttpRequestError.ConnectionError => "nobody answers there",
        HttpRequestError.SecureConnectionError => "its certificate is not trusted",
        _ => error.Message,
    };

    static ImmutableDictionary<string, string> HeadersOf(HttpResponseMessage answer) => Delivery.NoHeaders.AddRange(
        answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated)
            .DistinctBy(header => header.Key, StringComparer.OrdinalIgnoreCase)
            .Select(header => KeyValuePair.Create(header.Key, header.Value.ToString())));
}
