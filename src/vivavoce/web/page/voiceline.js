// The voice line: both streams as one scrolling timeline. Vivavoce's voice rises above the
// line, the room's hangs below it, each person in a colour of their own and others faint; the
// line's colour says whose floor it is.

const LEVEL_S = 0.02;
const BAR_S = 0.04;
const KEPT_S = 60;
const FRAME_S = 0.08;
const PAINT_MS = 33; // 30 pictures a second: calm, and kind to a phone's battery
const QUIET_DB = -56;
const LOUD_DB = -12;
const BAND = 6; // px
const MARGIN = 28; // px to the right of now
const ROW = 19; // px a row of words

const COLOURS = [
  "idle", "listen", "hold", "speak", "duck", "yield", "nod", "viva", "ink", "soft", "rule",
  "you", "second", "third", "fourth", "others",
];

function height(level) {
  const db = 20 * Math.log10(level + 1e-6);
  return Math.min(1, Math.max(0, (db - QUIET_DB) / (LOUD_DB - QUIET_DB))) ** 1.2;
}

/** A ring of levels at fixed steps of the timeline. */
class Levels {
  constructor() {
    this.values = new Float32Array(KEPT_S / LEVEL_S);
    this.last = 0; // step
  }

  put(t, level) {
    const step = Math.max(this.last + 1, Math.round(t / LEVEL_S));
    const from = Math.max(this.last + 1, step - this.values.length + 1);
    for (let i = from; i < step; i++) this.values[i % this.values.length] = 0;
    this.values[step % this.values.length] = level;
    this.last = step;
  }

  at(t) {
    const step = Math.round(t / LEVEL_S);
    const kept = step > this.last - this.values.length && step <= this.last && step >= 0;
    return kept ? this.values[step % this.values.length] : 0;
  }
}

/** A span more, or the last one longer. */
function extend(spans, what, t) {
  const last = spans.at(-1);
  if (last && last.what === what && t - last.to < 3 * FRAME_S) last.to = t + FRAME_S;
  else spans.push({ what, from: t, to: t + FRAME_S });
  while (spans.length && spans[0].to < t - KEPT_S) spans.shift();
}

