using System.Net;
using System.Net.Http.Headers;
using Leadline.Ingest;
using Leadline.Settings;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Leadline.Tests.Api;

/// <summary>
/// The real server on a free port of this machine, over a store in memory, with a clock that stands still unless a real one is
/// given.
/// </summary>
sealed class RunningServer : IAsyncDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 4, 1, 12, 0, 0, TimeSpan.Zero);

    readonly WebApplication app;

    RunningServer(WebApplication app, Store store, FakeTimeProvider clock, HttpClient client) =>
        (this.app, Store, Clock, Client) = (app, store, clock, client);

    public Store Store { get; }

    public FakeTimeProvider Clock { get; }

    public HttpClient Client { get; }

    public static async Task<RunningServer> StartAsync(
        string settings = "", Func<Store, Task>? prepare = null, string environment = "a secret", string? address = null,
        LeadlineSettings? made = null, TimeProvider? real = null)
    {
        var store = await Store.OpenAsync(address ?? TestStore.New, default);
        if (prepare is not null) await prepare(store);
        var clock = new FakeTimeProvider(Now);
        var app = await Server.BuildAsync(
            store, made ?? SettingsFile.Parse(settings, "leadline.yaml", _ => environment),
            new IPEndPoint(IPAddress.Loopback, 0), real ?? clock, default);
        await app.StartAsync();
        return new RunningServer(app, store, clock, new HttpClient { BaseAddress = new Uri(app.Urls.First()) });
    }

    public Task<HttpResponseMessage> PostAsync(string path, string body, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return Client.SendAsync(request);
    }

    /// <summary>Waits until what was delivered is read and judged.</summary>
    public Task SettleAsync() => app.Services.GetRequiredService<Readings>().DrainAsync(null, default);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        await Store.DisposeAsync();
    }
}
