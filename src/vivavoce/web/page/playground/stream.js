// The server's answers: how far the network is, and the events of a race.

const address = () => new URL("../v1/diffusion", document.baseURI);

function headers(token) {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/** A request that came to nothing. code: the server's, or "away". */
export class Failed extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

async function answered(init) {
  let answer;
  try {
    answer = await fetch(address(), init);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failed("", "away");
  }
  if (answer.ok) return answer;
  const { error } = await answer.json().catch(() => ({}));
  throw new Failed(error?.message ?? "", error?.code ?? String(answer.status));
}

/** @returns {Promise<{state: string, said: string, model: string, trained: boolean|null}>} */
export async function look(token) {
  const answer = await answered({ headers: headers(token), cache: "no-store" });
  return answer.json();
}

/**
 * @param {object} body of the request
 * @param {AbortSignal} signal stops the writing
 * @param {(event: object) => void} onEvent
 */
export async function race(body, token, signal, onEvent) {
  const answer = await answered({
    method: "POST",
    headers: { ...headers(token), "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { value, done } = await more(reader);
    if (done) throw new Failed("", "away"); // without its end
    const events = (held + value).split("\n\n");
    held = events.pop();
    for (const event of events) {
      if (event === "data: [DONE]") return;
      if (event.startsWith("data: ")) onEvent(JSON.parse(event.slice(6)));
    }
  }
}

async function more(reader) {
  try {
    return await reader.read();
  } catch (error) {
    throw error.name === "AbortError" ? error : new Failed("", "away");
  }
}
