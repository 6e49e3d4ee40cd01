using System.Globalization;
using System.Text;

namespace Leadline.Benchmarks;

/// <summary>A made-up history: the same for the same size.</summary>
/// <param name="Commits">On one branch, with a merged side branch now and then.</param>
/// <param name="PerDeployment">How many commits come between two deployments.</param>
sealed record MadeHistory(int Commits, int PerDeployment)
{
    const long Beginning = 1_600_000_000;
    const int SecondsBetween = 300;

    long At(int commit) => Beginning + ((long)commit * SecondsBetween);

    /// <summary>Every twentieth commit is the merge of the commit before the last.</summary>
    static bool Merges(int commit) => commit > 2 && commit % 20 == 0;

    /// <summary>A repository at <paramref name="path"/>, bare, with a tag for each deployment.</summary>
    public async Task WriteRepositoryAsync(string path)
    {
        await Measured.RunAsync("git", ["init", "--quiet", "--bare", path]);
        await Measured.RunAsync("git", ["-C", path, "fast-import", "--quiet", "--date-format=raw"], async stream =>
        {
            await using var text = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
            text.NewLine = "\n";
            for (var i = 1; i <= Commits; i++)
            {
                var message = $"Change {i}";
                var body = $"{i}";
                await text.WriteAsync(
                    $"commit refs/heads/main\nmark :{i}\nauthor A <a@acme.example> {At(i) - (i % 50 * 1000)} +0000\n"
                        + $"committer A <a@acme.example> {At(i)} +0000\ndata {message.Length}\n{message}\n");
                if (i > 1) await text.WriteAsync($"from :{i - 1}\n");
                if (Merges(i)) await text.WriteAsync($"merge :{i - 2}\n");
                await text.WriteAsync($"M 644 inline f{i % 100}\ndata {body.Length}\n{body}\n");
                if (i % PerDeployment != 0) continue;
                await text.WriteAsync(
                    $"tag v1.{i / PerDeployment}.0\nfrom :{i}\ntagger A <a@acme.example> {At(i) + 60} +0000\ndata 1\nv\n");
            }
        });
    }

    /// <summary>The same as our own JSON, one object a line.</summary>
    public async Task WriteEventsAsync(string path)
    {
        await using var text = new StreamWriter(path, append: false, new UTF8Encoding(false), 1 << 16);
        text.NewLine = "\n";
        for (var i = 1; i <= Commits; i++)
        {
            var parents = i == 1 ? "" : Merges(i) ? $"\"{Sha(i - 1)}\",\"{Sha(i - 2)}\"" : $"\"{Sha(i - 1)}\"";
            await text.WriteLineAsync(
                $"{{\"type\":\"commit\",\"repository\":\"acme/shop\",\"sha\":\"{Sha(i)}\",\"parents\":["
                + $"{parents}],\"branch\":\"main\","
                    + $"\"authored_at\":\"{Time(At(i) - (i % 50 * 1000))}\",\"committed_at\":\""
                    + $"{Time(At(i))}\",\"message\":\"Change {i}\"}}");
            if (i % PerDeployment != 0) continue;
            await text.WriteLineAsync(
                $"{{\"type\":\"deployment\",\"id\":\"d"
                + $"{i}\",\"service\":\"shop\",\"repository\":\"acme/shop\",\"environment\":\"production\","
                    + $"\"version\":\"v1.{i / PerDeployment}.0\",\"sha\":\""
                    + $"{Sha(i)}\",\"status\":\"succeeded\",\"finished_at\":\"{Time(At(i) + 60)}\"}}");
        }
    }

    /// <summary>Spread like real ones, so that indexes and compression have the work that they have with them.</summary>
    static string Sha(int commit)
    {
        Span<byte> number = stackalloc byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(number, commit);
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(number).AsSpan(0, 20));
    }

    static string Time(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
