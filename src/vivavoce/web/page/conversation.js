// What was said so far: turns of both sides, built from the wire's events. Knows no DOM.

const LOOK_AHEAD = 60; // characters in which the next spoken word is looked for
const MOST_REMEMBERED = 40; // turns told to the server again after a lost connection

const plain = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

/** Where `word` ends in `text` from `from` on, or `from` when it is not there: numbers and
 * units are spoken otherwise than written, and the next word catches up. */
export function endOfWord(text, from, word) {
  const sought = plain(word);
  if (!sought) return from;
  const tokens = text.slice(from, from + LOOK_AHEAD).matchAll(/\S+/g);
  for (const token of tokens) {
    const end = from + token.index + token[0].length;
    if (plain(token[0]).startsWith(sought)) return end;
  }
  return from;
}

export class Turn {
  constructor(id, side, start) {
    this.id = id;
    this.side = side; // "user" or "assistant"
    this.start = start; // seconds since the page's conversation began
    this.text = "";
    this.tentative = "";
    this.final = false; // the user's words will not change; the assistant's turn is over
    this.cut = false; // interrupted
    this.soundless = false; // a typed line, or an answer as text only
    this.heardTo = 0; // characters of text that have sounded
    this.words = []; // {text, start, end}
    this.speaker = ""; // whose voice it was, where somebody is enrolled
    this.gapMs = null;
    this.written = false; // all of the answer's text is there
    this.gone = false; // a draft that never sounded
    this.thinking = ""; // shown beside the answer, never a part of it
    this.opened = false; // the reader looks at the thinking
    this.vote = null; // {chains, counts, tokens, stopped}
    this.acts = []; // {tool, arguments, verdict, reason, result, failed}: what was done for it
    this.route = null; // {model, why, thought, granted, …}
  }

  get heard() {
    const whole = this.side === "user" || this.soundless || (this.final && !this.cut);
    return whole ? this.text : this.text.slice(0, this.heardTo);
  }

  get unheard() {
    return this.text.slice(this.heard.length);
  }

  toJSON() {
    const { side, speaker, text, heard, unheard, start, cut, gapMs, words } = this;
    const { thinking, vote, acts, route } = this;
    const made = this.side === "assistant" ? { thinking, vote, acts, route } : {};
    return { side, speaker, text, heard, unheard, start, interrupted: cut, gap_ms: gapMs, words, ...made };
  }
}

export class Conversation {
  constructor() {
    this.began = new Date();
    this.turns = [];
    this.byId = new Map();
    this.byResponse = new Map();
    this.words = []; // of both sides, {side, text, start, end}: the voice line's
    this.partials = new Set(); // items whose words come by vivavoce.partial
    this.answering = null; // the response that is not done
    this.since = 0; // turns before this belong to an older conversation
    this.changed = new Set();
    this.base = 0; // the server's zero on the page's timeline
    this.now = () => 0;
  }

  get spoken() {
    return this.turns.filter((turn) => turn.text || turn.tentative);
  }

  turn(id, side, previous) {
    const known = this.byId.get(id);
    if (known) return known;
    const turn = new Turn(id, side, this.now());
    this.byId.set(id, turn);
    const after = this.turns.findIndex((other) => other.id === previous);
    this.turns.splice(after < 0 ? this.turns.length : after + 1, 0, turn);
    this.changed.add(turn);
    return turn;
  }

  change(turn, values) {
    if (!turn) return;
    Object.assign(turn, values);
    this.changed.add(turn);
  }

  typed(id, text) {
    this.change(this.turn(id, "user"), { text, final: true, soundless: true });
  }

  remove(turn) {
    this.turns = this.turns.filter((other) => other !== turn);
    this.byId.delete(turn.id);
    this.change(turn, { gone: true });
  }

  /** The answer was stopped; what had not sounded stays unheard. */
  cutOff(turn) {
    if (!turn || turn.final) return;
    if (turn.soundless) this.change(turn, { final: true });
    else if (turn.heardTo === 0 && turn.words.length === 0) this.remove(turn);
    else this.change(turn, { final: true, cut: turn.text.slice(turn.heardTo).trim() !== "" });
  }

  /** The loudspeaker has nothing more of this item. */
  ranDry(id) {
    const turn = this.byId.get(id);
    if (turn?.written && !turn.final) this.change(turn, { final: true });
  }

  /** The connection was lost: nothing of what is open will go on. */
  breakOff() {
    for (const turn of this.turns) {
      if (turn.side === "assistant") this.cutOff(turn);
      else if (!turn.final) {
        const text = `${turn.text} ${turn.tentative}`.trim();
        this.change(turn, { text, tentative: "", final: true });
      }
    }
    // The next connection counts its items anew.
    this.byId.clear();
    this.byResponse.clear();
    this.answering = null;
    this.partials.clear();
  }

  /**
   * What a server that has forgotten us should know: conversation.item.create events. Not what
   * nobody answered: it would be read as the beginning of whatever is said next, by whomever.
   */
  remembered() {
    const heard = this.turns.slice(this.since).filter((turn) => turn.heard.trim());
    return heard
      .slice(0, heard.findLastIndex((turn) => turn.side === "assistant") + 1)
      .slice(-MOST_REMEMBERED)
      .map(({ side, heard }) => ({
        type: "conversation.item.create",
        item: {
          type: "message",
          role: side,
          content: [{ type: side === "user" ? "input_text" : "output_text", text: heard }],
        },
      }));
  }

  apply(event) {
    handlers[event.type]?.(this, event);
  }

