namespace Leadline.Core;

/// <summary>Which tags are versions.</summary>
public static class VersionTag
{
    /// <summary>
    /// Whether the tag's last path part is, after an optional prefix that ends in neither a digit nor a dot, 2 to 4 numbers
    /// separated by dots and nothing else: <c>v1.2.3</c>, <c>release-2024.10.1</c>, <c>desktop/v1.4</c>; so pre-releases
    /// (<c>v1.2.3-rc.1</c>) are none.
    /// </summary>
    public static bool IsVersion(string tag)
    {
        var part = tag.AsSpan(tag.LastIndexOf('/') + 1);
        var start = part.Length;
        while (start > 0 && (char.IsAsciiDigit(part[start - 1]) || part[start - 1] == '.')) start--;
        var numbers = part[start..];
        var count = 0;
        foreach (var number in numbers.Split('.'))
        {
            if (numbers[number].IsEmpty) return false;
            count++;
        }

        // The prefix is what stands before the longest run of digits and dots, so it ends in neither.
        return count is >= 2 and <= 4;
    }
}
