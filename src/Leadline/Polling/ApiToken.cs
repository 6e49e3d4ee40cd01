namespace Leadline.Polling;

/// <summary>What an API is asked with.</summary>
abstract class ApiToken
{
    /// <summary>The account that a scope is asked in, where a token is had for each; each has allowances of its own.</summary>
    public virtual string Account(string? scope) => "";

    /// <summary>The token as it is valid now; null where the API is asked without one.</summary>
    /// <exception cref="ApiException">It cannot be had.</exception>
    public abstract ValueTask<string?> ShowAsync(string account, CancellationToken cancellation);

    /// <summary>Gives up the token that was refused; false where no other can be had.</summary>
    public virtual bool Forget(string account, string refused) => false;
}

/// <summary>A token that stays as it is.</summary>
sealed class FixedToken(string? token) : ApiToken
{
    public override ValueTask<string?> ShowAsync(string account, CancellationToken cancellation) => new(token);
}
