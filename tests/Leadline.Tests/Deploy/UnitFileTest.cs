using System.Text.RegularExpressions;
using Xunit;

namespace Leadline.Tests.Deploy;

/// <summary><c>deploy/leadline.service</c>, as systemd judges it without running it.</summary>
public sealed partial class UnitFileTest
{
    static readonly string Unit = DeployFiles.Read("leadline.service");

    static Tool Analyze => Tool.Find("systemd-analyze", "install Debian's package systemd");

    [Fact]
    public async Task Systemd_understands_every_line()
    {
        var verified = await VerifyAsync(Unit);
        Assert.Equal((0, ""), (verified.Code, verified.Error));
    }

    [Fact]
    public async Task Systemd_would_name_a_key_that_it_does_not_know()
    {
        var verified = await VerifyAsync(Unit.Replace("ProtectClock=", "ProtectClocks="));
        Assert.NotEqual(0, verified.Code);
        Assert.Contains("ProtectClocks", verified.Error);
    }

    [Fact]
    public async Task Is_shut_in_as_far_as_a_server_can_be()
    {
        // On systemd's scale from 0 to 10, times ten. It has to speak to the network, and compiles code while it runs.
        var file = Path.Combine(DeployFiles.Folder, "leadline.service");
        var judged = await Analyze.RunAsync("security", "--offline=true", "--no-pager", "--threshold=15", file);
        Assert.True(judged.Code == 0, judged.Out + judged.Error);
    }

    [Fact]
    public void Starts_the_program_as_the_program_wants_it()
    {
        var command = Start().Match(Unit).Groups[1].Value.Trim().Split(' ');
        Assert.Equal("/opt/leadline/leadline", command[0]);
        Assert.Contains(
            $"cp artifacts/leadline/* {Path.GetDirectoryName(command[0])}/\n", DeployFiles.Commands("systemctl enable"));
        Assert.Empty(DeployFiles.Misunderstood(command[1..]));
        Assert.All(
            Variable().Matches(Unit).Select(match => match.Groups[1].Value).Where(name => !name.StartsWith("DOTNET_")),
            name => Assert.Contains(name, DeployFiles.VariablesOfTheProgram));
    }

    [Fact]
    public void Keeps_its_store_where_it_may_write()
    {
        var state = Regex.Match(Unit, @"(?m)^StateDirectory=(\w+)$").Groups[1].Value;
        Assert.Contains($"LEADLINE_STORE=duckdb:/var/lib/{state}/", Unit);
    }

    /// <summary>In a root of its own, where the program is in its place.</summary>
    static async Task<Tool.Ended> VerifyAsync(string unit)
    {
        using var root = new TemporaryFolder();
        var units = Directory.CreateDirectory(Path.Combine(root.Path, "etc/systemd/system")).FullName;
        var program = Path.Combine(Directory.CreateDirectory(Path.Combine(root.Path, "opt/leadline")).FullName, "leadline");
        await File.WriteAllTextAsync(program, "", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(Path.Combine(units, "leadline.service"), unit, TestContext.Current.CancellationToken);
        return await Analyze.RunAsync("verify", "--man=no", "--recursive-errors=no", $"--root={root.Path}", "leadline.service");
    }

    [GeneratedRegex("(?m)^ExecStart=(.+)$")]
    private static partial Regex Start();

    [GeneratedRegex("(?m)^Environment=([A-Za-z_]+)=")]
    private static partial Regex Variable();
}
