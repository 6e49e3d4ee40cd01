using System.Buffers.Binary;
using System.Text;

namespace Leadline.EndToEnd;

/// <summary>A message of protocol buffers; its fields by the numbers of its definition.</summary>
sealed class ProtobufMessage
{
    readonly List<(int Field, ulong Number, ReadOnlyMemory<byte> Bytes)> fields = [];

    public ProtobufMessage(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var tag = Varint(ref bytes);
            var (number, length) = (tag & 7) switch
            {
                0 => (Varint(ref bytes), 0),
                1 => (BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span), 8),
                2 => (0ul, (int)Varint(ref bytes)),
                5 => (BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span), 4),
                var other => throw new InvalidDataException($"{other} is no wire type"),
            };
            fields.Add(((int)(tag >> 3), number, bytes[..length]));
            bytes = bytes[length..];
        }
    }

    public IEnumerable<ProtobufMessage> All(int field) => Of(field).Select(one => new ProtobufMessage(one.Bytes));

    /// <summary>The messages at the end of a path of fields.</summary>
    public IEnumerable<ProtobufMessage> All(params ReadOnlySpan<int> path)
    {
        IEnumerable<ProtobufMessage> found = [this];
        foreach (var field in path) found = found.SelectMany(one => one.All(field)).ToList();
        return found;
    }

    public string Text(int field) => Encoding.UTF8.GetString(Of(field).SingleOrDefault().Bytes.Span);

    public string Hex(int field) => Convert.ToHexStringLower(Of(field).SingleOrDefault().Bytes.Span);

    public ulong Number(int field) => Of(field).SingleOrDefault().Number;

    /// <summary>A list of OpenTelemetry's <c>KeyValue</c>: texts, and whole numbers as text.</summary>
    public Dictionary<string, string> Attributes(int field)
    {
        var attributes = new Dictionary<string, string>();
        foreach (var pair in All(field))
        {
            var value = pair.All(2).Single();
            attributes[pair.Text(1)] = value.Of(1).Any() ? value.Text(1) : $"{value.Number(3)}";
        }

        return attributes;
    }

    IEnumerable<(int Field, ulong Number, ReadOnlyMemory<byte> Bytes)> Of(int field) => fields.Where(one => one.Field == field);

    static ulong Varint(ref ReadOnlyMemory<byte> bytes)
    {
        var value = 0ul;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes.Span[0];
            bytes = bytes[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
    }
}
