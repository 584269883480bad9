// The race in numbers: bars of tokens a second, the track of forwards in time, and the table.

import { NAMES } from "./race.js";

const ROW = 26; // height of a lane on the track, in pixels
const SVG = "http://www.w3.org/2000/svg";

const make = (name, className = "", text = "") => {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
};

export class Bars {
  constructor(list) {
    this.list = list;
    this.rows = new Map();
  }

  begin(modes) {
    this.rows = new Map(modes.map((mode) => [mode, this.row(mode)]));
    this.list.replaceChildren(...[...this.rows.values()].map(({ row }) => row));
  }

  row(mode) {
    const row = make("div");
    const value = make("dd");
    const bar = make("span", "bar");
    const rate = make("span", "rate", "–");
    row.dataset.lane = mode;
    bar.append(make("span"));
    value.append(bar, rate);
    row.append(make("dt", "", NAMES[mode]), value);
    return { row, rate, fill: bar.firstChild };
  }

  /** @param {Race} race @param {number} seconds */
  show(race, seconds) {
    const most = Math.max(1, ...race.all.flatMap((lane) => lane.forwards.map((f) => f.rate)));
    for (const lane of race.all) {
      const { rate, fill } = this.rows.get(lane.mode);
      const now = lane.forwards[lane.at(seconds)]?.rate ?? 0;
      fill.style.transform = `scaleX(${now / most})`;
      rate.textContent = `${now.toFixed(1)} tokens/s`;
    }
  }
}

/** A bar a forward: as wide as it took, as high as the tokens that it settled. */
export class Track {
  constructor(svg) {
    this.svg = svg;
    this.line = document.createElementNS(SVG, "line");
  }

  draw(race) {
    const lanes = race.all;
    const [width, height] = [1000, ROW * Math.max(lanes.length, 1)];
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("preserveAspectRatio", "none");
    this.svg.setAttribute("height", height);
    this.scale = width / (race.seconds || 1);
    const most = Math.max(1, ...lanes.flatMap((lane) => lane.forwards.map((f) => f.settled)));
    const bars = lanes.flatMap((lane, row) => this.bars(lane, row, most));
    this.line.setAttribute("class", "now");
    this.line.setAttribute("y1", 0);
    this.line.setAttribute("y2", height);
    this.svg.replaceChildren(...bars, this.line);
  }

  bars(lane, row, most) {
    let from = 0;
    return lane.forwards.map(({ seconds, settled }) => {
      const rect = document.createElementNS(SVG, "rect");
      const height = (ROW - 4) * Math.max(0.08, settled / most);
      const width = (seconds - from) * this.scale;
      rect.setAttribute("x", from * this.scale);
      rect.setAttribute("width", Math.max(0.5, width - Math.min(1.5, width * 0.2)));
      rect.setAttribute("y", (row + 1) * ROW - height);
      rect.setAttribute("height", height);
      rect.dataset.lane = lane.mode;
      from = seconds;
      return rect;
    });
  }

  /** @param {number} seconds */
  point(seconds) {
    const x = Math.min(1000, seconds * this.scale);
    this.line.setAttribute("x1", x);
    this.line.setAttribute("x2", x);
  }
}

const COLUMNS = [
  ["tokens", (v) => v],
  ["forwards", (v) => v],
  ["tokens_per_forward", (v) => v.toFixed(2)],
  ["seconds", (v) => `${v.toFixed(2)} s`],
  ["first_token_s", (v) => `${v.toFixed(2)} s`],
  ["tokens_s", (v) => v.toFixed(1)],
];

/** The table's rows; a lane that is not over has none yet. */
export function totals(race) {
  return race.all
    .filter((lane) => lane.totals)
    .map((lane) => {
      const row = make("tr");
      const name = make("th", "", NAMES[lane.mode]);
      name.scope = "row";
      row.dataset.lane = lane.mode;
      const cells = COLUMNS.map(([key, says]) => {
        const value = lane.totals[key];
        return make("td", "", value === null ? "–" : String(says(value)));
      });
      row.append(name, ...cells);
      return row;
    });
}

/** One sentence about who was how fast. */
export function verdict(race) {
  const { ratio, first } = race;
  if (Number.isNaN(ratio)) return "";
  const times = ratio >= 10 ? Math.round(ratio) : ratio.toFixed(1);
  return `${NAMES[first.mode]}: ${times} times as fast as one by one`;
}
