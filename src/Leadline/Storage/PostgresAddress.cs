using Npgsql;

namespace Leadline.Storage;

/// <summary><c>postgres://user:password@host:port/database?schema=leadline</c>, as libpq writes it.</summary>
static class PostgresAddress
{
    /// <summary>Besides these the query of the address takes no settings.</summary>
    const string Known = "schema, host, sslmode, sslrootcert, pool, user, password";

    public static bool Is(string address) =>
        address.StartsWith("postgres://", StringComparison.Ordinal)
            || address.StartsWith("postgresql://", StringComparison.Ordinal);

    /// <summary>The address without its password: for logs and pages.</summary>
    public static string Shown(string address)
    {
        var (settings, schema) = Parse(address);
        return $"postgres://{settings.Username}@{settings.Host}:{settings.Port}/{settings.Database}"
            + $"{(schema == "leadline" ? "" : $"?schema={schema}")}";
    }

    /// <exception cref="StoreException">It is no such address; the message does not repeat a password.</exception>
    public static (NpgsqlConnectionStringBuilder Settings, string Schema) Parse(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
            throw new StoreException("the store's address cannot be read: write postgres://USER:PASSWORD@HOST:PORT/DATABASE");
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host.Length > 0 ? uri.Host : "localhost",
            Port = uri.Port > 0 ? uri.Port : 5432,
            Database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')) is { Length: > 0 } database ? database
                : "leadline",
            ApplicationName = "leadline",
            MaxAutoPrepare = 64,
            CommandTimeout = 0,
            KeepAlive = 30,
            Timezone = "UTC",
        };
        var user = uri.UserInfo.Split(':', 2);
        settings.Username = user[0].Length > 0 ? Uri.UnescapeDataString(user[0])
            : Environment.GetEnvironmentVariable("PGUSER") ?? Environment.UserName;
        settings.Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : Environment.GetEnvironmentVariable("PGPASSWORD");
        var schema = "leadline";
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = pair.Split('=', 2) is [var key, var text] ? (key, Uri.UnescapeDataString(text)) : (pair, "");
            switch (name)
            {
                case "schema" when value.Length > 0
                    && value.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'):
                    schema = value; break;
                case "schema":
                    throw new StoreException("the schema in the store's address must be lower-case letters, digits and _");
                case "host": settings.Host = value; break;
                case "user": settings.Username = value; break;
                case "password": settings.Password = value; break;
                case "sslrootcert": settings.RootCertificate = value; break;
                case "pool" when int.TryParse(value, out var most) && most > 3: settings.MaxPoolSize = most; break;
                case "sslmode" when Enum.TryParse<SslMode>(value.Replace("-", ""), ignoreCase: true, out var mode):
                    settings.SslMode = mode; break;
                default:
                    throw new StoreException(
                        $"'{name}={(name == "password" ? "…" : value)}' in the store's address is not understood: it takes "
                            + $"{Known}");
            }
        }

        settings.SearchPath = schema;
        return (settings, schema);
    }
}
