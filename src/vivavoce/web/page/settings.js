// The settings drawer; what is set stays in this browser.

const KEY = "vivavoce.settings";
const DEFAULTS = { instructions: "", eagerness: "auto", bystanders: "medium", thoughts: true };

function load() {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY)) };
  } catch {
    return { ...DEFAULTS }; // storage is switched off, or holds something else
  }
}

function save(values) {
  try {
    localStorage.setItem(KEY, JSON.stringify(values));
  } catch {
    // Storage is switched off: the settings last as long as the page.
  }
}

export class Settings {
  /** @param {(values: object) => void} onChange called with every change, and once now */
  constructor(onChange) {
    this.values = load();
    this.drawer = document.getElementById("settings");
    this.form = this.drawer.querySelector("form");
    this.instructed = false; // the server was told instructions that may have to be taken back
    const { instructions, eagerness, bystanders, thoughts } = this.form.elements;
    instructions.value = this.values.instructions;
    eagerness.value = this.values.eagerness;
    bystanders.value = this.values.bystanders;
    thoughts.checked = this.values.thoughts;
    this.form.addEventListener("change", () => {
      this.values = {
        instructions: instructions.value.trim(),
        eagerness: eagerness.value,
        bystanders: bystanders.value,
        thoughts: thoughts.checked,
      };
      save(this.values);
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

  /** @param {boolean} soundless typed both ways  @returns a session.update event */
  session(rate, soundless) {
    const { instructions, eagerness, bystanders } = this.values;
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
        vivavoce: { frames: true, nods: true, bystanders },
      },
    };
  }
}
