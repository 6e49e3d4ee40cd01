using Leadline.Tests.Deploy;
using Xunit;

namespace Leadline.Tests.Grafana;

/// <summary>
/// Every dashboard against the types that Grafana publishes as <c>@grafana/schema</c>, by TypeScript's own compiler.
/// </summary>
public sealed class SchemaTests
{
    // What ./build fetched by the lock file beside written.ts.
    static string Folder => Path.Combine(Shared.Repository, "artifacts", "grafana-schema");

    static string Compiler => Path.Combine(Folder, "node_modules", "typescript", "bin", "tsc");

    [Fact]
    public async Task Every_dashboard_is_of_the_type_that_grafana_publishes()
    {
        var dashboards = Directory.GetFiles(
            Path.Combine(Shared.Repository, "grafana"), "leadline-*.json", SearchOption.AllDirectories);
        Assert.True(dashboards.Length >= 6);
        var ended = await CheckAsync(dashboards.Select(File.ReadAllText));
        Assert.True(ended.Code == 0, ended.Out);
    }

    [Theory]
    [InlineData("\"schemaVersion\"", "\"schemaVersoin\"")]
    [InlineData("\"mode\": \"thresholds\"", "\"mode\": \"treshholds\"")]
    [InlineData("\"graphTooltip\": 1", "\"graphTooltip\": \"shared\"")]
    public async Task A_key_or_a_value_that_grafana_does_not_know_is_found(string right, string wrong)
    {
        var dashboard = await File.ReadAllTextAsync(
            Path.Combine(Shared.Repository, "grafana", "dashboards", "leadline-overview.json"),
            TestContext.Current.CancellationToken);
        Assert.Contains(right, dashboard);
        var ended = await CheckAsync([dashboard.Replace(right, wrong)]);
        Assert.NotEqual(0, ended.Code);
        Assert.Contains("error TS2", ended.Out);
    }

    static async Task<Tool.Ended> CheckAsync(IEnumerable<string> dashboards)
    {
        var node = Tool.Find("node", "install Node.js with npm, and ./build fetches Grafana's types");
        Assert.SkipUnless(File.Exists(Compiler), "Grafana's types are missing: ./build fetches them by npm");
        var folder = Directory.CreateDirectory(Path.Combine(Folder, Guid.CreateVersion7().ToString("N")));
        try
        {
            var files = new List<string> { "written.ts" };
            File.Copy(
                Path.Combine(Shared.Repository, "tests", "Leadline.Tests", "Grafana", "schema", "written.ts"),
                Path.Combine(folder.FullName, files[0]));
            foreach (var dashboard in dashboards)
            {
                files.Add($"dashboard{files.Count}.ts");
                await File.WriteAllTextAsync(
                    Path.Combine(folder.FullName, files[^1]),
                    $"import type {{ WrittenDashboard }} from './written';\nexport const dashboard: WrittenDashboard "
                        + $"=\n{dashboard};\n",
                    TestContext.Current.CancellationToken);
            }

            return await node.RunInAsync(
                folder.FullName,
                [
                    Compiler, "--noEmit", "--strict", "--skipLibCheck", "--target", "esnext", "--module", "esnext",
                    "--moduleResolution", "bundler", .. files,
                ]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