export class VoiceLine {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {() => number} now seconds on the timeline
   * @param {People} people
   */
  constructor(canvas, now, people) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.now = now;
    this.people = people;
    this.levels = { user: new Levels(), assistant: new Levels() };
    this.moves = []; // {what, from, to}
    this.speakers = []; // {what, from, to}: who speaks, as People tells
    this.words = [];
    this.widths = new Map();
    this.painted = 0;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.colour());
    new ResizeObserver(() => this.resize()).observe(canvas);
    this.colour();
  }

  colour() {
    const style = getComputedStyle(this.canvas);
    this.colours = Object.fromEntries(
      COLOURS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
    );
    this.family = style.fontFamily;
    this.paint();
  }

  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    const scale = Math.min(3, devicePixelRatio || 1);
    this.canvas.width = Math.round(clientWidth * scale);
    this.canvas.height = Math.round(clientHeight * scale);
    this.pen.setTransform(scale, 0, 0, scale, 0, 0);
    this.w = clientWidth;
    this.h = clientHeight;
    this.perSecond = clientWidth < 600 ? 92 : 118; // px; wide enough for most words' own length
    this.widths.clear();
    this.paint();
  }

  level(side, t, level) {
    this.levels[side].put(t, level);
  }

  hear(frame, t) {
    extend(this.moves, frame.move, t);
    extend(this.speakers, this.people.hear(frame), t);
  }

  /** @param {{side: string, text: string, start: number, end: number}[]} words the newest last */
  show(words) {
    this.words = words.slice(-120);
  }

  tick(ms) {
    if (ms - this.painted < PAINT_MS) return;
    this.painted = ms;
    this.paint();
  }

  /** Seconds at the left edge, and where now is. Without motion the picture stands still and is
   * filled from the left, and turns over like a page. */
  window() {
    const now = this.now();
    const span = (this.w - MARGIN) / this.perSecond;
    if (!this.still.matches) return { now, from: now - span };
    return { now, from: Math.floor(now / span) * span };
  }

  paint() {
    if (!this.w || !this.colours) return;
    const { pen, w, h } = this;
    const view = this.window();
    const middle = Math.round(h / 2);
    pen.clearRect(0, 0, w, h);
    this.paintSeconds(view, middle);
    this.paintLevels(view, middle);
    this.paintBand(view, middle);
    this.paintWords(view, "assistant", 1.5 * ROW, -1);
    this.paintWords(view, "user", h - 1.5 * ROW, 1);
  }

  x(view, t) {
    return (t - view.from) * this.perSecond;
  }

  paintSeconds(view, middle) {
    this.pen.fillStyle = this.colours.rule;
    const reach = this.h / 2 - 2 * ROW - 8;
    for (let t = Math.max(0, Math.ceil(view.from)); t <= view.now; t++) {
      this.pen.fillRect(Math.round(this.x(view, t)), middle - reach, 1, 2 * reach);
    }
  }

  paintLevels(view, middle) {
    const { pen } = this;
    const reach = this.h / 2 - 2 * ROW - BAND;
    const wide = Math.max(2, this.perSecond * BAR_S - 1.6);
    const paths = new Map(); // colour → its bars
    for (const [side, up] of [["assistant", -1], ["user", 1]]) {
      const levels = this.levels[side];
      const first = Math.max(0, Math.floor(view.from / BAR_S));
      for (let k = first; k * BAR_S <= view.now; k++) {
        const t = k * BAR_S;
        const tall = height(Math.max(levels.at(t), levels.at(t + LEVEL_S))) * reach;
        if (tall < 1) continue;
        const foot = middle + up * (BAND / 2 + 2);
        const colour = side === "user" ? this.people.colour(this.speaker(t)) : "viva";
        if (!paths.has(colour)) paths.set(colour, new Path2D());
        paths.get(colour).roundRect(this.x(view, t), up < 0 ? foot - tall : foot, wide, tall, wide / 2);
      }
    }
    for (const [colour, path] of paths) {
      pen.fillStyle = this.colours[colour];
      pen.fill(path);
    }
  }

  /** Who speaks at t; the newest known where its frame has not come yet. */
  speaker(t) {
    const span = this.speakers.findLast(({ from }) => from <= t);
    return span ? span.what : "";
  }

  paintBand(view, middle) {
    const { pen } = this;
    const top = middle - BAND / 2;
    const end = this.x(view, view.now);
    pen.fillStyle = this.colours.idle;
    pen.fillRect(0, top, end, BAND);
    for (const { what, from, to } of this.moves) {
      if (to < view.from) continue;
      const left = Math.max(0, this.x(view, from));
      pen.fillStyle = this.colours[what] ?? this.colours.idle;
      pen.fillRect(left, top, Math.min(end, this.x(view, to)) - left, BAND);
    }
    pen.fillStyle = this.colours[this.moves.at(-1)?.what] ?? this.colours.idle;
    pen.beginPath();
    pen.arc(end, middle, BAND * 1.1, 0, 2 * Math.PI);
    pen.fill();
  }

  width(text) {
    let width = this.widths.get(text);
    if (width === undefined) {
      if (this.widths.size > 2000) this.widths.clear();
      this.widths.set(text, (width = this.pen.measureText(text).width));
    }
    return width;
  }

  /** Each word at the time when it sounds, on the nearer of two rows where it has room. Rows are
   * laid out from the oldest kept word on, so that a word does not jump while it scrolls. */
  paintWords(view, side, y, away) {
    const { pen } = this;
    pen.font = `500 13px ${this.family}`;
    pen.textBaseline = "middle";
    pen.fillStyle = this.colours.viva;
    const owners = this.speakers.filter(({ what }) => what !== null);
    const ends = [-Infinity, -Infinity];
    for (const { side: who, text, start, end } of this.words) {
      if (who !== side || start > view.now) continue;
      const wish = start * this.perSecond;
      const row = ends[0] + 6 <= wish || ends[0] <= ends[1] ? 0 : 1;
      const left = Math.max(wish, ends[row] + 6);
      ends[row] = left + this.width(text);
      const x = left - view.from * this.perSecond;
      if (x + this.width(text) <= 0 || x >= this.w) continue;
      if (side === "user") {
        const owner = owners.findLast(({ from }) => from <= end);
        pen.fillStyle = this.colours[this.people.colour(owner ? owner.what : "")];
      }
      pen.fillText(text, x, y + away * row * ROW);
    }
  }
}
