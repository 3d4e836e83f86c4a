// How the API answers.

export const API = "/api/v1";
const NO_CONTENT = 204;
export const UNREACHED = { error: "UNREACHABLE", message: "Dayrade cannot be reached. Try again." };

/** What the API refuses: its status (0 without an answer), code, message, and messages by field. */
export class ApiError extends Error {
  constructor(status, body, retryAfter = null) {
    super(body.message);
    this.status = status;
    this.code = body.error;
    this.details = body.details ?? {};
    this.retryAfter = retryAfter === null ? null : Number(retryAfter);
  }
}

/** Return the JSON of an answer, null where it has none, or throw what it refuses. */
export async function answered(answer) {
  if (answer.status === NO_CONTENT) return null;
  const body = await answer.json().catch(() => UNREACHED);
  if (!answer.ok) throw new ApiError(answer.status, body, answer.headers.get("Retry-After"));
  return body;
}
