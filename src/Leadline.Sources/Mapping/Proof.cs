using System.Text.RegularExpressions;
using Leadline.Core;

namespace Leadline.Sources.Mapping;

/// <summary>How a delivery proves that its sender knows the secret.</summary>
public sealed partial record Proof
{
    /// <summary>What may be written: <c>hmac-sha256 X-Signature sha256=</c>.</summary>
    public const string Pattern = @"(bearer|basic|header [A-Za-z0-9_.-]+|hmac-sha256(-base64)? [A-Za-z0-9_.-]+( \S+)?)";

    /// <summary>The same for people.</summary>
    public const string Takes =
        "bearer, basic, header NAME, hmac-sha256 HEADER PREFIX or hmac-sha256-base64 HEADER PREFIX (the prefix may be left out)";

    readonly string way;
    readonly string prefix;

    Proof(string way, string header, string prefix) => (this.way, Header, this.prefix) = (way, header, prefix);

    /// <summary>As it is written in the settings.</summary>
    public override string ToString() =>
        string.Join(' ', new[] { way, way is "bearer" or "basic" ? "" : Header, prefix }.Where(part => part.Length > 0));

    /// <summary>The header that bears the proof, which nobody may keep.</summary>
    public string Header { get; }

    public static Proof Bearer { get; } = new("bearer", "Authorization", "");

    /// <summary>Null where it is none.</summary>
    public static Proof? Parse(string text)
    {
        if (!Whole().IsMatch(text)) return null;
        var words = text.Split(' ');
        return new Proof(words[0], words.Length > 1 ? words[1] : "Authorization", words.Length > 2 ? words[2] : "");
    }

    /// <summary>Whether the delivery proves it; compared in constant time, and never while there is no secret.</summary>
    public bool IsGiven(Delivery delivery, ReadOnlySpan<byte> secret) => way switch
    {
        "bearer" => Signatures.Bearer(delivery, secret),
        "basic" => Signatures.Basic(delivery, secret),
        "header" => Signatures.Token(delivery, Header, secret),
        "hmac-sha256" => Signatures.HmacSha256Hex(delivery, Header, prefix, secret),
        _ => Signatures.HmacSha256Base64(delivery, Header, prefix, secret),
    };

    [GeneratedRegex($@"^{Pattern}\z")]
    private static partial Regex Whole();
}
