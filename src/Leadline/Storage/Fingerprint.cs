using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Leadline.Storage;

/// <summary>
/// Takes rows as a table would, and tells in 64 bits whether they are the same as others: on every machine and engine.
/// </summary>
sealed class Fingerprint : RowWriter
{
    readonly ArrayBufferWriter<byte> content = new(4096);

    /// <summary>The first 8 bytes of the SHA-256 of what was added since the last time it was asked.</summary>
    public long Take()
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(content.WrittenSpan, hash);
        content.ResetWrittenCount();
        return BinaryPrimitives.ReadInt64LittleEndian(hash);
    }

    public override RowWriter Add(string? value)
    {
        if (value is null) return Number(-1);
        var length = Encoding.UTF8.GetByteCount(value);
        Number(length);
        content.Advance(Encoding.UTF8.GetBytes(value, content.GetSpan(length)));
        return this;
    }

    public override RowWriter Add(long? value) => value is { } known ? Number(1).Number(known) : Number(-1);

    public override RowWriter Add(int? value) => Add((long?)value);

    public override RowWriter Add(bool? value) => Number(value switch { null => -1, true => 1, false => 0 });

    public override RowWriter Add(double? value) =>
        Add(value is { } known ? BitConverter.DoubleToInt64Bits(known) : (long?)null);

    // Engines keep microseconds.
    public override RowWriter Add(DateTimeOffset? value) => Add(value?.UtcTicks / 10);

    public override RowWriter Add(DateTime? value) => Add(value?.Ticks / 10);

    public override RowWriter Add(byte[]? value)
    {
        Number(value?.Length ?? -1);
        content.Write(value);
        return this;
    }

    public override RowWriter Add(int[]? value)
    {
        Number(value?.Length ?? -1);
        content.Write(MemoryMarshal.AsBytes<int>(value));
        return this;
    }

    public override void EndRow()
    {
    }

    Fingerprint Number(long value)
    {
        MemoryMarshal.Write(content.GetSpan(8), value);
        content.Advance(8);
        return this;
    }
}
