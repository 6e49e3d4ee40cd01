using System.Security.Cryptography;

namespace Leadline.Settings;

/// <summary>A GitHub App as the settings name it. It is no record: its key is in no text that is made of it.</summary>
/// <param name="id">Its id, or its client id.</param>
/// <param name="installation">Null where that of each repository's owner is asked for.</param>
/// <param name="key">The private key; null where it is in a file.</param>
/// <param name="file">The file of the private key, which is read each time.</param>
public sealed class GitHubAppSetting(string id, string? installation, string? key, string? file)
{
    const int Largest = 64 * 1024;

    const string Right = "write the file that GitHub gave when the key was made";

    public string Id => id;

    public string? Installation => installation;

    /// <summary>Why the key cannot be used, in a sentence without the key; null where it can.</summary>
    public string? WhyNot()
    {
        try
        {
            Key().Dispose();
            return null;
        }
        catch (FormatException error)
        {
            return error.Message;
        }
    }

    /// <summary>The private key as it is now.</summary>
    /// <exception cref="FormatException">It cannot be used; the sentence says why, without the key.</exception>
    public RSA Key()
    {
        // In a variable the ends of lines are often written out.
        var pem = key is not null ? key.Replace("\\n", "\n", StringComparison.Ordinal) : Read(file!);
        var from = key is not null ? "the key" : file;
        if (!pem.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            throw new FormatException($"{from} is no private key: {Right}, which begins with -----BEGIN RSA PRIVATE KEY-----");
        if (pem.Contains("ENCRYPTED", StringComparison.Ordinal))
            throw new FormatException($"{from} is behind a password: write it without, in a file that only Leadline may read");
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
            return rsa;
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            // What was wrong with it may repeat a part of it.
            rsa.Dispose();
            throw new FormatException($"{from} is no private key of RSA, or not all of one: {Right}");
        }
    }

    static string Read(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > Largest)
                throw new FormatException($"{file} is larger than {Largest >> 10} KiB: it cannot be a key");
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FormatException($"there is no file {file} to read the App's private key from");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException)
        {
            throw new FormatException($"{file} cannot be read: {error.Message}");
        }
    }
}
