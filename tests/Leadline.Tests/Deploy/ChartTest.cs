using System.Text.RegularExpressions;
using k8s;
using k8s.Models;
using Leadline.Settings;
using Xunit;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Leadline.Tests.Deploy;

/// <summary><c>deploy/chart</c>, rendered by Helm itself and read as the objects that Kubernetes has.</summary>
public sealed class ChartTest
{
    const string Everything = """
        image: { repository: registry.acme.example/leadline, tag: "7", pullPolicy: Always, pullSecrets: [registry] }
        replicas: 5
        podAnnotations: { acme.example/owner: platform }
        nodeSelector: { disk: ssd }
        tolerations: [{ key: spot, operator: Exists }]
        affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: zone }] } }
        service: { type: NodePort, port: 8000 }
        ingress: { enabled: true, host: leadline.acme.example, annotations: { acme.example/limit: "25m" } }
        """;

    static readonly string Chart = Path.Combine(DeployFiles.Folder, "chart");

    static Tool Helm => Tool.Find("helm", "./build fetches it on Linux for x64, or install it");

    /// <summary>Nothing, all that can be said, and what the README proposes.</summary>
    public static TheoryData<string> Values => ["", Everything, Proposed];

    static string Proposed => DeployFiles.Blocks("yaml").Single(block => block.Contains("sourceSecrets"));

    [Theory]
    [MemberData(nameof(Values))]
    public async Task Helm_has_no_complaint(string values)
    {
        using var folder = new TemporaryFolder();
        var linted = await Helm.RunAsync("lint", "--strict", Chart, "-f", await WriteAsync(folder, values));
        Assert.True(linted.Code == 0, linted.Out + linted.Error);
        Assert.DoesNotContain("[WARNING]", linted.Out);
    }

    [Theory]
    [MemberData(nameof(Values))]
    public async Task Its_objects_know_each_other(string values)
    {
        var objects = await RenderAsync(values);
        var deployment = Deployment(objects);
        var pod = deployment.Spec.Template;
        var container = Assert.Single(pod.Spec.Containers);
        var volumes = pod.Spec.Volumes;
        Assert.All(deployment.Spec.Selector.MatchLabels, label => Assert.Equal(label.Value, pod.Metadata.Labels[label.Key]));
        Assert.Equal(volumes.Select(volume => volume.Name).Order(), container.VolumeMounts.Select(mount => mount.Name).Order());
        var mounted = Assert.Single(volumes, volume => volume.ConfigMap is not null).ConfigMap;
        Assert.Equal(Assert.Single(objects.OfType<V1ConfigMap>()).Metadata.Name, mounted.Name);

        var service = Assert.Single(objects.OfType<V1Service>());
        Assert.Equal(deployment.Spec.Selector.MatchLabels, service.Spec.Selector);
        Assert.Equal(container.Ports.Select(port => port.Name), service.Spec.Ports.Select(port => port.TargetPort.Value));
        foreach (var probe in (V1Probe[])[container.StartupProbe, container.ReadinessProbe, container.LivenessProbe])
            Assert.Equal(("/healthz", container.Ports.Single().Name), (probe.HttpGet.Path, probe.HttpGet.Port.Value));
        foreach (var rule in objects.OfType<V1Ingress>().SelectMany(ingress => ingress.Spec.Rules))
        {
            var backend = Assert.Single(rule.Http.Paths).Backend.Service;
            Assert.Equal(service.Metadata.Name, backend.Name);
            Assert.Contains(backend.Port.Name, service.Spec.Ports.Select(port => port.Name));
        }
    }

    [Theory]
    [MemberData(nameof(Values))]
    public async Task The_server_in_it_would_start(string values)
    {
        var objects = await RenderAsync(values);
        var container = Deployment(objects).Spec.Template.Spec.Containers.Single();
        Assert.Empty(DeployFiles.Misunderstood([.. container.Args]));
        Assert.Contains($"0.0.0.0:{container.Ports.Single().ContainerPort}", container.Args);

        var mount = container.VolumeMounts.Single(mount => mount.Name == "config");
        var (file, text) = Assert.Single(objects.OfType<V1ConfigMap>().Single().Data);
        Assert.Equal($"{mount.MountPath}/{file}", container.Args[container.Args.IndexOf("--config") + 1]);
        var given = container.Env.Select(variable => variable.Name).ToHashSet();
        SettingsFile.Parse(text, file, name => given.Contains(name) ? "given" : null);
        Assert.All(given.Except(DeployFiles.VariablesOfTheProgram), name => Assert.Contains($"${{{name}}}", text));
    }

