using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Leadline.Core;

/// <summary>
/// A commit id: 40 hexadecimal digits (SHA-1) or 64 (SHA-256), or an abbreviation of at least 7 digits.
/// Held in place rather than as a string, because the graph of a large repository holds millions of them.
/// </summary>
public readonly struct Sha : IEquatable<Sha>, IComparable<Sha>
{
    readonly ulong first, second, third, fourth;
    readonly byte digits;

    Sha(ReadOnlySpan<byte> bytes, int digits)
    {
        first = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        second = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        third = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        fourth = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
        this.digits = (byte)digits;
    }

    /// <summary>How many hexadecimal digits are known; 0 only for <c>default</c>, which is no commit.</summary>
    public int Digits => digits;

    /// <summary>Whether this is an abbreviation that has to be resolved against known commits.</summary>
    public bool IsShort => digits is not (40 or 64);

    /// <exception cref="FormatException">The text is not 7 to 40, or 64, hexadecimal digits, or is all zeros.</exception>
    public static Sha Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var sha) ? sha
        : throw new FormatException($"'{Shorten(text)}' is not a commit id (7 to 40, or 64, hexadecimal digits)");

    /// <summary>False for null, wrong lengths, other digits and the forty zeros that stand for "no commit".</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out Sha sha)
    {
        sha = default;
        if (text.Length is not (>= 7 and <= 40 or 64)) return false;
        Span<byte> bytes = stackalloc byte[32];
        bytes.Clear();
        var even = text.Length & ~1;
        if (Convert.FromHexString(text[..even], bytes, out _, out _) != OperationStatus.Done) return false;
        if (even < text.Length)
        {
            // An abbreviation may end in half a byte.
            if (!char.IsAsciiHexDigit(text[^1])) return false;
            bytes[even / 2] = (byte)(Convert.ToInt32(text[^1..].ToString(), 16) << 4);
        }

        if (!bytes.ContainsAnyExcept((byte)0)) return false;
        sha = new Sha(bytes, text.Length);
        return true;
    }

    /// <summary>Null where <see cref="TryParse"/> says false: for fields in which a source may send nothing.</summary>
    public static Sha? ParseOrNull(string? text) => TryParse(text, out var sha) ? sha : null;

    /// <summary>Whether this commit id begins with the digits of <paramref name="abbreviation"/>.</summary>
    public bool StartsWith(Sha abbreviation) =>
        abbreviation.digits <= digits && ToString().StartsWith(abbreviation.ToString(), StringComparison.Ordinal);

    public bool Equals(Sha other) =>
        first == other.first && second == other.second && third == other.third && fourth == other.fourth
        && digits == other.digits;

    public override bool Equals(object? obj) => obj is Sha other && Equals(other);

    public override int GetHashCode() => first.GetHashCode();

    public int CompareTo(Sha other)
    {
        var order = first.CompareTo(other.first);
        if (order == 0) order = second.CompareTo(other.second);
        if (order == 0) order = third.CompareTo(other.third);
        if (order == 0) order = fourth.CompareTo(other.fourth);
        return order == 0 ? digits.CompareTo(other.digits) : order;
    }

    /// <summary>The digits in lower case.</summary>
    public override string ToString()
    {
        if (digits == 0) return "";
        return string.Create(digits, this, static (text, sha) =>
        {
            Span<byte> bytes = stackalloc byte[32];
            BinaryPrimitives.WriteUInt64BigEndian(bytes, sha.first);
            BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], sha.second);
            BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], sha.third);
            BinaryPrimitives.WriteUInt64BigEndian(bytes[24..], sha.fourth);
            Span<char> all = stackalloc char[64];
            Convert.TryToHexStringLower(bytes, all, out _);
            all[..text.Length].CopyTo(text);
        });
    }

    /// <summary>The first seven digits, for people.</summary>
    public string Abbreviated => digits == 0 ? "" : ToString()[..7];

    public static bool operator ==(Sha left, Sha right) => left.Equals(right);

    public static bool operator !=(Sha left, Sha right) => !left.Equals(right);

    static string Shorten(ReadOnlySpan<char> text) => text.Length <= 70 ? text.ToString() : string.Concat(text[..70], "…");
}
