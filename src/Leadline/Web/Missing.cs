namespace Leadline.Web;

static class Missing
{
    /// <summary>
    /// Answers 404 with the page as it is rendered. The code is set when the answer starts, because the framework drops the page
    /// of an answer that is 404 before.
    /// </summary>
    public static void AnswerNotFound(this HttpContext http) => http.Response.OnStarting(() =>
    {
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    });
}
