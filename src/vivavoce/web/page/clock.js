// The conversation's time, as the server counts it: audio sent. Between two packets it is
// carried on by the browser's clock, so that the picture moves evenly.

const PACKET_S = 0.04;
const PULL = 0.05; // how fast the even time follows the packets

export class Clock {
  constructor() {
    this.sent = 0; // seconds of audio
    this.offset = null; // seconds between the browser's clock and ours
  }

  /** One more packet went out. @returns {number} the time of its first sample */
  packet() {
    const t = this.sent;
    this.sent += PACKET_S;
    const offset = this.sent - performance.now() / 1000;
    const far = this.offset === null || Math.abs(offset - this.offset) > 0.5;
    this.offset = far ? offset : this.offset + PULL * (offset - this.offset);
    return t;
  }

  /** Seconds since the page's first packet; stands still while nothing is sent. */
  get now() {
    if (this.offset === null) return 0;
    const even = performance.now() / 1000 + this.offset;
    return Math.max(this.sent - 0.15, Math.min(this.sent + 0.15, even));
  }
}
