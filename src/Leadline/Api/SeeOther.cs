namespace Leadline.Api;

/// <summary>303: what follows is asked by GET, so that a reload sends nothing again.</summary>
sealed class SeeOther(string address) : IResult
{
    public Task ExecuteAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = address;
        return Task.CompletedTask;
    }
}
