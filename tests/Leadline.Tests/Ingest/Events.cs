using System.Text;
using Leadline.Core;
using Leadline.Ingest;
using Leadline.Sources;
using Leadline.Storage;

namespace Leadline.Tests.Ingest;

/// <summary>Events of our own JSON, made ready for the log as the server does it.</summary>
static class Events
{
    static readonly Intake Intake = new(new byte[32]);

    public static NewDelivery Deployment(string id, string service = "shop", string finishedAt = "2026-03-02T10:00:00Z") =>
        Of($$"""{"type":"deployment","id":"{{id}}","service":"{{service}}","environment":"production","status":"succeeded","finished_at":"{{finishedAt}}"}""");

    public static NewDelivery Of(string body) => Intake.Prepare(
        Catalogue.Find("leadline")!,
        new Delivery
        {
            Source = "leadline",
            Headers = Delivery.NoHeaders,
            Body = Encoding.UTF8.GetBytes(body),
            ReceivedAt = DateTimeOffset.UnixEpoch,
        });
}
