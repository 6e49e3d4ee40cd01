using System.Collections.Concurrent;
using System.Text.Json;
using Leadline.Core;
using Leadline.Polling;

namespace Leadline.Verification;

/// <summary>Asks the servers of the settings, each by one client.</summary>
/// <param name="clock">By which clients wait.</param>
/// <param name="network">What sends; the machine's own network where null.</param>
sealed class Measures(TimeProvider clock, HttpMessageHandler? network = null) : IDisposable
{
    readonly ConcurrentDictionary<string, ApiClient> clients = new(StringComparer.Ordinal);

    /// <summary>The values of a window.</summary>
    /// <exception cref="MeasureException">The query cannot be answered as it is.</exception>
    /// <exception cref="ApiException">The server could not be asked.</exception>
    public async Task<MeasuredWindow> AskAsync(
        MeasureSource source, string query, DateTimeOffset from, DateTimeOffset to, TimeSpan step,
        CancellationToken cancellation)
    {
        if (source.Trouble is { } trouble) throw new ApiException(trouble, canHelp: false);
        if (to <= from) return new MeasuredWindow(from, to, []);
        var client = clients.GetOrAdd(source.Name, _ => new ApiClient(
            ApiManner.Measures($"verification.sources.{source.Name}", source.Tenant), source.Address,
            source.Token is { } token ? [token] : [], clock, network));
        try
        {
            var answer = await client.AskAsync(MeasureApi.Request(source.Kind, query, from, to, step), null, cancellation);

            // The servers give what lies at the end too, and it belongs to the next window.
            return new MeasuredWindow(
                from, to, [.. MeasureApi.Read(source.Kind, answer).Where(value => value.At >= from && value.At < to)]);
        }
        catch (Exception error)
            when (error is JsonException or FormatException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new ApiException(
                $"{source.Address.Authority} answered something that no {source.Kind} answers: {error.Message}", canHelp: false,
                inner: error);
        }
    }

    public void Dispose()
    {
        foreach (var client in clients.Values) client.Dispose();
    }
}
