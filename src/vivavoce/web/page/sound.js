// The microphone and the loudspeaker of one conversation.

import { toBase64 } from "./pcm.js";

export const RATE = 24000; // the wire's, both ways
const PACKET = 960; // 40 ms

/**
 * The browser cancels our echo and does nothing else. A noise suppressor takes the user's voice
 * away with the noise, and the floor is made to work in noise. Automatic gain lifts the silence:
 * Chromium's brought -59 dB up to -35 dB while an answer played, which looks like speech.
 */
const MICROPHONE = {
  channelCount: 1,
  echoCancellation: true,
  noiseSuppression: false,
  autoGainControl: false,
};

async function makeContext(stream, rate) {
  const context = new AudioContext({ sampleRate: rate, latencyHint: "interactive" });
  try {
    const source = stream && context.createMediaStreamSource(stream);
    return { context, source };
  } catch (error) {
    await context.close();
    throw error;
  }
}

/** At the wire's rate where the browser can; some only connect a microphone at its own rate. */
async function bestContext(stream) {
  try {
    return await makeContext(stream, RATE);
  } catch (error) {
    if (error.name !== "NotSupportedError") throw error;
    return makeContext(stream, undefined);
  }
}

const here = (file) => new URL(file, import.meta.url);

export class Sound {
  /**
   * Both streams are open when this resolves. Must be called from a user's gesture.
   * @param {boolean} withMicrophone without one, silence is sent: a typed conversation
   * @param {object} on onPacket(base64, levels), onPlayed(item, ms, dry), onLevel(level),
   *   onLost(reason): the microphone or the sound stopped, "unplugged", "muted", "paused" or
   *   "back" when it is well again
   */
  static async open(withMicrophone, on) {
    const stream = withMicrophone
      ? await navigator.mediaDevices.getUserMedia({ audio: MICROPHONE })
      : null;
    try {
      return await new Sound(stream, on).start();
    } catch (error) {
      stream?.getTracks().forEach((track) => track.stop());
      throw error;
    }
  }

  constructor(stream, on) {
    this.stream = stream;
    this.on = on;
  }

  async start() {
    const { context, source } = await bestContext(this.stream);
    this.context = context;
    await Promise.all([
      context.audioWorklet.addModule(here("worklet-microphone.js")),
      context.audioWorklet.addModule(here("worklet-loudspeaker.js")),
      context.resume(),
    ]);
    this.microphone = new AudioWorkletNode(context, "microphone", {
      channelCount: 1,
      channelCountMode: "explicit",
      processorOptions: { rate: RATE, packet: PACKET },
    });
    this.loudspeaker = new AudioWorkletNode(context, "loudspeaker", {
      numberOfInputs: 0,
      processorOptions: { rate: RATE },
    });
    this.microphone.port.onmessage = ({ data }) => this.on.onPacket(toBase64(data.pcm), data.levels);
    this.loudspeaker.port.onmessage = ({ data }) => this.hear(data);
    source?.connect(this.microphone);
    // Silent, but a node that leads nowhere is not pulled in every browser.
    this.microphone.connect(context.destination);
    this.loudspeaker.connect(context.destination);
    this.watch();
    return this;
  }

  hear({ what, item, ms, level }) {
    if (what === "level") this.on.onLevel(level);
    else if (item !== null) this.on.onPlayed(item, ms, what === "dry");
  }

  watch() {
    this.context.onstatechange = () => {
      if (this.closed) return;
      this.on.onLost(this.context.state === "running" ? "back" : "paused");
    };
    const [track] = this.stream?.getAudioTracks() ?? [];
    if (!track) return;
    track.onended = () => this.on.onLost("unplugged");
    track.onmute = () => this.on.onLost("muted");
    track.onunmute = () => this.on.onLost("back");
  }

  /** @param {string} item  @param {Float32Array} pcm at RATE */
  play(item, pcm) {
    this.loudspeaker.port.postMessage({ do: "push", item, pcm }, [pcm.buffer]);
  }

  /** A short sound of its own, beside the answers.  @param {Float32Array} pcm at RATE */
  nod(pcm) {
    const buffer = this.context.createBuffer(1, pcm.length, RATE);
    buffer.copyToChannel(pcm, 0);
    const source = new AudioBufferSourceNode(this.context, { buffer });
    source.connect(this.context.destination);
    source.start();
  }

  /** Drop, within a 5 ms fade, all that has not sounded. */
  flush() {
    this.loudspeaker.port.postMessage({ do: "flush" });
  }

  /** A new connection counts its items anew. */
  forget() {
    this.flush();
    this.loudspeaker.port.postMessage({ do: "forget" });
  }

  resume() {
    return this.context.resume();
  }

  /** Muted, silence goes on being sent: the conversation's clock is audio. */
  set muted(muted) {
    this.stream?.getAudioTracks().forEach((track) => {
      track.enabled = !muted;
    });
  }

  async close() {
    this.closed = true;
    this.stream?.getTracks().forEach((track) => track.stop());
    this.loudspeaker.port.postMessage({ do: "close" });
    this.microphone.port.postMessage({ do: "close" });
    await this.context.close();
  }
}

/** Where no sound can be had at all (no secure context): silence on a timer, text both ways. */
export class NoSound {
  constructor(on) {
    const began = performance.now();
    const packet = toBase64(new Int16Array(PACKET).buffer);
    let sent = 0;
    this.timer = setInterval(() => {
      // A background tab's timers stand still for long: what is older than a second is let go.
      const due = Math.floor((performance.now() - began) / 40);
      sent = Math.max(sent, due - 25);
      for (; sent < due; sent++) on.onPacket(packet, [0, 0]);
    }, 40);
  }

  play() {}
  nod() {}
  flush() {}
  forget() {}
  resume() {}
  close() {
    clearInterval(this.timer);
  }
}
