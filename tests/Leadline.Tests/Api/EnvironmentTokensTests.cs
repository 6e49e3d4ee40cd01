using System.Net;
using Leadline.Api;
using Leadline.Settings;
using Leadline.Storage;
using Leadline.Tests.Storage;
using Xunit;

namespace Leadline.Tests.Api;

public sealed class EnvironmentTokensTests
{
    const string Long = "0123456789abcdef0123456789abcdef";

    [Fact]
    public void Each_scope_has_its_variable_and_an_empty_one_is_no_token()
    {
        var read = Read(("LEADLINE_TOKEN_READ", Long + "\n"), ("LEADLINE_TOKEN_ADMIN", " "), ("LEADLINE_TOKEN", Long));
        var only = Assert.Single(read);
        Assert.Equal(("LEADLINE_TOKEN_READ", "read"), (only.Name, only.Scope));
        Assert.Equal(Access.Hash(Long), only.Hash);
        Assert.Equal(
            ["ingest", "read", "admin"],
            Read(("LEADLINE_TOKEN_INGEST", Long), ("LEADLINE_TOKEN_READ", Long), ("LEADLINE_TOKEN_ADMIN", Long))
                .Select(token => token.Scope));
    }

    [Fact]
    public void All_that_can_be_guessed_are_refused_at_once_and_not_repeated()
    {
        var refused =
            Assert.Throws<SettingsException>(() =>
                Read(
                    ("LEADLINE_TOKEN_READ", "hunter2"), ("LEADLINE_TOKEN_INGEST", "swordfish"), ("LEADLINE_TOKEN_ADMIN", Long)));
        Assert.Collection(
            refused.Errors,
            error => Assert.StartsWith("LEADLINE_TOKEN_INGEST can be guessed", error),
            error => Assert.StartsWith("LEADLINE_TOKEN_READ can be guessed", error));
        Assert.DoesNotContain("hunter2", refused.Message);
    }

    [Fact]
    public async Task A_given_token_lets_in_beside_the_stored_ones_and_is_not_stored()
    {
        await using var server = await RunningServer.StartAsync(
            prepare: store => store.AddTokenAsync("stored", "ingest", Access.Hash("ll_stored"), RunningServer.Now, default),
            made: new LeadlineSettings { Tokens = Read(("LEADLINE_TOKEN_READ", Long)) });
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("ll_stored"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(Long));
        Assert.Equal("stored", Assert.Single(await server.Store.TokensAsync(TestContext.Current.CancellationToken)).Name);

        async Task<HttpStatusCode> StatusAsync(string token)
        {
            server.Client.DefaultRequestHeaders.Authorization = new("Bearer", token);
            return (await server.Client.GetAsync("/api/v1/services", TestContext.Current.CancellationToken)).StatusCode;
        }
    }

    [Fact]
    public async Task A_given_token_is_enough_to_listen_for_others()
    {
        await using var store = await Store.OpenAsync(TestStore.New, TestContext.Current.CancellationToken);
        var settings = new LeadlineSettings { Tokens = Read(("LEADLINE_TOKEN_INGEST", Long)) };
        await using var server = await Server.BuildAsync(
            store, settings, new IPEndPoint(IPAddress.Any, 0), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    static System.Collections.Immutable.ImmutableArray<StoredToken> Read(params (string Name, string Value)[] environment) =>
        EnvironmentTokens.Read(
            name => environment.Where(one => one.Name == name).Select(one => one.Value).FirstOrDefault(), RunningServer.Now);
}
