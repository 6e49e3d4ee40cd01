namespace Leadline.Api;

/// <summary>Errors as problem+json: a sentence for the person, and the status for the program.</summary>
static class Problem
{
    public static IResult Of(int status, string sentence) => Results.Problem(detail: sentence, statusCode: status);

    public static IResult BadRequest(string sentence) => Of(StatusCodes.Status400BadRequest, sentence);
}
