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

export class Transcript {
  /** @param {HTMLOListElement} list  @param {HTMLElement} scroller what scrolls it */
  constructor(list, scroller) {
    this.list = list;
    this.scroller = scroller;
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
    if (turn.gone || !(turn.text || turn.tentative)) {
      entry?.remove();
      this.entries.delete(turn);
      return;
    }
    entry ??= this.add(turn, conversation);
    entry.classList.toggle("open", !turn.final);
    const words = parts(turn).filter(([, text]) => text);
    entry.querySelector(".words").replaceChildren(...words.map(([name, text]) => span(name, text)));
    entry.querySelector(".who").textContent = turn.speaker || WHO[turn.side];
    entry.querySelector(".note").textContent = note(turn);
  }

  add(turn, conversation) {
    const entry = document.createElement("li");
    entry.className = `turn ${turn.side}`;
    const who = span("who", WHO[turn.side]);
    const words = document.createElement("p");
    words.className = "words";
    words.dir = "auto";
    entry.append(who, words, span("note", ""));
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
