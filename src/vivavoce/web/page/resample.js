// Streaming change of rate by a windowed sinc: the worklets use it where the browser
// won't run an AudioContext at the wire's own 24 kHz.

const ZEROS = 16; // zero crossings on each side, at the lower of the two rates
const STEPS = 512; // table entries per zero crossing; linear between them
const BETA = 8; // Kaiser: about 80 dB down in the stop band

function bessel0(x) {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < 32; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

const table = new Float32Array(ZEROS * STEPS + 2);
for (let i = 0; i <= ZEROS * STEPS; i++) {
  const x = i / STEPS;
  const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
  table[i] = (sinc * bessel0(BETA * Math.sqrt(1 - (x / ZEROS) ** 2))) / bessel0(BETA);
}

export class Resampler {
  /** @param {number} from samples a second in  @param {number} to samples a second out */
  constructor(from, to) {
    this.step = from / to; // input samples for each output sample
    // The pass band ends at 0.92 of the lower Nyquist, so that the filter's skirt does not fold.
    this.cut = 0.92 * Math.min(1, to / from);
    this.reach = Math.ceil(ZEROS / this.cut);
    this.kept = new Float32Array(2 * this.reach); // silence before the first sample
    this.at = this.reach; // where the next output sample lies in `kept`
  }

  /** @param {Float32Array} block  @returns {Float32Array} what can be said so far */
  process(block) {
    if (this.step === 1) return block;
    const all = new Float32Array(this.kept.length + block.length);
    all.set(this.kept);
    all.set(block, this.kept.length);
    const count = Math.max(0, Math.ceil((all.length - this.reach - this.at) / this.step));
    const out = new Float32Array(count);
    for (let n = 0; n < count; n++) {
      out[n] = this.sample(all, this.at + n * this.step);
    }
    const next = this.at + count * this.step;
    const drop = Math.max(0, Math.floor(next) - this.reach);
    this.kept = all.slice(drop);
    this.at = next - drop;
    return out;
  }

  sample(all, at) {
    const middle = Math.floor(at);
    let sum = 0;
    for (let i = middle - this.reach + 1; i <= middle + this.reach; i++) {
      const x = Math.abs(at - i) * this.cut * STEPS;
      const low = Math.floor(x);
      if (low >= ZEROS * STEPS || i < 0 || i >= all.length) continue;
      sum += all[i] * (table[low] + (x - low) * (table[low + 1] - table[low]));
    }
    return sum * this.cut;
  }
}
