using System.CommandLine;
using Leadline.Benchmarks;

var repository = new Option<string>("--repository")
{
    Description = "analyze this repository, and not a made-up one",
    HelpName = "PATH",
};
var commits = new Option<int>("--commits")
{
    Description = "the size of the made-up history; a deployment is made for every ten",
    HelpName = "NUMBER",
    DefaultValueFactory = _ => 1_000_000,
};
var engines = new Option<string[]>("--engine")
{
    Description = "for scale, one-project and pages: only this engine",
    DefaultValueFactory = _ => ["duckdb", "postgresql"],
};
engines.AcceptOnlyFromAmong("duckdb", "postgresql");
var which = new Argument<string>("BENCHMARK") { Description = "one of them, or all", DefaultValueFactory = _ => "all" };
which.AcceptOnlyFromAmong(["all", .. Benchmark.All.Select(benchmark => benchmark.Name)]);
var root = new RootCommand(
    "Measures Leadline against the least that the same work can cost, in one run on one machine.")
    {
        which, repository, commits, engines,
    };
root.SetAction(async (arguments, cancellation) =>
{
    using var bench = new Bench(arguments.GetValue(commits), arguments.GetValue(repository), arguments.GetValue(engines)!);
    var name = arguments.GetValue(which)!;
    foreach (var benchmark in Benchmark.All.Where(benchmark => name == "all" || name == benchmark.Name))
    {
        Console.WriteLine($"## {benchmark.Name}: {benchmark.Question}");
        Console.WriteLine();
        foreach (var row in await benchmark.RunAsync(bench, cancellation)) Console.WriteLine(row);
        Console.WriteLine();
    }
});
return await root.Parse(args).InvokeAsync();
