using Leadline.Storage;

namespace Leadline.Api;

/// <summary>Errors as problem+json: a sentence for the person, and the status for the program.</summary>
static class Problem
{
    public static IResult Of(int status, string sentence) => Results.Problem(detail: sentence, statusCode: status);

    public static IResult BadRequest(string sentence) => Of(StatusCodes.Status400BadRequest, sentence);

    /// <summary>The status of what was thrown and nobody caught.</summary>
    public static int StatusOf(Exception error) => error switch
    {
        BadHttpRequestException bad => bad.StatusCode,
        StoreException => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>A sentence for what the framework refused on its own.</summary>
    public static void Complete(ProblemDetailsContext problem) =>
        problem.ProblemDetails.Detail ??= problem.ProblemDetails.Status switch
        {
            400 => "a parameter is missing or of another kind: /docs says what each holds",
            404 => $"there is nothing at {problem.HttpContext.Request.Path}: /docs lists what there is",
            405 =>
                $"{problem.HttpContext.Request.Method} cannot be asked of {problem.HttpContext.Request.Path}: /docs lists "
                    + "what can",
            503 or 500 => SentenceOf(problem.ProblemDetails.Status.Value),
            _ => null,
        };

    /// <summary>What is said of an error that nobody caught, where its status cannot be.</summary>
    public static string SentenceOf(Exception error) => SentenceOf(StatusOf(error));

    static string SentenceOf(int status) =>
        status == StatusCodes.Status503ServiceUnavailable ? "the store cannot be used now; the server's log says why"
            : "the server failed; its log says why";
}
