// Microphone → 40 ms packets of pcm16 at the wire's rate. With no input connected (typing
// without a microphone) it sends silence at the same pace: the conversation's clock is audio.

import { Resampler } from "./resample.js";

const LEVEL_S = 0.02;

class Microphone extends AudioWorkletProcessor {
  constructor({ processorOptions: { rate, packet } }) {
    super();
    this.resampler = new Resampler(sampleRate, rate);
    this.packet = new Int16Array(packet);
    this.filled = 0;
    this.span = Math.round(rate * LEVEL_S);
    this.energy = 0;
    this.levels = [];
    this.silence = new Float32Array(128);
    this.open = true;
    this.port.onmessage = () => {
      this.open = false;
    };
  }

  process([input]) {
    const block = input[0] ?? this.silence;
    for (const sample of this.resampler.process(block)) this.take(sample);
    return this.open;
  }

  take(sample) {
    const safe = sample >= -1 && sample <= 1 ? sample : sample > 1 ? 1 : sample < -1 ? -1 : 0;
    this.packet[this.filled++] = Math.round(safe * 32767);
    this.energy += safe * safe;
    if (this.filled % this.span === 0) {
      this.levels.push(Math.sqrt(this.energy / this.span));
      this.energy = 0;
    }
    if (this.filled === this.packet.length) {
      const pcm = this.packet.slice().buffer;
      this.port.postMessage({ pcm, levels: this.levels }, [pcm]);
      this.filled = 0;
      this.levels = [];
    }
  }
}

registerProcessor("microphone", Microphone);
