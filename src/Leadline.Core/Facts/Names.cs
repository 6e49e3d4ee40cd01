namespace Leadline.Core;

/// <summary>The service that everything is measured for. Never empty.</summary>
public readonly record struct ServiceName(string Value) : IComparable<ServiceName>
{
    public string Value { get; } = Named.NotEmpty(Value, "a service name");

    public int CompareTo(ServiceName other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

/// <summary>A repository as its host names it, without host or scheme: <c>acme/shop</c>. Never empty.</summary>
public readonly record struct RepositoryName(string Value) : IComparable<RepositoryName>
{
    public string Value { get; } = Named.NotEmpty(Value, "a repository name");

    public int CompareTo(RepositoryName other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

/// <summary>An environment of the definitions (<c>production</c>), not the name a source used for it. Never empty.</summary>
public readonly record struct EnvironmentName(string Value) : IComparable<EnvironmentName>
{
    /// <summary>The environment that metrics are about where nothing else is asked for.</summary>
    public static readonly EnvironmentName Production = new("production");

    public string Value { get; } = Named.NotEmpty(Value, "an environment name");

    public int CompareTo(EnvironmentName other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

static class Named
{
    public static string NotEmpty(string value, string what) =>
        string.IsNullOrWhiteSpace(value) ? throw new ArgumentException($"{what} must not be empty") : value;
}
