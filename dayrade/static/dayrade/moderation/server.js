// What the moderation desk asks its server, and the ways in which that can go wrong.

const ENDED = "Your session has ended. What you have typed stays here.";
const AWAY = "The server does not answer.";
const BUSY = new Set([502, 503, 504]);

/** A refusal; `kind` is ended, away or refused, `results` what became of each message. */
export class Refusal extends Error {
  constructor(kind, said, results = []) {
    super(said);
    this.kind = kind;
    this.results = results;
  }
}

export class Server {
  constructor(urls, csrf) {
    this.urls = urls;
    this.csrf = csrf;
  }

  async queue(query) {
    const found = await this.#get(`${this.urls.queue}?${new URLSearchParams(query)}`);
    this.csrf = found.csrf;
    return found;
  }

  /** Asked without anybody's doing: it does not keep an idle session alive. */
  news(query) {
    const url = `${this.urls.news}?${new URLSearchParams(query)}`;
    return this.#get(url, { headers: { "X-Unattended": "1" } });
  }

  message(id, signal) {
    return this.#get(this.urls.message.replace("0", id), { signal });
  }

  async act(body) {
    try {
      return await this.#post(body);
    } catch (refusal) {
      // Whoever has signed in again meanwhile sends an outdated token.
      if (!refusal.isDenied || refusal.results.length) throw refusal;
      const before = this.csrf;
      await this.queue({ view: "reported" });
      if (this.csrf === before) throw refusal;
      return this.#post(body);
    }
  }

  #get(url, options = {}) {
    return answer(url, options);
  }

  #post(body) {
    return answer(this.urls.acts, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.csrf },
      body: JSON.stringify(body),
    });
  }
}

async function answer(url, options) {
  let response;
  try {
    const headers = { Accept: "application/json", ...options.headers };
    response = await fetch(url, { ...options, headers, redirect: "manual" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal("away", AWAY);
  }
  // To the page on which one signs in.
  if (response.type === "opaqueredirect") throw new Refusal("ended", ENDED);
  const content = await response.json().catch(() => null);
  if (response.ok && content) return content;
  if (BUSY.has(response.status) && !content) throw new Refusal("away", AWAY);
  const refusal = new Refusal("refused", inWords(content), content?.results);
  refusal.isDenied = response.status === 403;
  throw refusal;
}

function inWords(content) {
  if (!content) return "The server could not do this.";
  const details = Object.values(content.details ?? {}).flat();
  return details.length ? details.join(" ") : content.message;
}
