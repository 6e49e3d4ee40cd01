using Microsoft.AspNetCore.DataProtection;

namespace Leadline.Web;

/// <summary>The pages that people look at: rendered on the server, without script.</summary>
public static class WebPages
{
    public static IServiceCollection AddWebPages(this IServiceCollection services)
    {
        services.AddRazorComponents();

        // The framework asks for keys that no page needs: they stay in memory.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        return services;
    }

    /// <summary>Maps every page and the files that they load and offer.</summary>
    public static WebApplication MapWebPages(this WebApplication app)
    {
        WebFiles.Map(app);
        LedgerDownload.Map(app);
        app.Use(SelectedPages.AnswerAsync);

        // Forms are sent to endpoints that know by the browser's own headers whose page it was: neither a cookie nor a key on
        // the disk is needed.
        app.MapRazorComponents<Document>().DisableAntiforgery().ExcludeFromDescription();
        return app;
    }
}
