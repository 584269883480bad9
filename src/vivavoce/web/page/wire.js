// The WebSocket: opened at the page's own origin, opened again when it is lost.

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15000;
const MOST_QUEUED_BYTES = 128 * 1024; // two seconds of microphone; older sound is worthless
const REFUSED = new Set([1008, 3000, 3003, 4001, 4003]); // close codes that a retry won't mend

const TOKEN = "vivavoce.token";

/** The token that the page was opened with; out of the address bar, kept for this tab. */
export function takeToken() {
  const url = new URL(location.href);
  const token = url.searchParams.get("token");
  if (token !== null) {
    sessionStorage.setItem(TOKEN, token);
    url.searchParams.delete("token");
    history.replaceState(history.state, "", url);
  }
  return sessionStorage.getItem(TOKEN);
}

function realtimeUrl(token) {
  const url = new URL("v1/realtime", document.baseURI);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.search = new URLSearchParams({
    model: "vivavoce",
    frames: "1",
    ...(token ? { token } : {}),
  });
  return url;
}

export class Wire {
  /**
   * @param {string|null} token
   * @param {object} on onOpen(again), onEvent(event), onAway(seconds until the next try),
   *   onBusy(seconds), onRefused(why)
   */
  constructor(token, on) {
    this.token = token;
    this.on = on;
    this.tries = 0;
    this.opened = 0; // connections so far
    this.dropped = 0; // packets
  }

  open() {
    clearTimeout(this.timer);
    const socket = new WebSocket(realtimeUrl(this.token));
    this.socket = socket;
    socket.onopen = () => {
      this.tries = 0;
      this.on.onOpen(this.opened++ > 0);
    };
    socket.onmessage = ({ data }) => this.on.onEvent(JSON.parse(data));
    socket.onclose = (event) => {
      if (this.socket === socket) this.lost(event);
    };
  }

  async lost({ code, reason }) {
    this.socket = null;
    if (REFUSED.has(code)) {
      this.on.onRefused(reason);
      return;
    }
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.tries++);
    const spread = wait * (0.75 + Math.random() / 2); // not all pages in the same instant
    this.timer = setTimeout(() => this.open(), spread);
    this.on.onAway(spread / 1000);
    const health = await this.health();
    if (!health || this.ready || this.closed) return;
    if (health.conversations >= health.most) this.on.onBusy(spread / 1000);
    else if (this.opened === 0 && this.tries >= 2) {
      this.close();
      this.on.onRefused("");
    }
  }

  /** A refused handshake and a server that is away look the same to a page: ask again otherwise.
   * @returns {Promise<object|null>} null when it is away */
  async health() {
    try {
      const answer = await fetch(new URL("healthz", document.baseURI), { cache: "no-store" });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null; // away: the timer tries again
    }
  }

  get ready() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  send(event) {
    if (this.ready) this.socket.send(JSON.stringify(event));
  }

  /** @returns {boolean} false when the packet was let go: away, or too slow to carry it */
  sendSound(audio) {
    if (!this.ready) return false;
    if (this.socket.bufferedAmount > MOST_QUEUED_BYTES) {
      this.dropped++;
      return false;
    }
    this.send({ type: "input_audio_buffer.append", audio });
    return true;
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    const { socket } = this;
    this.socket = null;
    socket?.close(1000);
  }
}
