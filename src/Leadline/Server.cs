using System.Net;
using Leadline.Api;
using Leadline.Core;
using Leadline.Digests;
using Leadline.Experiments;
using Leadline.Git;
using Leadline.Ingest;
using Leadline.Metrics;
using Leadline.Polling;
using Leadline.Prometheus;
using Leadline.Settings;
using Leadline.Storage;
using Leadline.Telemetry;
using Leadline.Verification;
using Leadline.Web;
using Leadline.WhatIf;
using Scalar.AspNetCore;

namespace Leadline;

/// <summary>One process: what receives, reads, judges and answers.</summary>
public static class Server
{
    const int PoolThreads = 32;

    /// <summary>Puts the server together; it listens once it is started.</summary>
    /// <exception cref="SettingsException">A digest is to be sent, or a source or a check asked, and cannot be.</exception>
    /// <exception cref="StoreException">Nobody could be kept out: the address is not this machine's own and there are no
    /// tokens.</exception>
    public static async Task<WebApplication> BuildAsync(
        Store store, LeadlineSettings settings, IPEndPoint listen, TimeProvider clock, CancellationToken cancellation)
    {
        var tokens = settings.Tokens.AddRange(await store.TokensAsync(cancellation));
        var isLoopback = IPAddress.IsLoopback(listen.Address);
        if (!isLoopback && tokens.IsEmpty)
            throw new StoreException(
                $"{listen} can be reached from other machines, and no token keeps them out: set LEADLINE_TOKEN_ADMIN, make "
                    + "one with leadline token create, or listen on 127.0.0.1");
        if (DigestSchedule.WhyNot(settings) is { } sentence) throw new SettingsException([sentence]);
        settings.Verification.ThrowIfMissing();
        var definitions = settings.Definitions;
        if (await store.KeepDefinitionsAsync(
            DefinitionsHash.Of(definitions), DefinitionsHash.Canonical(definitions), clock.GetUtcNow(), cancellation,
            settings.DefinitionsBy))
            await store.MarkAllStaleAsync(await store.ServiceMapAsync(definitions, cancellation), cancellation);

        await new Registering(store, definitions, clock).FromFileAsync(settings.Experiments, cancellation);

        // Questions wait for the store on the pool's threads; it is slow to add one, and whoever is next would wait for that.
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, PoolThreads), ports);
        var salt = await store.SaltAsync(cancellation);
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ApplicationName = "leadline", ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.Listen(listen);
            kestrel.Limits.MaxRequestBodySize = Receiving.Largest + 1024;
            kestrel.AddServerHeader = false;
        });
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning)
            .AddFilter(typeof(Readings).FullName, LogLevel.Information);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.AddTelemetry();
        builder.Services.AddSingleton(store).AddSingleton(settings).AddSingleton(definitions).AddSingleton(clock)
            .AddSingleton(new Access(tokens, isLoopback)).AddSingleton(new Intake(salt))
            .AddSingleton(new MetricsReader(store, definitions, clock, keepsAnswers: true, levels: settings.Levels))
            .AddSingleton<Context>().AddSingleton(new JudgingAgain(store, clock, settings.Levels)).AddSingleton<DeliveryLog>()
            .AddSingleton(services => new Readings(
                store, definitions, services.GetRequiredService<ILogger<Readings>>(),
                judges: Math.Max(1, Environment.ProcessorCount / 2),
                commits: services.GetRequiredService<DeliveryLog>().CommitsUpTo,
                sources: settings.Sources.And(new MirrorReader(MirrorReader.Mirrors, salt)).And(new VerificationReader())))
            .AddSingleton<Overriding>().AddSingleton<Registering>().AddSingleton<ExperimentReader>()
            .AddSingleton(new ScrapedMetrics(store, definitions, clock)).AddSingleton<OwnWork>().AddSingleton<Scraping>()
            .AddHostedService(services => services.GetRequiredService<DeliveryLog>()).AddHostedService<ReadingLoop>()
            .AddSingleton(Random.Shared).AddHostedService<PollSchedule>().AddHostedService<VerificationLoop>()
            .AddHostedService<DigestSchedule>().AddSingleton<LiveStream>()
            .AddHostedService(services => services.GetRequiredService<LiveStream>());
        builder.Services.ConfigureHttpJsonOptions(json => Wire.Configure(json.SerializerOptions));
        builder.Services.AddProblemDetails(problems => problems.CustomizeProblemDetails = Problem.Complete).AddOpenApi()
            .AddWebPages();
        builder.Services.AddRouting();

        var app = builder.Build();
        _ = app.Services.GetRequiredService<OwnWork>(); // It counts from the beginning.
        app.Use(Spans.CompleteAsync);
        app.Use(HeadAsync);
        app.UseExceptionHandler(new ExceptionHandlerOptions { StatusCodeSelector = Problem.StatusOf }).UseStatusCodePages();
        app.Use(GuardAsync);
        var api = app.MapGroup("/api/v1");
        Receiving.Map(api);
        OtlpReceiving.Map(app);
        MarksAnswer.Map(api);
        Deliveries.Map(app, api);
        Overrides.Map(app, api);
        Api.Experiments.Map(app, api);
        LiveStream.Map(api);
        Answers.Map(api.MapGroup("").AddEndpointFilter(new UnchangedFilter(store, settings, clock, salt)));
        Badges.Map(
            app.MapGroup("").AddEndpointFilter(new UnchangedFilter(store, settings, clock, salt, Badges.Cache(settings))));
        app.MapGet("/healthz", () => Results.Text("ok\n")).ExcludeFromDescription();
        app.MapGet("/metrics", Scraping.AnswerAsync).ExcludeFromDescription();
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapScalarApiReference("/docs", scalar => scalar.WithTitle("Leadline API").DisableDefaultFonts())
            .ExcludeFromDescription();
        app.MapWebPages();
        return app;
    }

    /// <summary>Says on every answer what a browser may do with it.</summary>
    static Task HeadAsync(HttpContext context, RequestDelegate next)
    {
        // The browsable API document brings its own inline styles and script; our own pages need neither. Nobody speaks to
        // another server.
        var inline = context.Request.Path.StartsWithSegments("/docs")
            ? "; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; font-src 'self' data:" : "";

        // An exception clears what was set before it: the last moment is the right one.
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";

            // Another site is told nothing; our own forms say whose they are.
            headers["Referrer-Policy"] = "same-origin";

            // Our own pages say theirs, which is stricter.
            if (headers.ContentSecurityPolicy.Count == 0)
                headers.ContentSecurityPolicy =
                    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action "
                        + $"'self'{inline}";
            return Task.CompletedTask;
        });
        return next(context);
    }

    /// <summary>Before any endpoint: whose name the request goes by, and what it may do.</summary>
    static Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var access = context.RequestServices.GetRequiredService<Access>();

        // A name that leads here by a stranger's DNS must not let the stranger's page read what only this machine may.
        if (access.IsLoopbackOnly && !Access.IsOwnName(context.Request.Host.Host))
            return Problem.Of(421, "this server answers to 127.0.0.1 and localhost only").ExecuteAsync(context);
        if (IsWriting(context.Request) && Access.IsOfAnotherSite(context.Request))
            return Problem.Of(403, "a page of another site may not send anything here").ExecuteAsync(context);
        var scope = Badges.IsOpen(context) ? null : ScopeOf(context.Request);
        if (scope is null || access.Allows(context.Request, scope)) return next(context);
        context.Response.Headers.WWWAuthenticate = Access.IsBrowser(context.Request)
            ? "Basic realm=\"Leadline: any name, and a token as the password\", charset=\"UTF-8\"" : "Bearer";
        return Problem.Of(401, $"a token with the scope {scope} is needed: make one with leadline token create")
            .ExecuteAsync(context);
    }

    /// <summary>Null for what anyone may ask: webhooks prove themselves by their own secret.</summary>
    static string? ScopeOf(HttpRequest request) =>
        request.Path.StartsWithSegments("/healthz") || (HttpMethods.IsPost(request.Method) && ProvesItself(request.Path)) ? null
        : IsWriting(request) && Deliveries.IsRetry(request.Path) ? "admin"
        : request.Path.StartsWithSegments("/api/v1/whatif") ? "read" // A question whose file is too large for an address.
        : !IsWriting(request) ? "read" : Overrides.IsAbout(request.Path) || Api.Experiments.IsAbout(request.Path) ? "override"
        : "ingest";

    /// <summary>Whether deliveries are sent there.</summary>
    static bool ProvesItself(PathString path) =>
        path.StartsWithSegments("/api/v1/deliveries") || path.StartsWithSegments(OtlpReceiving.Root);

    static bool IsWriting(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsOptions(request.Method);
}
