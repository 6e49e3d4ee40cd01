using System.Buffers.Binary;

namespace Leadline.Sources.Otlp;

/// <summary>
/// Goes through the fields of one protobuf message. What it hands out are parts of the body: no length that a sender claims
/// makes it take memory.
/// </summary>
ref struct ProtobufFields(ReadOnlySpan<byte> message)
{
    ReadOnlySpan<byte> rest = message;

    /// <summary>The field's number in its message's definition.</summary>
    public int Number { get; private set; }

    /// <summary>What stands in a field of a number; of a field of bytes it is 0.</summary>
    public ulong Value { get; private set; }

    /// <summary>What stands in a field of text, bytes or a message; of a number it is empty.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>False at the message's end.</summary>
    /// <exception cref="FormatException">It is cut off, or no protobuf.</exception>
    public bool Next()
    {
        if (rest.IsEmpty) return false;
        var tag = Varint();
        if (tag >> 3 is 0 or > int.MaxValue / 4) throw new FormatException("the body is no protobuf: a field has no number");
        Number = (int)(tag >> 3);
        Value = 0;
        Bytes = default;
        switch (tag & 7)
        {
            case 0: Value = Varint(); break;
            case 1: Value = BinaryPrimitives.ReadUInt64LittleEndian(Take(8)); break;
            case 2: Bytes = Take(Varint()); break;
            case 5: Value = BinaryPrimitives.ReadUInt32LittleEndian(Take(4)); break;
            default: throw new FormatException("the body is no protobuf: a field is of no known kind");
        }

        return true;
    }

    ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)rest.Length) throw new FormatException("the protobuf message is cut off");
        var taken = rest[..(int)length];
        rest = rest[(int)length..];
        return taken;
    }

    ulong Varint()
    {
        var value = 0ul;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = Take(1)[0];
            value |= shift < 64 ? (ulong)(next & 0x7F) << shift : 0;
            if (next < 0x80) return value;
        }

        throw new FormatException("the body is no protobuf: a number has no end");
    }
}
