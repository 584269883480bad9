// Who has the floor, what the floor thinks, and how long the last answer took.

const SAYS = {
  idle: ["The floor is free", "Just say something"],
  listen: ["You have the floor", "Listening"],
  hold: ["You have the floor", "Waiting while you pause"],
  nod: ["You have the floor", "Mm-hm, go on"],
  speak: ["Vivavoce has the floor", "Cut in whenever you like"],
  duck: ["Vivavoce lowers its voice", "Somebody speaks over it"],
  yield: ["Vivavoce gives way", "The floor is yours"],
};

const THOUGHTS = {
  echo: "Hears itself",
  speech: "Somebody speaks",
  owner: "It is you",
  other: "It is somebody else",
  addressed: "Meant for Vivavoce",
  turn_end: "You have finished",
  backchannel: "Only “mm-hm”",
};

export class Floor {
  constructor() {
    this.status = document.getElementById("floor");
    this.says = document.getElementById("floor-says");
    this.adds = document.getElementById("floor-adds");
    this.why = document.getElementById("why");
    this.gap = document.getElementById("gap");
    this.stages = document.getElementById("stages");
    this.rows = this.makeRows(document.getElementById("thoughts"));
    this.frame = null;
  }

  makeRows(list) {
    return Object.entries(THOUGHTS).map(([name, label]) => {
      const row = document.createElement("div");
      const term = document.createElement("dt");
      const value = document.createElement("dd");
      const bar = document.createElement("span");
      term.textContent = label;
      bar.className = "bar";
      bar.append(document.createElement("span"));
      const chance = document.createElement("span");
      chance.textContent = "–";
      value.append(bar, chance);
      row.append(term, value);
      list.append(row);
      return { name, chance, bar: bar.firstChild };
    });
  }

  /** Keep the newest frame; it is drawn with the next picture. */
  hear(frame) {
    this.frame = { person: "", ...frame };
    this.fresh = true;
  }

  draw() {
    if (!this.fresh) return;
    this.fresh = false;
    const { move, why, p } = this.frame;
    const [says, adds] = SAYS[move] ?? [move, ""];
    this.status.dataset.move = move;
    const { person } = this.frame;
    setText(this.says, person && says.startsWith("You ") ? says.replace("You have", `${person} has`) : says);
    setText(this.adds, adds);
    setText(this.why, why || "–");
    for (const { name, chance, bar } of this.rows) {
      if (p?.[name] === undefined) continue;
      setText(chance, `${Math.round(100 * p[name])} %`);
      bar.style.transform = `scaleX(${p[name]})`;
    }
  }

  /** @param {{gap_ms: number, stages?: Record<string, number>}} latency all in ms */
  answered({ gap_ms: gapMs, stages = {} }) {
    this.gap.textContent = `${Math.round(gapMs)} ms`;
    const rows = Object.entries(stages).map(([name, ms]) => {
      const row = document.createElement("div");
      const term = document.createElement("dt");
      const value = document.createElement("dd");
      term.textContent = name.replace(/_ms$/, "").replaceAll("_", " ");
      value.textContent = `${Math.round(ms)} ms`;
      row.append(term, value);
      return row;
    });
    this.stages.replaceChildren(...rows);
  }

  /** Not talking: say so in place of the floor. */
  rest(says, adds) {
    this.fresh = false;
    this.status.dataset.move = "idle";
    setText(this.says, says);
    setText(this.adds, adds);
  }
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
