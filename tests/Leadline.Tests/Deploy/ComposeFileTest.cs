using System.Text.RegularExpressions;
using Leadline.Settings;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Leadline.Tests.Deploy;

/// <summary><c>deploy/compose.yaml</c> with the <c>.env</c> that its README makes.</summary>
public sealed partial class ComposeFileTest
{
    static readonly string Text = DeployFiles.Read("compose.yaml");
    static readonly YamlMappingNode Composed = Yaml(Text);

    /// <summary>What must be set for the file to be taken.</summary>
    static IEnumerable<string> Asked => Required().Matches(Text).Select(match => match.Groups[1].Value).Distinct();

    static IEnumerable<(string Name, YamlMappingNode Service)> Services =>
        ((YamlMappingNode)Composed["services"]).Select(pair => ($"{pair.Key}", (YamlMappingNode)pair.Value));

    [Fact]
    public async Task Compose_takes_the_file_with_what_the_readme_makes()
    {
        using var folder = new TemporaryFolder();
        var secrets = await DeployFiles.MakeSecretsAsync(folder.Path);
        var compose = Tool.Find("docker-compose", "install Debian's package docker-compose");
        var environment = Path.Combine(folder.Path, "deploy", ".env");
        string[] arguments = ["--env-file", environment, "-f", Path.Combine(DeployFiles.Folder, "compose.yaml"), "config"];

        var taken = await compose.RunAsync(arguments);
        Assert.True(taken.Code == 0, taken.Error);
        var leadline = (YamlMappingNode)Yaml(taken.Out)["services"]["leadline"]["environment"];
        Assert.Equal(secrets["LEADLINE_TOKEN_ADMIN"], $"{leadline["LEADLINE_TOKEN_ADMIN"]}");
        Assert.Equal(secrets["LEADLINE_DB_PASSWORD"], $"{leadline["PGPASSWORD"]}");

        foreach (var name in Asked)
        {
            var others = secrets.Where(secret => secret.Key != name).Select(secret => $"{secret.Key}={secret.Value}");
            await File.WriteAllLinesAsync(environment, others, TestContext.Current.CancellationToken);
            var refused = await compose.RunAsync(arguments);
            Assert.NotEqual(0, refused.Code);
            Assert.Contains($"set {name} in deploy/.env", refused.Error);
        }
    }

    [Fact]
    public async Task The_readme_makes_every_secret_that_is_asked_for_and_keeps_those_that_are_there()
    {
        using var folder = new TemporaryFolder();
        var secrets = await DeployFiles.MakeSecretsAsync(folder.Path);
        Assert.Equal(Asked.Order(), secrets.Keys.Order());
        Assert.All(secrets.Values, value => Assert.Matches("^[0-9a-f]{64}$", value));
        Assert.Equal(secrets.Count, secrets.Values.Distinct().Count());
        var file = new FileInfo(Path.Combine(folder.Path, "deploy", ".env"));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.UnixFileMode);
        Assert.Equal(secrets, await DeployFiles.MakeSecretsAsync(folder.Path));
    }

    [Fact]
    public void Every_name_leads_somewhere()
    {
        var volumes = ((YamlMappingNode)Composed["volumes"]).Select(pair => $"{pair.Key}").ToHashSet();
        foreach (var (name, service) in Services)
        {
            foreach (var mount in Strings(service, "volumes").Select(mount => mount.Split(':')))
            {
                var isThere = mount[0].StartsWith('.') ? Path.Exists(Path.Combine(DeployFiles.Folder, mount[0]))
                    : volumes.Contains(mount[0]);
                Assert.True(isThere, $"{name} mounts {mount[0]}, which is not there");
            }

            if (!service.Children.TryGetValue("depends_on", out var needs)) continue;
            foreach (var (needed, condition) in (YamlMappingNode)needs)
            {
                var other = Services.Single(other => other.Name == $"{needed}").Service;
                Assert.Equal("service_healthy", $"{condition["condition"]}");
                var hasCheck = other.Children.ContainsKey("healthcheck")
                    || Containerfile(other)?.Contains("HEALTHCHECK") == true;
                Assert.True(hasCheck, $"{needed} has no health check for {name} to wait for");
            }
        }
    }

    [Fact]
    public void Nothing_is_open_to_other_machines()
    {
        var ports = Services.SelectMany(service => Strings(service.Service, "ports"));
        Assert.All(ports, port => Assert.StartsWith("127.0.0.1:", port));
        var leadline = Find("leadline");
        Assert.EndsWith(":8080", Assert.Single(Strings(leadline, "ports")));
        Assert.Contains("EXPOSE 8080", Containerfile(leadline));
    }

    [Fact]
    public void Every_variable_is_read_by_somebody()
    {
        var datasource = File.ReadAllText(Path.Combine(Shared.Repository, "grafana/provisioning/datasources/leadline.yaml"));
        var settings = DeployFiles.Read("leadline.yaml");
        var (leadline, grafana, postgres) = (Variables("leadline"), Variables("grafana"), Variables("postgres"));
        Assert.All(leadline.Except(DeployFiles.VariablesOfTheProgram), name => Assert.Contains($"${{{name}}}", settings));
        var asked = Named().Matches(datasource).Select(match => match.Groups[1].Value);
        Assert.Equal(asked.Order(), grafana.Where(name => !name.StartsWith("GF_")).Order());
        Assert.All(
            postgres.Where(name => !name.StartsWith("POSTGRES_")),
            name => Assert.Contains(name, DeployFiles.Read("reader.sql")));
        Assert.NotEmpty(SettingsFile.Parse(settings, "leadline.yaml", name => leadline.Contains(name) ? "given" : null).Secrets);
    }

    static YamlMappingNode Find(string service) => Services.Single(one => one.Name == service).Service;

    static IEnumerable<string> Variables(string service) =>
        ((YamlMappingNode)Find(service)["environment"]).Select(pair => $"{pair.Key}");

    /// <summary>Null where the service's image is not built here.</summary>
    static string? Containerfile(YamlMappingNode service)
    {
        if (!service.Children.TryGetValue("build", out var build)) return null;
        return File.ReadAllText(Path.Combine(DeployFiles.Folder, $"{build["context"]}", $"{build["dockerfile"]}"));
    }

    static IEnumerable<string> Strings(YamlMappingNode service, string key) =>
        service.Children.TryGetValue(key, out var list) ? ((YamlSequenceNode)list).Select(one => $"{one}") : [];

    static YamlMappingNode Yaml(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    [GeneratedRegex(@"\$\{(\w+):\?")]
    private static partial Regex Required();

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Named();
}
