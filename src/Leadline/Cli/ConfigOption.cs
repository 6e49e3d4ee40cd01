using System.CommandLine;
using Leadline.Settings;

namespace Leadline.Cli;

/// <summary><c>--config</c>: the settings that a verb goes by.</summary>
sealed class ConfigOption : Option<string?>
{
    public ConfigOption() : base("--config")
    {
        Description = "the settings; default: LEADLINE_CONFIG, or leadline.yaml in the working directory";
        HelpName = "FILE";
    }

    /// <exception cref="SettingsException">Something is wrong with them; all of it is said.</exception>
    public LeadlineSettings Settings(ParseResult arguments) =>
        SettingsFile.Load(arguments.GetValue(this), Environment.GetEnvironmentVariable);

    /// <summary>The settings for a verb that takes no deliveries: the variables of secrets need not be set.</summary>
    /// <exception cref="SettingsException">Something is wrong with them; all of it is said.</exception>
    public LeadlineSettings WithoutSecrets(ParseResult arguments) =>
        SettingsFile.LoadWithoutSecrets(arguments.GetValue(this), Environment.GetEnvironmentVariable);
}
