namespace Leadline.Core;

/// <summary>
/// A pattern over names and paths: <c>*</c> is anything but a slash, <c>**</c> anything, <c>?</c> one character but a slash,
/// <c>{a,b}</c> either. Without regard to case where asked for.
/// </summary>
public sealed class Glob
{
    public Glob(string pattern, bool ignoreCase = false) => throw new NotImplementedException();

    public bool IsMatch(string text) => throw new NotImplementedException();
}