    [Fact]
    public async Task Runs_with_no_more_rights_than_it_needs()
    {
        var pod = Deployment(await RenderAsync("")).Spec.Template.Spec;
        var container = pod.Containers.Single();
        Assert.False(pod.AutomountServiceAccountToken);
        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
        Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        Assert.Equal("LEADLINE_STORE", Assert.Single(container.Env, variable => variable.ValueFrom?.SecretKeyRef is null).Name);
    }

    [Fact]
    public async Task The_secret_of_the_readme_has_every_key_that_must_be_there()
    {
        var container = Deployment(await RenderAsync(Proposed)).Spec.Template.Spec.Containers.Single();
        var keys = container.Env.Select(variable => variable.ValueFrom?.SecretKeyRef).OfType<V1SecretKeySelector>();
        var needed = keys.Where(key => key.Optional != true).ToList();
        var command = DeployFiles.Commands("kubectl create secret");
        Assert.Equal(3, needed.Count);
        Assert.All(needed, key => Assert.Contains($"--from-literal={key.Key}=", command));
        Assert.All(needed, key => Assert.Contains($"create secret generic {key.Name} ", command));
    }

    [Fact]
    public async Task Another_leadline_yaml_starts_new_pods()
    {
        Assert.Equal(await SumAsync(""), await SumAsync("replicas: 3"));
        Assert.NotEqual(await SumAsync(""), await SumAsync("config: { timezone: Europe/Berlin }"));

        static async Task<string> SumAsync(string values) =>
            Deployment(await RenderAsync(values)).Spec.Template.Metadata.Annotations["checksum/config"];
    }

    [Theory]
    [InlineData("replicas=0", "/replicas")]
    [InlineData("replica=3", "replica")]
    [InlineData("image.tagg=1", "tagg")]
    [InlineData("service.type=Local", "/service/type")]
    [InlineData("ingress.enabled=true", "/ingress/host")]
    [InlineData("sourceSecrets.PGPASSWORD=key", "PGPASSWORD")]
    [InlineData("store=postgres://leadline:hunter2@postgres/leadline", "/store")]
    [InlineData("store=duckdb:/tmp/leadline.duckdb", "/store")]
    public async Task A_wrong_value_is_refused_and_named(string set, string named)
    {
        var refused = await Helm.RunAsync("template", "acme", Chart, "--set", set);
        Assert.NotEqual(0, refused.Code);
        Assert.Contains(named, refused.Error);
    }

    [Fact]
    public async Task A_field_that_Kubernetes_does_not_have_would_be_found()
    {
        var text = await TemplateAsync("");
        var misspelt = text.Replace("readinessProbe:", "readynessProbe:");
        Assert.Throws<YamlException>(() => KubernetesYaml.LoadAllFromString(misspelt, strict: true));
    }

    [Fact]
    public void Every_value_is_used()
    {
        var templates = string.Concat(Directory.GetFiles(Path.Combine(Chart, "templates")).Select(File.ReadAllText));
        var stream = new YamlStream();
        stream.Load(new StringReader(File.ReadAllText(Path.Combine(Chart, "values.yaml"))));
        var paths = Paths(stream.Documents[0].RootNode, ".Values").ToList();
        Assert.NotEmpty(paths);
        Assert.All(paths, path => Assert.True(Above(path).Any(IsUsed), $"{path} is in values.yaml and in no template"));

        // A value is used by itself, or with all that stands beside it.
        static IEnumerable<string> Above(string path) =>
            path.LastIndexOf('.') is > 0 and var dot && path != ".Values" ? Above(path[..dot]).Prepend(path) : [];

        bool IsUsed(string path) => Regex.IsMatch(templates, $@"{Regex.Escape(path)}\b(?!\.)");
    }

    static IEnumerable<string> Paths(YamlNode node, string path) => node is YamlMappingNode { Children.Count: > 0 } map
        ? map.SelectMany(pair => Paths(pair.Value, $"{path}.{pair.Key}"))
        : [path];

    static V1Deployment Deployment(List<object> objects) => Assert.Single(objects.OfType<V1Deployment>());

    /// <summary>Unknown and doubled fields are errors.</summary>
    static async Task<List<object>> RenderAsync(string values) =>
        KubernetesYaml.LoadAllFromString(await TemplateAsync(values), strict: true);

    static async Task<string> TemplateAsync(string values)
    {
        using var folder = new TemporaryFolder();
        var rendered = await Helm.RunAsync("template", "acme", Chart, "-f", await WriteAsync(folder, values));
        Assert.True(rendered.Code == 0, rendered.Error);
        return rendered.Out;
    }

    static async Task<string> WriteAsync(TemporaryFolder folder, string values)
    {
        var file = Path.Combine(folder.Path, "values.yaml");
        await File.WriteAllTextAsync(file, values, TestContext.Current.CancellationToken);
        return file;
    }
}
