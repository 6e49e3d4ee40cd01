using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Leadline.Core;
using Leadline.Settings;
using Leadline.Sources;
using Leadline.Tests.Sources;
using Xunit;

namespace Leadline.Tests.Api;

/// <summary>
/// Every body in the shared folders, posted to one server as its source would post it: proved in each of the ways in which the
/// source's own recordings are proved.
/// </summary>
public sealed class PostedTests(PostedTests.Posting posting) : IClassFixture<PostedTests.Posting>
{
    public static TheoryData<string> Folders => [.. SharedPayloads.Folders.Select(pair => pair.Folder)];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Folders))]
    public async Task Whatever_a_source_sends_is_stored_and_read_or_ignored(string folder)
    {
        var recordings = posting.Of(folder).Select(ways => ways[0]).ToList();
        var answers = await posting.PostAsync(recordings.Select(recording => recording.Delivery));
        foreach (var (recording, answer) in recordings.Zip(answers))
        {
            // Where two hold nothing that is kept, one stands for both.
            var isKnown = recordings.Any(
                other => other != recording && other.Kept.Body.Span.SequenceEqual(recording.Kept.Body.Span));
            Assert.True(
                answer.Status == HttpStatusCode.Accepted || (isKnown && answer.Status == HttpStatusCode.OK),
                $"{recording.Name} is answered {answer.Status}: {answer.Body}");
        }

        await posting.Server.SettleAsync();
        foreach (var (recording, answer) in recordings.Zip(answers))
        {
            var id = JsonDocument.Parse(answer.Body).RootElement.GetProperty("id").GetInt64();
            var stored = (await posting.Server.Store.DeliveryAsync(id, TestContext.Current.CancellationToken))!;
            Assert.True(stored.Outcome is "facts" or "ignored", $"{recording.Name} is {stored.Outcome}: {stored.Because}");
            Assert.Equal(recording.Reader.Source, stored.Delivery.Source);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Folders))]
    public async Task Whoever_does_not_prove_the_secret_is_refused_and_nothing_is_stored(string folder)
    {
        var before = await posting.StoredAsync();
        var sent = posting.Of(folder).SelectMany(ways => ways)
            .SelectMany(recording =>
                new[] { recording.SignedWith("another secret of Acme"), recording.SignedWith(""), recording.Unsigned })
            .ToList();
        var answers = await posting.PostAsync(sent);
        Assert.NotEmpty(answers);
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.Status));
        Assert.All(answers, answer => Assert.DoesNotContain("secret of Acme", answer.Body));
        Assert.Equal(before, await posting.StoredAsync());
    }

    /// <summary>
    /// On a server of its own, where nobody waits to see the body for the first time. After the first way it is known; what is
    /// asked is whether it is let in.
    /// </summary>
    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Folders))]
    public async Task Each_way_to_prove_the_secret_is_let_in(string folder)
    {
        await using var alone = new Posting();
        await alone.InitializeAsync();
        var answers = await alone.PostAsync(alone.Of(folder).First().Select(recording => recording.Delivery));
        Assert.NotEmpty(answers);
        Assert.All(answers, answer => Assert.True(
            answer.Status is HttpStatusCode.Accepted or HttpStatusCode.OK, $"it is answered {answer.Status}: {answer.Body}"));
    }

    [Fact]
    public void A_folder_is_of_the_source_of_its_name_however_that_is_hyphenated()
    {
        Assert.Equal("github", SharedPayloads.ReaderOf("github")?.Source);
        Assert.Equal("azuredevops", SharedPayloads.ReaderOf("azure-devops")?.Source);
        Assert.Null(SharedPayloads.ReaderOf("pelorus"));
    }

    /// <summary>One server for all of them, where every source has a secret.</summary>
    public sealed class Posting : IAsyncLifetime
    {
        const int AtOnce = 16;

        internal RunningServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Server = await RunningServer.StartAsync(made: new LeadlineSettings
        {
            Secrets = Catalogue.Readers.ToImmutableDictionary(
                reader => reader.Source, _ => ImmutableArray.Create(Recording.Secret)),
        });

        public ValueTask DisposeAsync() => Server.DisposeAsync();

        internal async Task<long> StoredAsync() =>
            (await Server.Store.HealthAsync(TestContext.Current.CancellationToken)).Deliveries;

        /// <summary>Each file of the folder, in each of the ways to prove it.</summary>
        internal IEnumerable<ImmutableArray<Recording>> Of(string folder)
        {
            var reader = SharedPayloads.ReaderOf(folder)!;
            return SharedPayloads.FilesOf(folder)
                .Select(file => Recording.OfBody(reader, file, SharedPayloads.HeadersOf(reader.Source, file)));
        }

        internal async Task<List<(HttpStatusCode Status, string Body)>> PostAsync(IEnumerable<Delivery> deliveries)
        {
            var answers = new List<(HttpStatusCode, string)>();
            foreach (var some in deliveries.Chunk(AtOnce)) answers.AddRange(await Task.WhenAll(some.Select(PostAsync)));
            return answers;
        }

        async Task<(HttpStatusCode, string)> PostAsync(Delivery delivery)
        {
            var token = delivery.Header(Delivery.AddressToken) is { } given ? $"?token={Uri.EscapeDataString(given)}" : "";
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/deliveries/{delivery.Source}{token}")
            {
                Content = new ByteArrayContent(
                    delivery.Body.ToArray())
                { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
            };
            foreach (var (name, value) in delivery.Headers.Where(header => header.Key != Delivery.AddressToken))
                Assert.True(request.Headers.TryAddWithoutValidation(name, value));
            using var answer = await Server.Client.SendAsync(request, TestContext.Current.CancellationToken);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }
}
