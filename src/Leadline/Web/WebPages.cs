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

    /// <summary>Maps every page and the two files that they load.</summary>
    public static IEndpointRouteBuilder MapWebPages(this IEndpointRouteBuilder endpoints)
    {
        WebFiles.Map(endpoints);

        // No page takes a form by POST: there is nothing to forge, and so neither a cookie nor a key on the disk.
        endpoints.MapRazorComponents<Document>().DisableAntiforgery().ExcludeFromDescription();
        return endpoints;
    }
}
