using System.Collections.Immutable;
using Leadline.Api;
using Leadline.Core;
using Leadline.Metrics;
using Leadline.Settings;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Leadline.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Leadline.Tests.Web;

/// <summary>The pages over a real store in memory, on 2026-03-31.</summary>
sealed class WebServer : IAsyncDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 3, 31, 12, 0, 0, TimeSpan.Zero);

    readonly WebApplication application;
    readonly Store store;

    WebServer(WebApplication application, Store store) =>
        (this.application, this.store, Client) = (application, store, application.GetTestClient());

    public HttpClient Client { get; }

    /// <summary>Starts with what these facts come to, read from one delivery with this body.</summary>
    public static async Task<WebServer> StartAsync(string body = "{}", params ImmutableArray<Fact> facts)
    {
        var store = await Store.OpenAsync(TestStore.New, TestContext.Current.CancellationToken);
        if (!facts.IsEmpty) await KeepAsync(store, body, Reading.Of(facts));
        return await StartAsync(store);
    }

    /// <summary>Does something to the store behind the pages.</summary>
    public Task WithStoreAsync(Func<Store, Task> work) => work(store);

    /// <summary>Starts with one delivery that could not be read.</summary>
    public static async Task<WebServer> StartUnreadableAsync(string because)
    {
        var store = await Store.OpenAsync(TestStore.New, TestContext.Current.CancellationToken);
        await KeepAsync(store, "{}", Reading.Unreadable(because));
        return await StartAsync(store);
    }

    static async Task<WebServer> StartAsync(Store store)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Services.AddRouting();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(store);
        builder.Services.AddSingleton(Definitions.Default);
        builder.Services.AddSingleton(new LeadlineSettings());
        builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider(Now));
        builder.Services.AddSingleton<MetricsReader>();
        builder.Services.AddSingleton<Leadline.WhatIf.JudgingAgain>();
        builder.Services.AddSingleton(new Access([], isLoopbackOnly: true));
        builder.Services.AddWebPages();
        var application = builder.Build();
        application.MapWebPages();
        await application.StartAsync(TestContext.Current.CancellationToken);
        return new WebServer(application, store);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await application.DisposeAsync();
        await store.DisposeAsync();
    }

    static async Task KeepAsync(Store store, string body, Reading reading)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var delivery = new Delivery
        {
            Source = "leadline",
            Headers = Delivery.NoHeaders,
            Body = System.Text.Encoding.UTF8.GetBytes(body),
            ReceivedAt = Now,
        };
        var appended = await store.AppendAsync([new NewDelivery("one", delivery)], cancellation);
        await store.SaveReadingsAsync([new ReadDelivery(appended[0].Id, 1, reading)], [], cancellation);
        var map = await store.ServiceMapAsync(Definitions.Default, cancellation);
        foreach (var service in map.Services)
        {
            var known = await store.FactsOfAsync(service, map, cancellation);
            await store.SaveJudgementAsync(service, Correlator.Judge(known, Definitions.Default), null, cancellation);
        }
    }
}
