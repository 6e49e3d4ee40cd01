using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace Leadline.Sources.GitHub;

/// <summary>The ids of GitHub's GraphQL API, in which the number stands that REST knows a thing by.</summary>
static class NodeId
{
    /// <summary>
    /// The number of <c>DES_kwDO…</c>, which is a MessagePack list of which it is the last, or of the older form, base64 of
    /// <c>016:DeploymentStatus7</c>; null where it is neither. GitHub promises neither, so nothing may rest on it.
    /// </summary>
    public static long? NumberOf(string id)
    {
        var prefix = id.IndexOf('_');
        if (prefix > 0) return Base64(id.AsSpan(prefix + 1)) is { } packed ? Last(packed) : null;
        return Base64(id) is { } text ? Trailing(Encoding.ASCII.GetString(text)) : null;
    }

    static byte[]? Base64(ReadOnlySpan<char> text)
    {
        // The older form is filled up with =, and has + and / in place of - and _.
        var url = text.ToString().TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return Base64Url.IsValid(url) ? Base64Url.DecodeFromChars(url) : null;
    }

    static long? Trailing(string text)
    {
        var colon = text.IndexOf(':');
        var digits = text.Length - text.AsSpan().TrimEnd("0123456789").Length;
        if (colon <= 0 || digits == 0 || text.Length - digits <= colon + 1) return null;
        return long.TryParse(text.AsSpan(text.Length - digits), out var number) ? number : null;
    }

    static long? Last(ReadOnlySpan<byte> packed)
    {
        if (packed.IsEmpty || packed[0] is < 0x92 or > 0x9f) return null;
        var left = packed[0] & 0x0f;
        packed = packed[1..];
        for (ulong number = 0; ; left--)
        {
            if (left == 0) return packed.IsEmpty && number is > 0 and <= long.MaxValue ? (long)number : null;
            if (packed.IsEmpty) return null;
            var length = packed[0] switch { <= 0x7f => 0, 0xcc => 1, 0xcd => 2, 0xce => 4, 0xcf => 8, _ => -1 };
            if (length < 0 || packed.Length <= length) return null;
            number = length switch
            {
                0 => packed[0],
                1 => packed[1],
                2 => BinaryPrimitives.ReadUInt16BigEndian(packed[1..]),
                4 => BinaryPrimitives.ReadUInt32BigEndian(packed[1..]),
                _ => BinaryPrimitives.ReadUInt64BigEndian(packed[1..]),
            };
            packed = packed[(length + 1)..];
        }
    }
}
