// The conversation as text to read, copy and keep.

const NEAR_END_PX = 80;
const WHO = { user: "You", assistant: "Vivavoce" };

function span(className, text) {
  const element = document.createElement(className === "unheard" ? "s" : "span");
  element.className = className;
  element.textContent = text;
  return element;
}

/** The parts of a turn: {className, text}; what was not heard is marked so. */
function parts(turn) {
  if (turn.side === "user") {
    const gap = turn.text && turn.tentative ? " " : "";
    return [["said", turn.text + gap], ["tentative", turn.tentative]];
  }
  const space = turn.unheard.match(/^\s*/)[0]; // is not to be struck out
  const rest = turn.unheard.slice(space.length);
  return [["said", turn.heard + space], [turn.cut ? "unheard" : "ahead", rest]];
}

function note(turn) {
  if (turn.side === "user") return turn.soundless ? "typed" : "";
  if (turn.cut) return "interrupted: what is struck out was not heard";
  return turn.gapMs === null ? "" : `answered after ${Math.round(turn.gapMs)} ms`;
}

const STOPPED = {
  "": "voting",
  all: "all are in",
  decided: "decided",
  confident: "sure enough",
  deadline: "out of time",
  failed: "broke off",
};

const count = (n) => Math.round(n).toLocaleString("en");

function thoughtFor({ thought, granted }) {
  const of = granted ? ` of ${count(granted)}` : "";
  return `Thought for ${count(thought)} tokens${of}`;
}

/** Who answered and why, in a line. */
function made({ route, thinking }) {
  if (!route || route.model === "none" || !route.model) return "";
  const said = [route.why ? `${route.model}: ${route.why}` : route.model];
  if (route.thought && !thinking) said.push(thoughtFor(route).toLowerCase());
  if (route.fell_from?.length) said.push(`after ${route.fell_from.join(", ")} failed`);
  if (route.shortened) said.push(`${route.shortened} older messages were shortened`);
  return said.join("; ");
}

