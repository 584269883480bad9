// One clock for all lanes: live, then back and forth, and played again.

export class Player {
  /**
   * @param {object} parts at (the slider), play, back, forth (buttons), speed, says (elements)
   * @param {(seconds: number) => void} onShow draw the lanes as they were then
   */
  constructor(parts, onShow) {
    Object.assign(this, parts);
    this.onShow = onShow;
    this.race = null;
    this.seconds = Infinity; // it follows what comes
    this.playing = false;
    this.at.addEventListener("input", () => this.jump(this.nearest(this.at.value / 1000)));
    this.at.addEventListener("keydown", (event) => this.key(event));
    this.back.addEventListener("click", () => this.step(-1));
    this.forth.addEventListener("click", () => this.step(1));
    this.play.addEventListener("click", () => (this.playing ? this.rest() : this.start()));
  }

  follow(race) {
    this.race = race;
    this.seconds = Infinity;
    this.rest();
  }

  /** Something came; a look at what was stays where it is. */
  refresh() {
    this.at.max = Math.ceil(this.race.seconds * 1000);
    this.show();
  }

  get now() {
    return Math.min(this.seconds, this.race.seconds);
  }

  nearest(seconds) {
    return this.race.moments.reduce((a, b) => (Math.abs(b - seconds) < Math.abs(a - seconds) ? b : a));
  }

  step(by) {
    const { moments } = this.race;
    const here = moments.filter((moment) => moment <= this.now).length - 1;
    this.jump(moments[Math.min(moments.length - 1, Math.max(0, here + by))]);
  }

  key(event) {
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 5, PageDown: -5 }[event.key];
    if (!by) return;
    event.preventDefault();
    this.step(by);
  }

  jump(seconds) {
    this.rest();
    this.seconds = seconds >= this.race.seconds ? Infinity : seconds;
    this.show();
  }

  start() {
    if (!this.race?.seconds) return;
    if (this.now >= this.race.seconds) this.seconds = 0;
    this.playing = true;
    this.button();
    let last = null;
    const tick = (ms) => {
      if (!this.playing) return;
      if (last !== null) this.seconds += ((ms - last) / 1000) * Number(this.speed.value);
      last = ms;
      if (this.seconds >= this.race.seconds) {
        this.seconds = Infinity;
        this.rest();
      }
      this.show();
      if (this.playing) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  rest() {
    this.playing = false;
    this.button();
  }

  button() {
    this.play.dataset.playing = this.playing;
    this.says.textContent = this.playing ? "Pause" : "Race";
  }

  show() {
    this.at.value = Math.round(this.now * 1000);
    this.onShow(this.now);
  }
}
