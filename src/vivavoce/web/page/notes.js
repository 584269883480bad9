// What can go wrong, said with what to do next.

const LONGEST = 300; // characters of a server's complaint

const TYPE = { label: "Type instead", act: "type" };
const RETRY = { label: "Try again", act: "begin" };

const TROUBLE = {
  NotAllowedError: [
    "The microphone is blocked for this page",
    "Allow it with the icon beside the address, then try again.",
    [RETRY, TYPE],
  ],
  NotFoundError: [
    "No microphone was found",
    "Plug one in, or choose one in the system’s sound settings, then try again.",
    [RETRY, TYPE],
  ],
  NotReadableError: [
    "The microphone is taken",
    "Another program holds it. Close that program, then try again.",
    [RETRY, TYPE],
  ],
};

/** @param {Error} error from opening the sound  @returns [title, text, actions] */
export function soundTrouble(error) {
  return (
    TROUBLE[error.name] ?? [
      "The sound could not be opened",
      `The browser says: ${error.message} Check the sound devices, then try again.`,
      [RETRY, TYPE],
    ]
  );
}

/** @param {string} message the server's, about the microphone */
export function notice(message) {
  const text = `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
  return ["A word about the microphone", text, []];
}

export function insecure() {
  const port = location.port ? `:${location.port}` : "";
  return [
    "The browser keeps the microphone back here",
    "It is only given to pages that come by https or from this same machine. Open " +
      `http://localhost${port} on the machine that runs Vivavoce, or put https before it.`,
    [TYPE],
  ];
}

export const elsewhere = [
  "Vivavoce is talking in another tab",
  "Two tabs would hear each other.",
  [{ label: "Talk here instead", act: "take" }],
];

export const moved = [
  "The conversation went to another tab",
  "Go on there, or bring it back.",
  [{ label: "Talk here instead", act: "take" }],
];

export const lost = {
  unplugged: ["The microphone is gone", "Plug it in again, then press Try again.", [RETRY, TYPE]],
  muted: ["The system muted the microphone", "Unmute it in the system or on the headset.", []],
  paused: [
    "The system paused the sound",
    "A call or another program may have taken it.",
    [{ label: "Go on", act: "resume" }],
  ],
};

export function away(seconds) {
  const wait = Math.max(1, Math.round(seconds));
  return [
    "The server is away",
    `Trying again in ${wait} s. If it was stopped, start it again with “vivavoce serve”.`,
    [{ label: "Try now", act: "reconnect" }],
  ];
}

export function busy(seconds) {
  return [
    "The server is busy with others",
    `All its conversations are taken. Trying again in ${Math.max(1, Math.round(seconds))} s.`,
    [{ label: "Try now", act: "reconnect" }],
  ];
}

export function refused(reason) {
  const says = reason ? `It says: ${reason}.` : "Its terminal says why.";
  return [
    "The server refused the conversation",
    `${says} If it wants a token, open the page with the whole address that it printed.`,
    [RETRY],
  ];
}

export function complaint({ message, code }) {
  return ["The server could not do that", (message || code || "It did not say why.").slice(0, LONGEST), []];
}

/** The one place on the page where notes stand: one at a time, the newest. */
export class Notes {
  /** @param {Record<string, () => void>} acts what the notes' buttons do */
  constructor(acts) {
    this.acts = acts;
    this.box = document.getElementById("note");
    this.kind = null;
  }

  /** @param {string} kind what it is about, so that the same matter can clear it */
  show(kind, [title, text, actions]) {
    this.kind = kind;
    const heading = document.createElement("strong");
    heading.textContent = title;
    const words = document.createElement("p");
    words.textContent = text;
    words.tabIndex = 0; // it may scroll on a small screen
    const buttons = actions.map(({ label, act }) => this.button(label, this.acts[act]));
    buttons.push(this.button("Dismiss", () => this.clear(), actions.length ? "quiet" : ""));
    const row = document.createElement("div");
    row.className = "actions";
    row.append(...buttons);
    this.box.replaceChildren(heading, words, row);
  }

  button(label, act, className = "") {
    const button = document.createElement("button");
    button.type = "button";
    button.className = className;
    button.textContent = label;
    button.addEventListener("click", () => {
      this.clear();
      act();
    });
    return button;
  }

  /** @param {string} [kind] only if the note is about this */
  clear(kind) {
    if (kind && kind !== this.kind) return;
    this.kind = null;
    this.box.replaceChildren();
  }
}
