using System.CommandLine;

namespace Leadline.Cli;

/// <summary><c>--limit</c>: how many rows at most.</summary>
public sealed class LimitOption : Option<int>
{
    const int Most = 1000;

    public LimitOption(int usual) : base("--limit")
    {
        Description = $"how many rows at most, up to {Most}";
        HelpName = "NUMBER";
        DefaultValueFactory = _ => usual;
        Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<int>() is < 1 or > Most)
                result.AddError($"--limit must be 1 to {Most}");
        });
    }
}