/** A tool's call in a line: [class, sign, words]. */
function acted({ tool, arguments: given, verdict, reason, failed }) {
  let values = [];
  try {
    values = Object.entries(JSON.parse(given)).filter(([, value]) => value !== null);
  } catch {
    // shown without its arguments
  }
  const said = values.map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`).join(", ");
  const what = `${tool.replaceAll("_", " ")}${said ? `: ${said}` : ""}`;
  if (verdict === "refuse") return ["refused", "✗", `${what} (not allowed: ${reason})`];
  if (verdict === "ask") return ["asked", "?", `${what} (waits for a yes: ${reason})`];
  return failed ? ["failed", "!", `${what} (did not work)`] : ["done", "✓", what];
}

/** What a tool told, where it is data: the voice has said no more than a few facts of it. */
function told({ result }) {
  if (!/[[{]\s*["[{]/.test(result ?? "")) return [];
  const [box, summary] = [document.createElement("details"), document.createElement("summary")];
  summary.textContent = "What it told";
  box.append(summary, span("", result));
  return [box];
}

function bar(label, part, text) {
  const row = document.createElement("div");
  const [term, value] = [document.createElement("dt"), document.createElement("dd")];
  const track = span("bar", "");
  const fill = track.appendChild(span("", ""));
  fill.style.transform = `scaleX(${part})`;
  term.textContent = label;
  value.append(track, span("", text));
  row.append(term, value);
  return row;
}

export class Transcript {
  /**
   * @param {HTMLOListElement} list
   * @param {HTMLElement} scroller what scrolls it
   * @param {People} people
   */
  constructor(list, scroller, people) {
    this.list = list;
    this.scroller = scroller;
    this.people = people;
    this.entries = new Map();
    this.following = true; // the end stays in sight, unless the reader went back
    scroller.addEventListener("scroll", () => {
      const { scrollHeight, scrollTop, clientHeight } = scroller;
      this.following = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    });
    new ResizeObserver(() => this.follow()).observe(scroller);
  }

  follow() {
    if (this.following) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  /** Bring the page up to the conversation. */
  show(conversation) {
    if (conversation.changed.size === 0) return;
    for (const turn of conversation.changed) this.write(turn, conversation);
    conversation.changed.clear();
    this.follow();
  }

  write(turn, conversation) {
    let entry = this.entries.get(turn);
    if (turn.gone || !(turn.text || turn.tentative || turn.thinking || turn.vote || turn.acts.length)) {
      entry?.remove();
      this.entries.delete(turn);
      return;
    }
    entry ??= this.add(turn, conversation);
    entry.classList.toggle("open", !turn.final);
    const words = parts(turn).filter(([, text]) => text);
    entry.querySelector(".words").replaceChildren(...words.map(([name, text]) => span(name, text)));
    const who = entry.querySelector(".who");
    who.textContent = turn.speaker || WHO[turn.side];
    if (turn.side === "user") who.style.color = `var(--${this.people.colour(turn.speaker)})`;
    entry.querySelector(".note").textContent = note(turn);
    if (turn.side === "assistant") this.writeMade(turn, entry);
  }

  /** How an answer came about: its thinking, its vote, its model. */
  writeMade(turn, entry) {
    const thinking = entry.querySelector(".thinking");
    thinking.hidden = !turn.thinking;
    const done = turn.route?.thought ? thoughtFor(turn.route) : "Thought about it";
    thinking.firstChild.textContent = turn.text || turn.route || turn.final ? done : "Thinking…";
    if (turn.opened) thinking.lastChild.textContent = turn.thinking;
    entry.querySelector(".made").textContent = made(turn);
    this.writeActs(turn, entry.querySelector(".acts"));
    const box = entry.querySelector(".vote");
    box.hidden = !turn.vote;
    if (!turn.vote) return;
    const { chains, counts, stopped } = turn.vote;
    const votes = Object.entries(counts).sort(([, a], [, b]) => b - a); // "72" sorts as a number
    const most = Math.max(1e-9, ...votes.map(([, n]) => n));
    const cast = votes.reduce((sum, [, n]) => sum + n, 0);
    box.firstChild.textContent = `${count(cast)} of ${chains}, ${STOPPED[stopped] ?? stopped}`;
    box.lastChild.replaceChildren(...votes.map(([a, n]) => bar(a, n / most, String(Math.round(10 * n) / 10))));
  }

  /** What was done for an answer; a question of ours can be answered by a button. */
  writeActs(turn, list) {
    list.hidden = !turn.acts.length;
    if (list.childElementCount === turn.acts.length) return;
    const lines = turn.acts.map((act) => {
      const [name, sign, words] = acted(act);
      const line = document.createElement("li");
      line.className = name;
      line.append(span("sign", sign), span("", words), ...told(act));
      if (act.verdict === "ask") line.append(...["Yes", "No"].map((word) => this.reply(word, line)));
      return line;
    });
    list.replaceChildren(...lines);
    this.follow();
  }

  reply(word, line) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = word;
    button.addEventListener("click", () => {
      const disable = (now) => {
        for (const other of line.querySelectorAll("button")) other.disabled = now;
      };
      disable(true);
      const detail = { word, refused: () => disable(false) };
      this.list.dispatchEvent(new CustomEvent("reply", { detail }));
    });
    return button;
  }

  makeMade(turn) {
    const thinking = document.createElement("details");
    thinking.className = "thinking";
    const words = document.createElement("p");
    words.dir = "auto";
    thinking.append(document.createElement("summary"), words);
    thinking.addEventListener("toggle", () => {
      turn.opened = thinking.open;
      words.textContent = turn.opened ? turn.thinking : "";
      this.follow();
    });
    const vote = document.createElement("div");
    vote.className = "vote";
    vote.append(span("", ""), document.createElement("dl"));
    const acts = document.createElement("ul");
    acts.className = "acts";
    return [thinking, vote, acts];
  }

  add(turn, conversation) {
    const entry = document.createElement("li");
    entry.className = `turn ${turn.side}`;
    const who = span("who", WHO[turn.side]);
    const words = document.createElement("p");
    words.className = "words";
    words.dir = "auto";
    const ours = turn.side === "assistant";
    entry.append(who, ...(ours ? this.makeMade(turn) : []), words, span("note", ""));
    if (ours) entry.append(span("made note", ""));
    const later = conversation.turns.slice(conversation.turns.indexOf(turn) + 1);
    const next = later.map((other) => this.entries.get(other)).find(Boolean);
    this.list.insertBefore(entry, next ?? null);
    this.entries.set(turn, entry);
    return entry;
  }

  /** A line between turns: the connection was lost, a new conversation began. */
  divide(text) {
    const line = document.createElement("li");
    line.className = "divider";
    line.textContent = text;
    this.list.append(line);
  }
}

/** Hand the browser a file to keep. */
export function download(name, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
