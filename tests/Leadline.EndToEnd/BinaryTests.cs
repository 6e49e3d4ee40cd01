using System.Diagnostics;
using Xunit;

namespace Leadline.EndToEnd;

public sealed class BinaryTests
{
    [Fact]
    public async Task Says_what_it_is_on_standard_output_and_exits_0()
    {
        using var process =
            Process.Start(new ProcessStartInfo(
                "dotnet",
                [
                    Path.Combine(AppContext.BaseDirectory, "leadline.dll"), "--help",
                ])
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("receipts", output);
    }
}
