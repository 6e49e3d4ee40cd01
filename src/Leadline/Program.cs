using Leadline;
using Leadline.Cli;

var terminal = Terminal.OfProcess();
return await CommandLine.RunAsync(App.Commands(TimeProvider.System, terminal), args, terminal);