  asText() {
    const name = { user: "You", assistant: "Vivavoce" };
    const lines = this.spoken.map((turn) => {
      const unheard = turn.cut ? ` [not heard: ${turn.unheard.trim()}]` : "";
      const thought = turn.opened ? `[thought: ${turn.thinking.trim()}] ` : "";
      return `${turn.speaker || name[turn.side]}: ${thought}${turn.heard.trim() || turn.tentative}${unheard}`;
    });
    return `Vivavoce, ${this.began.toLocaleString()}\n\n${lines.join("\n")}\n`;
  }

  asJson() {
    const { began, spoken: turns } = this;
    return `${JSON.stringify({ began: began.toISOString(), turns }, null, 2)}\n`;
  }
}

function itemAdded(conversation, { item, previous_item_id: previous }) {
  if (item?.type !== "message" || !["user", "assistant"].includes(item.role)) return;
  const turn = conversation.turn(item.id, item.role, previous);
  const text = (item.content ?? []).map((part) => part.text ?? "").join("");
  if (text && !turn.text) conversation.change(turn, { text, final: true, soundless: true });
}

/** The turn of an answer; thinking comes before there is an item to name it by. */
function answer(conversation, response, id) {
  const early = conversation.byResponse.get(response);
  if (early && id && early.id === response) {
    conversation.byId.delete(early.id);
    early.id = id;
    conversation.byId.set(id, early);
  }
  const turn = early ?? conversation.turn(id ?? response, "assistant");
  if (response) conversation.byResponse.set(response, turn);
  return turn;
}

function moreText(conversation, { item_id: id, response_id: response, delta }, soundless) {
  const turn = answer(conversation, response, id);
  conversation.change(turn, { text: turn.text + delta, soundless });
}

const handlers = {
  "conversation.item.added": itemAdded,
  "conversation.item.created": itemAdded,

  "conversation.item.deleted": (c, { item_id: id }) => {
    if (c.byId.has(id)) c.remove(c.byId.get(id));
  },

  "conversation.item.truncated": (c, { item_id: id }) => c.cutOff(c.byId.get(id)),

  "input_audio_buffer.speech_started": (c, { item_id: id }) => {
    if (id) c.turn(id, "user");
  },

  "vivavoce.partial": (c, { item_id: id, stable, tentative }) => {
    c.partials.add(id);
    const turn = c.turn(id, "user");
    if (!turn.final) c.change(turn, { text: stable, tentative });
  },

  "conversation.item.input_audio_transcription.delta": (c, { item_id: id, delta }) => {
    if (c.partials.has(id)) return;
    const turn = c.turn(id, "user");
    if (!turn.final) c.change(turn, { text: turn.text + delta });
  },

  "conversation.item.input_audio_transcription.completed": (c, { item_id: id, transcript }) =>
    c.change(c.turn(id, "user"), { text: transcript.trim(), tentative: "", final: true }),

  "response.output_item.added": (c, { response_id: response, item }) => {
    if (item?.type !== "message") return;
    answer(c, response, item.id);
  },

  "vivavoce.thinking": (c, { response_id: response, delta }) => {
    const turn = answer(c, response);
    c.change(turn, { thinking: turn.thinking + delta });
  },

  "vivavoce.vote": (c, { response_id: response, chains, counts, tokens, stopped }) =>
    c.change(answer(c, response), { vote: { chains, counts, tokens, stopped } }),

  "vivavoce.acted": (c, { response_id: response, type, event_id: id, ...act }) => {
    const turn = answer(c, response);
    c.change(turn, { acts: [...turn.acts, act] });
  },

  "vivavoce.route": (c, { response_id: response, type, event_id: id, ...route }) =>
    c.change(c.byResponse.get(response), { route }),

  "response.output_audio_transcript.delta": (c, event) => moreText(c, event, false),

  "response.output_audio_transcript.done": (c, { item_id: id, transcript }) => {
    if (transcript) c.change(c.turn(id, "assistant"), { text: transcript });
  },

  "response.output_text.delta": (c, event) => moreText(c, event, true),

  "response.created": (c, { response }) => {
    c.answering = response.id;
  },

  "response.done": (c, { response }) => {
    if (c.answering === response.id) c.answering = null;
    const turn = c.byResponse.get(response.id);
    if (!turn) return;
    if (response.status !== "completed") c.cutOff(turn);
    else c.change(turn, { written: true, final: turn.final || turn.soundless || !turn.text });
  },

  "output_audio_buffer.stopped": (c, { response_id: response }) =>
    c.change(c.byResponse.get(response), { final: true }),

  "output_audio_buffer.cleared": (c, { response_id: response }) =>
    c.cutOff(c.byResponse.get(response)),

  "vivavoce.flush": (c, { item_id: id, final }) => {
    if (final) c.cutOff(c.byId.get(id));
  },

  "vivavoce.speaker": (c, { item_id: id, name }) => {
    if (c.byId.has(id)) c.change(c.byId.get(id), { speaker: name });
  },

  "vivavoce.latency": (c, { response_id: response, gap_ms: gapMs }) =>
    c.change(c.byResponse.get(response), { gapMs }),

  "vivavoce.word": (c, { side, text, start, end, item_id: id }) => {
    const word = { text, start: c.base + start, end: c.base + end };
    c.words.push({ side, ...word });
    const turn = c.turn(id, side);
    turn.words.push(word);
    if (side === "assistant") c.change(turn, { heardTo: endOfWord(turn.text, turn.heardTo, text) });
  },
};
