// Each lane's text as it was at a moment: what stands, the block with its masks, the newest tokens.

import { NAMES } from "./race.js";

const ENDINGS = { stop: "ended by itself", length: "stopped at the limit" };

/** One lane's card. */
class Pane {
  /** @param {string} mode @param {string[]} around text before and behind the gap, or none */
  constructor(mode, around) {
    this.around = around;
    this.card = document.createElement("article");
    this.card.dataset.lane = mode;
    this.card.className = "lane";
    const title = document.createElement("h3");
    title.textContent = NAMES[mode];
    title.id = `lane-${mode}`;
    this.caption = document.createElement("p");
    this.caption.className = "small";
    this.text = document.createElement("pre");
    this.text.tabIndex = 0; // it scrolls
    this.text.setAttribute("role", "region");
    this.text.setAttribute("aria-labelledby", title.id);
    const head = document.createElement("div");
    head.className = "head";
    head.append(title, this.caption);
    this.card.append(head, this.text);
    this.shown = null;
  }

  /** @param {Lane} lane @param {number} at which forward; -1: before the first @param {boolean|null} same */
  show(lane, at, same) {
    const over = lane.ending !== null && at === lane.forwards.length - 1;
    const key = `${at} ${over} ${same}`;
    if (key === this.shown) return;
    this.shown = key;
    const forward = lane.forwards[at];
    const written = document.createElement(this.around.length ? "mark" : "span");
    written.className = "written";
    if (forward) written.append(...parts(lane, forward, over));
    const [before = "", behind = ""] = this.around;
    this.text.replaceChildren(piece("around", before), written, piece("around", behind));
    this.caption.textContent = caption(lane, at, over, same);
    this.keepInSight(written);
  }

  keepInSight(written) {
    const newest = written.querySelector(".new, .mask") ?? written;
    const [box, at] = [this.text.getBoundingClientRect(), newest.getBoundingClientRect()];
    if (at.bottom > box.bottom - 24) this.text.scrollTop += at.bottom - box.bottom + 48;
    else if (at.top < box.top) this.text.scrollTop -= box.top - at.top + 24;
  }
}

function parts(lane, forward, over) {
  if (over || !forward.canvas.length) {
    const newest = lane.text.slice(forward.from, forward.to);
    return [piece("", lane.text.slice(0, forward.from)), piece(`new${line(newest)}`, newest)];
  }
  const ended = forward.canvas.indexOf("");
  const tiles = forward.canvas.map((token, n) => {
    const late = ended >= 0 && n > ended ? " late" : "";
    if (token === null) return piece(`mask${late}`, "\u00a0");
    if (token === "") return piece("end", "■");
    return piece((forward.fresh[n] ? "new" : "settled") + line(token) + late, token);
  });
  return [piece("", lane.text.slice(0, forward.before)), ...tiles];
}

/** A token that is only the end of a line is shown as one. */
function line(text) {
  return /^\s*\n\s*$/.test(text) ? " line" : "";
}

function piece(className, text) {
  const span = document.createElement("span");
  span.className = className;
  span.textContent = text;
  if (className.startsWith("mask") || className === "end") span.setAttribute("aria-hidden", "true");
  return span;
}

function caption(lane, at, over, same) {
  const forward = lane.forwards[at];
  if (!forward) return "reading the prompt";
  if (over) {
    const twin = same === null ? "" : same ? ", the same text as one by one" : ", another text than one by one";
    return ENDINGS[lane.ending] + twin;
  }
  if (!forward.canvas.length) return `forward ${at + 1}`;
  const done = forward.canvas.filter((token) => token !== null).length;
  return `block ${forward.block + 1}, ${done} of ${forward.canvas.length} settled`;
}

export class Lanes {
  constructor(box) {
    this.box = box;
    this.panes = new Map();
  }

  /** @param {string[]} modes @param {string[]} around the gap; empty where there is none */
  begin(modes, around) {
    this.panes = new Map(modes.map((mode) => [mode, new Pane(mode, around)]));
    this.box.replaceChildren(...[...this.panes.values()].map(({ card }) => card));
    this.box.dataset.count = modes.length;
  }

  /** @param {Race} race @param {number} seconds Infinity: as far as it came */
  show(race, seconds) {
    for (const lane of race.all) this.panes.get(lane.mode).show(lane, lane.at(seconds), race.same(lane));
  }
}
