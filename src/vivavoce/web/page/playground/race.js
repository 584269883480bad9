// What came, lane by lane; pure: no clock, no page.

export const NAMES = { diffusion: "Diffusion", lossless: "Lossless", ar: "One by one" };

/** One way of writing, as far as it came. */
export class Lane {
  constructor(mode) {
    this.mode = mode;
    this.text = "";
    this.forwards = [];
    this.totals = null;
    this.ending = null;
  }

  /** @param {object} event of type "forward" */
  take({ text, tokens, canvas, block, seconds, tokens_s: rate }) {
    const last = this.forwards.at(-1);
    const from = this.text.length;
    this.text += text;
    const sameBlock = last?.canvas.length > 0 && last.block === block;
    const fresh = canvas.map((token, n) => token !== null && !(sameBlock && last.canvas[n] !== null));
    this.forwards.push({
      from, // where the text begins that came to stand now
      to: this.text.length,
      before: sameBlock ? last.before : from, // where the block begins
      canvas,
      fresh,
      block,
      settled: canvas.length ? fresh.filter(Boolean).length : tokens - (last?.tokens ?? 0),
      tokens,
      seconds,
      rate,
    });
  }

  /** @param {object} event of type "done" */
  finish({ ending, totals }) {
    this.ending = ending;
    this.totals = totals;
  }

  get seconds() {
    return this.forwards.at(-1)?.seconds ?? 0;
  }

  /** @returns {number} the forward that was the last one then; -1: none yet */
  at(seconds) {
    let [low, high] = [0, this.forwards.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.forwards[middle].seconds <= seconds) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** Lanes that run one after the other, and can be looked at on one clock. */
export class Race {
  constructor() {
    this.lanes = new Map();
  }

  /** @param {object} event of the stream */
  take(event) {
    if (event.type === "begin") this.lanes.set(event.lane, new Lane(event.lane));
    else if (event.type === "forward") this.lanes.get(event.lane).take(event);
    else if (event.type === "done") this.lanes.get(event.lane).finish(event);
  }

  get seconds() {
    return Math.max(0, ...this.all.map((lane) => lane.seconds));
  }

  get all() {
    return [...this.lanes.values()];
  }

  /** The lane whose forwards are stepped through. */
  get first() {
    return this.all[0];
  }

  /** @returns {number[]} seconds of the first lane's forwards, then of the others' after its end */
  get moments() {
    const end = this.first?.seconds ?? 0;
    const late = this.all.flatMap((lane) => lane.forwards.map((f) => f.seconds).filter((s) => s > end));
    return [0, ...(this.first?.forwards.map((f) => f.seconds) ?? []), ...late.sort((a, b) => a - b)];
  }

  /** @returns {number} how many times as fast the first lane is as its twin; NaN: nobody knows */
  get ratio() {
    const [one, twin] = [this.first, this.lanes.get("ar")];
    if (!one?.totals || !twin?.totals || one === twin) return NaN;
    return one.totals.tokens_s / twin.totals.tokens_s;
  }

  /** Whether a lane wrote what the twin wrote; null: not known, or it is the twin. */
  same(lane) {
    const twin = this.lanes.get("ar");
    if (!lane.totals || !twin?.totals || lane === twin) return null;
    return lane.text === twin.text;
  }
}
