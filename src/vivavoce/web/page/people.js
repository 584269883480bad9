// Who speaks, each in a colour of their own: the voice line, the names and the legend agree.

const COLOURS = ["you", "second", "third", "fourth"]; // of the style sheet; then over again
const PRESENT = 0.5; // probability above which somebody speaks

export class People {
  /** @param {HTMLUListElement} list the legend */
  constructor(list) {
    this.list = list;
    this.names = []; // in the order in which they were first heard
    this.others = false;
  }

  /** Who speaks in a frame: a name, "" for an owner without one, null for whoever else. */
  hear({ person = "", p = {} }) {
    const owner = p.owner > PRESENT;
    if (owner && person && !this.names.includes(person)) {
      this.names.push(person);
      this.show();
    }
    if (!owner && p.other > PRESENT && !this.others) {
      this.others = true;
      this.show();
    }
    return owner ? person : null;
  }

  /** @param {string | null} who as `hear` tells  @returns {string} a colour of the style sheet */
  colour(who) {
    if (who === null) return "others";
    return COLOURS[Math.max(0, this.names.indexOf(who)) % COLOURS.length];
  }

  show() {
    const names = this.names.length ? this.names : [""];
    const rows = names.map((name) => [this.colour(name), name || "You"]);
    if (this.others) rows.push(["others", "Others"]);
    this.list.replaceChildren(
      ...rows.map(([colour, name]) => {
        const row = document.createElement("li");
        const swatch = document.createElement("span");
        swatch.style.background = `var(--${colour})`;
        row.append(swatch, name);
        return row;
      }),
    );
  }
}
