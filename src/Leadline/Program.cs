using Leadline;
using Leadline.Cli;

return await App.Commands(TimeProvider.System, Terminal.OfProcess()).Parse(args).InvokeAsync();
