using System.Globalization;
using System.Text;
using Leadline.Tests.Polling;
using Microsoft.AspNetCore.Http;

namespace Leadline.Tests.Verification;

/// <summary>A Prometheus that answers each query by a function of time.</summary>
static class PlayedMeasures
{
    /// <param name="value">Null where nothing was measured.</param>
    public static Task<PlayedApi> StartAsync(Func<DateTimeOffset, double?> value) =>
        PlayedApi.StartAsync(request => Answer(request, value));

    static Played Answer(HttpRequest request, Func<DateTimeOffset, double?> value)
    {
        var (start, end, step) = (Number(request, "start"), Number(request, "end"), Number(request, "step"));
        var values = new StringBuilder();
        for (var at = start; at <= end; at += step)
        {
            if (value(DateTimeOffset.FromUnixTimeMilliseconds((long)(at * 1000))) is not { } number) continue;
            values.Append(CultureInfo.InvariantCulture, $"{(values.Length == 0 ? "" : ",")}[{at},\"{number}\"]");
        }

        var series = values.Length == 0 ? "" : $"{{\"metric\":{{}},\"values\":[{values}]}}";
        return new Played(200, $"{{\"status\":\"success\",\"data\":{{\"resultType\":\"matrix\",\"result\":[{series}]}}}}");
    }

    static double Number(HttpRequest request, string name) => double.Parse(request.Query[name]!, CultureInfo.InvariantCulture);
}
