// The settings drawer; what is set stays in this browser.

import { load, save } from "./kept.js";

const KEY = "vivavoce.settings";
const MIND = { thinking: null, chains: "auto", model: "auto", musing: true };
const STEPS = [null, 0, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 128000]; // tokens
const WORDS = ["as your words ask", "off", "a moment", "briefly", "a while", "with care", "thoroughly",
  "long", "very long", "very long indeed", "as long as there is room"];
const DEFAULTS = { instructions: "", eagerness: "auto", bystanders: "medium", thoughts: true, ...MIND };

function saysThinking(step) {
  const tokens = STEPS[step];
  if (tokens === null) return `By itself: ${WORDS[step]}`;
  return tokens ? `Up to ${tokens.toLocaleString("en")} tokens: ${WORDS[step]}` : "Off: answers at once";
}

export class Settings {
  /** @param {(values: object) => void} onChange called with every change, and once now */
  constructor(onChange) {
    this.values = load(KEY, DEFAULTS);
    this.drawer = document.getElementById("settings");
    this.form = this.drawer.querySelector("form");
    this.instructed = false; // the server was told instructions that may have to be taken back
    const { instructions, eagerness, bystanders, thoughts } = this.form.elements;
    instructions.value = this.values.instructions;
    eagerness.value = this.values.eagerness;
    bystanders.value = this.values.bystanders;
    thoughts.checked = this.values.thoughts;
    const { thinking, chains, model, musing } = this.form.elements;
    thinking.value = Math.max(0, STEPS.indexOf(this.values.thinking));
    chains.value = this.values.chains;
    musing.checked = this.values.musing;
    this.offer([this.values.model]);
    const says = document.getElementById("thinking-says");
    const show = () => {
      says.value = saysThinking(thinking.value);
      thinking.setAttribute("aria-valuetext", says.value);
    };
    thinking.addEventListener("input", show);
    show();
    this.form.addEventListener("change", () => {
      this.values = {
        instructions: instructions.value.trim(),
        eagerness: eagerness.value,
        bystanders: bystanders.value,
        thoughts: thoughts.checked,
        thinking: STEPS[thinking.value],
        chains: chains.value,
        model: model.value,
        musing: musing.checked,
      };
      save(KEY, this.values);
      onChange(this.values);
    });
    document.getElementById("open-settings").addEventListener("click", () => {
      this.drawer.showModal();
    });
    this.drawer.addEventListener("click", ({ target }) => {
      if (target === this.drawer) this.drawer.close(); // the backdrop
    });
    onChange(this.values);
  }

  /** @param {string[]} names of models that may be chosen, beside those that are offered */
  offer(names) {
    const { model } = this.form.elements;
    const known = new Set(Array.from(model.options, (option) => option.value));
    for (const name of names) if (!known.has(name)) model.add(new Option(name, name));
    model.value = this.values.model;
  }

  /** @param {boolean} soundless typed both ways  @returns a session.update event */
  session(rate, soundless) {
    const { instructions, eagerness, bystanders, thinking, chains, model, musing } = this.values;
    const told = instructions || this.instructed;
    this.instructed = Boolean(instructions);
    return {
      type: "session.update",
      session: {
        type: "realtime",
        output_modalities: [soundless ? "text" : "audio"],
        audio: {
          input: {
            format: { type: "audio/pcm", rate },
            turn_detection: { type: "semantic_vad", eagerness },
          },
          output: { format: { type: "audio/pcm", rate } },
        },
        ...(told ? { instructions } : {}),
        vivavoce: {
          frames: true,
          nods: true,
          bystanders,
          thinking,
          chains: Number(chains) || null,
          model,
          show_thinking: musing,
        },
      },
    };
  }
}
