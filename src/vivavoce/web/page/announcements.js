// What the house says by itself: a line each among the turns, and whether it was heard.

const OVER = { unheard: "not heard" };

export class Announcements {
  /** @param {HTMLOListElement} list  @param {(id: string) => void} stop somebody has seen it */
  constructor(list, stop) {
    this.list = list;
    this.stop = stop;
    this.lines = new Map();
  }

  /** A new connection counts from one again; what is shown stays. */
  forget() {
    for (const id of [...this.lines.keys()]) this.over({ id });
  }

  /** It waits for a pause; of an id that is known, other words. */
  show({ id, text }) {
    let line = this.lines.get(id);
    if (!line) {
      line = document.createElement("li");
      line.className = "divider announced";
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Got it";
      button.addEventListener("click", () => this.stop(id));
      line.append(document.createElement("span"), button);
      this.list.append(line);
      this.lines.set(id, line);
    }
    line.firstChild.textContent = text;
    line.scrollIntoView({ block: "nearest" });
  }

  /** It need not be said any more. */
  over({ id, how }) {
    const line = this.lines.get(id);
    if (!line) return;
    line.querySelector("button").remove();
    if (OVER[how]) line.firstChild.textContent += ` (${OVER[how]})`;
    this.lines.delete(id);
  }
}
