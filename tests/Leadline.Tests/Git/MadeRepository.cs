using System.Diagnostics;
using System.Text;
using Xunit;

namespace Leadline.Tests.Git;

/// <summary>A real git repository that a test makes, at times that it chooses, and that is gone when the test is.</summary>
sealed class MadeRepository : IDisposable
{
    /// <summary>Noon of this many days after 2026-01-01.</summary>
    public static DateTimeOffset Day(double day) => new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero).AddDays(day);

    readonly TemporaryFolder folder = new();

    MadeRepository() => Directory.CreateDirectory(Path);

    public string Path => System.IO.Path.Combine(folder.Path, "shop");

    public static async Task<MadeRepository> CreateAsync()
    {
        var repository = new MadeRepository();
        await repository.GitAsync("init", "-q", "-b", "main");
        return repository;
    }

    /// <summary>A commit to the branch that is checked out; answers its id.</summary>
    public async Task<string> CommitAsync(
        double authored, string message = "a change", string file = "a.txt", double? committed = null, string author = "Ada")
    {
        var full = System.IO.Path.Combine(Path, file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        await File.AppendAllTextAsync(full, $"{authored}\n", TestContext.Current.CancellationToken);
        await GitAsync("add", "-A");
        await GitAtAsync(authored, committed ?? authored, author, null, "commit", "-q", "-m", message);
        return (await GitAsync("rev-parse", "HEAD")).Trim();
    }

    /// <summary>An annotated tag at that time.</summary>
    public Task TagAsync(double day, string name, string target = "HEAD") =>
        GitAtAsync(day, day, "Ada", null, "tag", "-a", "-m", "release", name, target);

    public Task<string> GitAsync(params string[] arguments) => GitAtAsync(0, 0, "Ada", null, arguments);

    public async Task<string> GitAtAsync(
        double authored, double committed, string author, byte[]? input, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            "git",
            [
                "-C", Path, "-c", "user.email=ada@acme.example", "-c", "commit.gpgSign=false", "-c", "tag.gpgSign=false", "-c",
                "advice.nestedTag=false", .. arguments,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (var who in (ReadOnlySpan<string>)["AUTHOR", "COMMITTER"])
        {
            start.Environment[$"GIT_{who}_NAME"] = author;
            start.Environment[$"GIT_{who}_EMAIL"] = "ada@acme.example";
            start.Environment[$"GIT_{who}_DATE"] = $"@{Day(who == "AUTHOR" ? authored : committed).ToUnixTimeSeconds()} +0000";
        }

        using var process = Process.Start(start)!;
        if (input is not null) await process.StandardInput.BaseStream.WriteAsync(input, TestContext.Current.CancellationToken);
        process.StandardInput.Close();
        var text = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"git {string.Join(' ', arguments)} ended with {process.ExitCode}");
        return text;
    }

    public void Dispose() => folder.Dispose();
}
