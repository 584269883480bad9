// A queue of the answer's audio → the loudspeaker. Counts what has sounded of each item, and
// starts, stops and flushes with short ramps, so that nothing clicks.

import { Resampler } from "./resample.js";

const RAMP_S = 0.005;
const REPORT_S = 0.08;
const LEVEL_S = 0.02;
const CUSHION_S = 0.06; // queued before the first sound
const CUSHION_STEP_S = 0.04; // more, after each time the network let the queue run dry
const CUSHION_MOST_S = 0.24;
const HURRY_S = 0.06; // a short last piece is not kept waiting for a full cushion
const JITTER_S = 0.4; // a longer hole is a pause of the voice, not of the network

class Loudspeaker extends AudioWorkletProcessor {
  constructor({ processorOptions: { rate } }) {
    super();
    this.wireRate = rate;
    this.ramp = 1 / Math.round(sampleRate * RAMP_S);
    this.cushion = CUSHION_S;
    this.sounded = new Map(); // item → samples that have sounded, at the context's rate
    this.queue = [];
    this.queued = 0; // samples
    this.late = []; // came while a flush was still fading out: belongs behind it
    this.at = 0; // within the queue's first piece
    this.gain = 0;
    this.fading = false;
    this.waiting = true;
    this.waited = 0;
    this.item = null; // what sounds now
    this.dried = null; // {item, frame}: what sounded when the queue ran dry
    this.unreported = 0;
    this.energy = 0;
    this.measured = 0;
    this.open = true;
    this.port.onmessage = ({ data }) => this[data.do](data);
  }

  close() {
    this.open = false;
  }

  /** @param {{item: string, pcm: Float32Array}} piece at the wire's rate */
  push({ item, pcm }) {
    if (this.resampledItem !== item) {
      this.resampler = new Resampler(this.wireRate, sampleRate);
      this.resampledItem = item;
    }
    const piece = { item, pcm: this.resampler.process(pcm) };
    if (this.fading) this.late.push(piece);
    else this.append(piece);
  }

  append(piece) {
    const { dried } = this;
    if (dried && dried.item === piece.item && currentFrame - dried.frame < JITTER_S * sampleRate) {
      this.cushion = Math.min(CUSHION_MOST_S, this.cushion + CUSHION_STEP_S);
    }
    this.dried = null;
    if (piece.pcm.length === 0) return; // the resampler holds a very short piece back
    this.queue.push(piece);
    this.queued += piece.pcm.length;
  }

  flush() {
    this.late = [];
    this.resampledItem = null;
    if (this.gain === 0) this.drop();
    else this.fading = true;
  }

  forget() {
    this.sounded.clear();
  }

  drop() {
    this.queue = [];
    this.queued = 0;
    this.at = 0;
    this.gain = 0;
    this.fading = false;
    this.report("flushed");
    this.item = null;
    this.rest();
    this.late.splice(0).forEach((piece) => this.append(piece));
  }

  rest() {
    this.waiting = true;
    this.waited = 0;
  }

  report(what) {
    if (this.item !== null) {
      const ms = ((this.sounded.get(this.item) ?? 0) / sampleRate) * 1000;
      this.port.postMessage({ what, item: this.item, ms });
    } else if (what === "flushed") {
      this.port.postMessage({ what, item: null, ms: 0 });
    }
    this.unreported = 0;
  }

  process(_, [output]) {
    const out = output[0];
    if (this.waiting && this.queued > 0) {
      this.waited += out.length;
      const enough = this.queued >= this.cushion * sampleRate;
      if (enough || this.waited >= Math.max(HURRY_S, this.cushion) * sampleRate) {
        this.waiting = false;
      }
    }
    for (let n = 0; n < out.length && !this.waiting; n++) out[n] = this.next();
    this.measure(out);
    for (let channel = 1; channel < output.length; channel++) output[channel].set(out);
    return this.open;
  }

  next() {
    const piece = this.queue[0];
    if (this.item !== piece.item) {
      this.report("played");
      this.item = piece.item;
    }
    const down = this.fading || this.queued * this.ramp <= this.gain;
    this.gain = Math.min(1, Math.max(0, this.gain + (down ? -this.ramp : this.ramp)));
    const sample = piece.pcm[this.at++] * this.gain;
    this.queued--;
    this.sounded.set(piece.item, (this.sounded.get(piece.item) ?? 0) + 1);
    if (++this.unreported >= REPORT_S * sampleRate) this.report("played");
    if (this.at === piece.pcm.length) {
      this.queue.shift();
      this.at = 0;
    }
    if (this.fading && (this.gain === 0 || this.queue.length === 0)) this.drop();
    else if (this.queue.length === 0) this.dry();
    return sample;
  }

  dry() {
    this.gain = 0;
    this.dried = { item: this.item, frame: currentFrame };
    this.report("dry");
    this.item = null;
    this.rest();
  }

  measure(out) {
    for (const sample of out) this.energy += sample * sample;
    this.measured += out.length;
    if (this.measured >= LEVEL_S * sampleRate) {
      const level = Math.sqrt(this.energy / this.measured);
      this.port.postMessage({ what: "level", level });
      this.energy = 0;
      this.measured = 0;
    }
  }
}

registerProcessor("loudspeaker", Loudspeaker);
