using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Leadline.Settings;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Leadline.Telemetry;

/// <summary>
/// Sends traces, metrics and logs where OpenTelemetry's standard variables say, and nowhere without them. All that the SDK reads
/// of them is left to it; here is whether a signal is asked for, and a sentence for what the SDK would pass over in silence.
/// </summary>
static class Exporting
{
    const string Traces = "TRACES", Metrics = "METRICS", Logs = "LOGS";

    static readonly ImmutableArray<string> Signals = [Traces, Metrics, Logs];

    static readonly ImmutableArray<string> Samplers =
    [
        "always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio",
    ];

    /// <exception cref="SettingsException">A variable says something that Leadline does not have.</exception>
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        if ("true".Equals(configuration["OTEL_SDK_DISABLED"], StringComparison.OrdinalIgnoreCase)) return;
        var wanted = Signals.RemoveAll(signal => !IsWanted(configuration, signal));
        var errors = Errors(configuration);
        if (!errors.IsEmpty) throw new SettingsException(errors);
        if (!wanted.IsEmpty) Export(builder, wanted);
    }

    static bool IsWanted(IConfiguration configuration, string signal) => configuration[$"OTEL_{signal}_EXPORTER"] switch
    {
        "otlp" => true,
        null or "" => IsSet(configuration, Endpoint("")) || IsSet(configuration, Endpoint(signal + "_")),
        _ => false,
    };

    static string Endpoint(string signal) => $"OTEL_EXPORTER_OTLP_{signal}ENDPOINT";

    static bool IsSet(IConfiguration configuration, string name) => configuration[name] is { Length: > 0 };

    static ImmutableArray<string> Errors(IConfiguration configuration)
    {
        var errors = ImmutableArray.CreateBuilder<string>();
        foreach (var signal in Signals) Allow($"OTEL_{signal}_EXPORTER", ["otlp", "none"]);
        foreach (var signal in Signals.Select(signal => signal + "_").Prepend(""))
        {
            Allow($"OTEL_EXPORTER_OTLP_{signal}PROTOCOL", ["grpc", "http/protobuf"]);
            var endpoint = Endpoint(signal);

            // The value may hold a password.
            if (IsSet(configuration, endpoint) && !IsAddress(configuration[endpoint]))
                errors.Add($"{endpoint} is no address: write it like http://127.0.0.1:4317");
        }

        Allow("OTEL_TRACES_SAMPLER", Samplers);
        return errors.ToImmutable();

        void Allow(string name, ImmutableArray<string> values)
        {
            if (IsSet(configuration, name) && !values.Contains(configuration[name]!))
            {
                var choice = $"{string.Join(", ", values[..^1])} or {values[^1]}";
                errors.Add($"{name} is '{configuration[name]}', which Leadline does not have: write {choice}");
            }
        }
    }

    static bool IsAddress(string? text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";

    // Nothing of OpenTelemetry is loaded before this is called.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Export(WebApplicationBuilder builder, ImmutableArray<string> wanted)
    {
        // Until .NET 11 the platform does not tell by itself what a request's span is about.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);

        // Only this way of adding the exporter knows the variables of single signals. It adds all three: what nobody asked for
        // is taken out again.
        builder.Services.AddOpenTelemetry().ConfigureResource(Describe).UseOtlpExporter()
            .WithTracing(traces => traces.AddSource(Spans.Name, "Microsoft.AspNetCore"))
            .WithMetrics(metrics => metrics.AddMeter(
                Instruments.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"))
            .WithLogging(null, logs => (logs.IncludeScopes, logs.IncludeFormattedMessage) = (true, true));
        if (!wanted.Contains(Traces)) builder.Services.RemoveAll<TracerProvider>();
        if (!wanted.Contains(Metrics)) builder.Services.RemoveAll<MeterProvider>().RemoveAll<IMetricsListener>();
        if (!wanted.Contains(Logs)) builder.Logging.AddFilter<OpenTelemetryLoggerProvider>(null, LogLevel.None);
    }

    static void Describe(ResourceBuilder resource) =>

        // What the variables say comes last, and wins.
        resource.AddService("leadline", serviceVersion: typeof(Exporting).Assembly.GetName().Version?.ToString(3))
            .AddEnvironmentVariableDetector();
}
