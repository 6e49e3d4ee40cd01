namespace Leadline.Polling;

/// <summary>A call to a source's API that failed, in a sentence for whoever asked for its history.</summary>
/// <param name="message">What is wrong, and what to do; no token is in it.</param>
/// <param name="canHelp">Whether trying again can help.</param>
/// <param name="endsAll">Whether every other call of the source fails alike.</param>
public sealed class ApiException(
    string message, bool canHelp, bool endsAll = false, Exception? inner = null) : Exception(message, inner)
{
    public bool CanHelp => canHelp;

    public bool EndsAll => endsAll;

    /// <summary>What was answered; null where nothing was.</summary>
    public int? Status { get; init; }
}
