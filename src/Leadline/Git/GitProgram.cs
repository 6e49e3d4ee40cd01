using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Leadline.Git;

/// <summary>Runs the <c>git</c> program on one repository and streams what it says.</summary>
/// <param name="path">The folder in which it runs.</param>
/// <param name="environment">What it is told beside this process's own variables; a token stands there and not among its
/// arguments, which everybody can list.</param>
sealed class GitProgram(string path, IReadOnlyDictionary<string, string>? environment = null)
{
    // A git hook sets these for its own repository; the folder that was named must win.
    static readonly string[] OtherRepository =
        [
            "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_NAMESPACE",
            "GIT_PREFIX", "GIT_GRAFT_FILE",
        ];

    /// <summary>All of standard output; for answers that are small.</summary>
    /// <exception cref="GitException">git is not installed.</exception>
    /// <exception cref="GitRefusedException">git refuses.</exception>
    public async Task<string> TextAsync(IEnumerable<string> arguments, CancellationToken cancellation)
    {
        using var process = Start(arguments);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            var text = await process.StandardOutput.ReadToEndAsync(cancellation);
            await EndAsync(process, errors, cancellation);
            return text;
        }
        finally
        {
            Stop(process);
        }
    }

    /// <summary>Null where git refuses.</summary>
    /// <exception cref="GitException">git is not installed.</exception>
    public async Task<string?> TryTextAsync(IEnumerable<string> arguments, CancellationToken cancellation)
    {
        try
        {
            return await TextAsync(arguments, cancellation);
        }
        catch (GitRefusedException)
        {
            return null;
        }
    }

    /// <summary>Hands on every record of standard output that ends in a NUL; the bytes are only valid during the call.</summary>
    /// <exception cref="GitException">git is not installed.</exception>
    /// <exception cref="GitRefusedException">git refuses, or stops before its end.</exception>
    public async Task RecordsAsync(
        IEnumerable<string> arguments, Action<ReadOnlySpan<byte>> record, CancellationToken cancellation)
    {
        using var process = Start(arguments);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            await ReadAsync(process.StandardOutput.BaseStream, record, cancellation);
            await EndAsync(process, errors, cancellation);
        }
        finally
        {
            Stop(process);
        }
    }

    static async Task ReadAsync(Stream stream, Action<ReadOnlySpan<byte>> record, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 17];
        int start = 0, end = 0;
        while (true)
        {
            if (end == buffer.Length)
            {
                if (start == 0) Array.Resize(ref buffer, buffer.Length * 2);
                else
                {
                    buffer.AsSpan(start, end - start).CopyTo(buffer);
                    end -= start;
                    start = 0;
                }
            }

            var read = await stream.ReadAsync(buffer.AsMemory(end), cancellation);
            if (read == 0) return;
            end += read;
            start = HandOn(buffer, start, end, record);
        }
    }

    static int HandOn(byte[] buffer, int start, int end, Action<ReadOnlySpan<byte>> record)
    {
        var rest = buffer.AsSpan(start, end - start);
        while (rest.IndexOf((byte)0) is >= 0 and var length)
        {
            record(rest[..length]);
            rest = rest[(length + 1)..];
        }

        return end - rest.Length;
    }

    Process Start(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(
            "git",
            ["-C", path, "-c", "core.quotePath=false", "-c", "log.showSignature=false", "--no-optional-locks", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (var name in OtherRepository) start.Environment.Remove(name);
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";

        // Into a pipe git would else write each commit by itself, which takes as long as reading it.
        start.Environment["GIT_FLUSH"] = "0";
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        try
        {
            return Process.Start(start) ?? throw new GitException("git did not start");
        }
        catch (Win32Exception)
        {
            throw new GitException("the git program is not installed, or not on the PATH: install git");
        }
    }

    static async Task EndAsync(Process process, Task<string> errors, CancellationToken cancellation)
    {
        await process.WaitForExitAsync(cancellation);
        var said = (await errors).Trim();
        if (process.ExitCode != 0)
            throw new GitRefusedException(said.Length > 0 ? said.Split('\n')[0] : $"git ended with code {process.ExitCode}");
    }

    /// <summary>Leaves no git behind where reading ended early.</summary>
    static void Stop(Process process)
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
    }
}
