using System.Text;

namespace Leadline.Tests.Sources;

/// <summary>A record of OTLP in protobuf, made by hand: what a test needs, in the numbers of opentelemetry-proto.</summary>
sealed record OtlpMade(byte[] Bytes)
{
    public static OtlpMade Span(string name, ulong start, ulong end, params (string Key, object Value)[] attributes) => new(
    [
        .. Field(1, Convert.FromHexString("5B8EFFF798038103D269B633813FC60C")),
        .. Field(2, Convert.FromHexString("00F067AA0BA902B7")),
        .. Field(5, Encoding.UTF8.GetBytes(name)), .. Fixed(7, start), .. Fixed(8, end),
        .. attributes.SelectMany(attribute => Field(9, Attribute(attribute.Key, attribute.Value))),
    ]);

    /// <summary>A whole request for traces: one resource, one scope.</summary>
    public static byte[] Traces((string Key, object Value)[] resource, params OtlpMade[] records) => Field(
        1,
        [
            .. Field(1, [.. resource.SelectMany(attribute => Field(1, Attribute(attribute.Key, attribute.Value)))]),
            .. Field(2, [.. Field(1, Field(1, "ci"u8.ToArray())), .. records.SelectMany(record => Field(2, record.Bytes))]),
        ]);

    /// <summary>A value that is a text.</summary>
    public static byte[] Text(string text) => Field(1, Encoding.UTF8.GetBytes(text));

    public static byte[] Field(int number, byte[] bytes) =>
        [.. Varint(((ulong)number << 3) | 2), .. Varint((ulong)bytes.Length), .. bytes];

    static byte[] Fixed(int number, ulong value) => [.. Varint(((ulong)number << 3) | 1), .. BitConverter.GetBytes(value)];

    static byte[] Attribute(string key, object value) => [.. Field(1, Encoding.UTF8.GetBytes(key)), .. Field(2, value switch
    {
        byte[] made => made,
        long number => [.. Varint(3 << 3), .. Varint((ulong)number)],
        _ => Text($"{value}"),
    })];

    static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
