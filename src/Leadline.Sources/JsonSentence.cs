using System.Text.Json;

namespace Leadline.Sources;

/// <summary>
/// What is wrong with a body of JSON, for a person: without the serializer's words for our classes and its buffers.
/// </summary>
public static class JsonSentence
{
    /// <summary>What is wrong and where: a path of keys, or for what is no JSON a line and a column, both from 1.</summary>
    public static string Of(JsonException error)
    {
        var place = error.Path is { Length: > 1 } path ? path[1..].TrimStart('.') : null;
        if (IsNoJson(error))
            return "the body is not JSON: it "
                + $"{(EndsEarly(error) ? "ends too early" : "goes wrong" + At(error))}{(place is null ? "" : $", in {place}")}";
        var where = place ?? "the body";
        var message = error.Message;
        return message.Contains("missing required properties", StringComparison.Ordinal)
            ? $"{where} lacks what its source promises: "
                + $"{message[(message.LastIndexOf(':') + 1)..].Trim().TrimEnd('.').Replace("'", "")}"
            : message.StartsWith("The property or field", StringComparison.Ordinal)
                || message.Contains("doesn't allow", StringComparison.Ordinal)
            ? $"{where} is null, where its source promises a value"
            : message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal)
            ? error.InnerException is FormatException ? $"{where} holds no time that can be read"
                : $"{where} holds a value of another kind than its source promises"
            : place is null ? message : $"{place}: {message}";
    }

    /// <summary>The reader of tokens throws a kind of its own; the serializer hands it on as the cause.</summary>
    static bool IsNoJson(JsonException error) =>
        error.GetType() != typeof(JsonException) || error.InnerException is JsonException;

    static bool EndsEarly(JsonException error) =>
        error.Message.Contains("Expected depth to be zero", StringComparison.Ordinal)
            || error.Message.Contains("end of data", StringComparison.Ordinal)
        || error.Message.Contains("does not contain any JSON tokens", StringComparison.Ordinal);

    static string At(JsonException error) =>
        error is { LineNumber: { } line, BytePositionInLine: { } column } ? $" at line {line + 1}, column {column + 1}" : "";
}
