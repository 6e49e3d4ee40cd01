using System.Diagnostics;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Leadline.Tests.Git;

/// <summary>
/// Serves the repositories of a folder over HTTP by git's own <c>git http-backend</c>, as a web server does by CGI.
/// </summary>
sealed class GitHost : IAsyncDisposable
{
    readonly WebApplication app;

    GitHost(WebApplication app) => this.app = app;

    public string Address => app.Urls.First();

    /// <summary>The Authorization that every request must have; null lets everybody in.</summary>
    public string? Wanted { get; set; }

    public static async Task<GitHost> StartAsync(string folder)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var host = new GitHost(app);
        app.Run(context => host.AnswerAsync(context, folder));
        await app.StartAsync();
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    async Task AnswerAsync(HttpContext context, string folder)
    {
        var request = context.Request;
        if (Wanted is not null && request.Headers.Authorization != Wanted)
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"git\"";
            return;
        }

        var start = new ProcessStartInfo(
            "git", ["http-backend"])
        { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in ((string, string?)[])
        [
            ("GIT_PROJECT_ROOT", folder), ("GIT_HTTP_EXPORT_ALL", "1"), ("PATH_INFO", request.Path),
            ("QUERY_STRING", request.QueryString.Value?.TrimStart('?')), ("REQUEST_METHOD", request.Method),
            ("CONTENT_TYPE", request.ContentType), ("HTTP_CONTENT_ENCODING", request.Headers.ContentEncoding),
            ("GIT_PROTOCOL", request.Headers["Git-Protocol"]), ("REMOTE_ADDR", "127.0.0.1"),
            ("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "safe.directory"), ("GIT_CONFIG_VALUE_0", "*"),
        ])
            start.Environment[name] = value ?? "";
        using var process = Process.Start(start)!;
        await request.Body.CopyToAsync(process.StandardInput.BaseStream);
        process.StandardInput.Close();
        var output = process.StandardOutput.BaseStream;
        while (await LineAsync(output) is { Length: > 0 } line)
        {
            var header = line.Split(": ", 2);
            if (header[0] == "Status")
                context.Response.StatusCode = int.Parse(header[1][..3], System.Globalization.CultureInfo.InvariantCulture);
            else context.Response.Headers[header[0]] = header[1];
        }

        await output.CopyToAsync(context.Response.Body);
        await process.WaitForExitAsync();
    }

    static async Task<string> LineAsync(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1 && one[0] != '\n') line.Add(one[0]);
        return Encoding.ASCII.GetString([.. line]).TrimEnd('\r');
    }
}
