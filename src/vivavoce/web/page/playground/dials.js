// The form: what to write, and the dials; the dials stay in this browser.

import { load, save } from "../kept.js";

const KEY = "vivavoce.playground";
const BLOCKS = [4, 8, 16, 32, 64];
const DEFAULTS = {
  lanes: ["diffusion", "ar"], threshold: 0.98, block: 4, steps: 0, most: 96, drafts: 1, temperature: 0, seed: 0,
};

const EXAMPLES = {
  chat: [
    ["binary search", "Write a Python function that finds a number in a sorted list by binary search."],
    ["a table", "Write a Markdown table of the planets with their number of moons."],
    ["why", "Why is the sky blue? Answer in two sentences."],
  ],
  "go-on": [
    ["Fibonacci", 'def fibonacci(n: int) -> int:\n    """The n-th number of Fibonacci, by a loop."""\n'],
    ["a class", "class Stack:\n    \"\"\"Last in, first out.\"\"\"\n\n    def __init__(self):\n"],
    ["counting", "one, two, three, four, five, six,"],
  ],
  gap: [
    ["the loop", "def mean(numbers: list[float]) -> float:\n    total = 0.0\n", "    return total / len(numbers)\n"],
    ["a line", "def is_even(n: int) -> bool:\n    return ", "\n\n\ndef is_odd(n: int) -> bool:\n    return not is_even(n)\n"],
    ["a docstring", "def area(radius: float) -> float:\n    \"\"\"", "\"\"\"\n    return math.pi * radius ** 2\n"],
  ],
};

const SAYS = {
  threshold: (value) => `${Math.round(100 * value)} %`,
  block: (step) => String(BLOCKS[step]),
  steps: (value) => (Number(value) ? `at most ${value}` : "as many as it takes"),
  most: String,
  drafts: String,
  temperature: (value) => (Number(value) ? Number(value).toFixed(1) : "0: the likeliest"),
};

export class Dials {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.texts = {}; // kind → [prompt, suffix], so that each keeps its own
    this.fill(load(KEY, DEFAULTS));
    form.addEventListener("input", () => this.show());
    form.addEventListener("change", ({ target }) => {
      if (target.name === "kind") this.become(target.value);
      save(KEY, this.values);
    });
    this.become("chat");
    this.show();
  }

  get kind() {
    return this.form.elements.kind.value;
  }

  get boxes() {
    return [...this.form.elements.lane];
  }

  fill(values) {
    const { elements } = this.form;
    for (const box of this.boxes) box.checked = values.lanes.includes(box.value);
    for (const name of ["threshold", "steps", "most", "drafts", "temperature", "seed"]) {
      elements[name].value = values[name];
    }
    elements.block.value = Math.max(0, BLOCKS.indexOf(values.block));
  }

  get values() {
    const { elements } = this.form;
    const number = (name) => Number(elements[name].value);
    return {
      lanes: this.boxes.filter((box) => box.checked).map((box) => box.value),
      threshold: number("threshold"),
      block: BLOCKS[elements.block.value],
      steps: number("steps"),
      most: number("most"),
      drafts: number("drafts"),
      temperature: number("temperature"),
      seed: number("seed"),
    };
  }

  /** @param {string} kind chat, go-on or gap */
  become(kind) {
    const { prompt, suffix } = this.form.elements;
    if (this.now) this.texts[this.now] = [prompt.value, suffix.value];
    this.now = kind;
    const [[, ...example]] = EXAMPLES[kind];
    [prompt.value, suffix.value = ""] = this.texts[kind] ?? example;
    document.body.dataset.kind = kind;
    const says = { chat: "What you ask", "go-on": "The text to go on from", gap: "Before the gap" };
    document.getElementById("prompt-says").textContent = says[kind];
    document.getElementById("examples").replaceChildren(
      ...EXAMPLES[kind].map(([name, ...texts]) => this.example(name, texts)),
    );
  }

  example(name, [before, behind = ""]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = name;
    button.addEventListener("click", () => {
      this.form.elements.prompt.value = before;
      this.form.elements.suffix.value = behind;
    });
    return button;
  }

  show() {
    for (const [name, says] of Object.entries(SAYS)) {
      const dial = this.form.elements[name];
      const said = says(dial.value);
      this.form.querySelector(`output[for="${name}"]`).value = said;
      dial.setAttribute("aria-valuetext", said);
    }
    const none = this.boxes.every((box) => !box.checked);
    this.boxes[0].setCustomValidity(none ? "Choose at least one that writes." : "");
  }

  /** @returns {object} the request's body */
  get body() {
    const { prompt, suffix } = this.form.elements;
    const { lanes, threshold, block, steps, most, drafts, temperature, seed } = this.values;
    const text =
      this.kind === "chat"
        ? { messages: [{ role: "user", content: prompt.value }] }
        : { prompt: prompt.value, ...(this.kind === "gap" ? { suffix: suffix.value } : {}) };
    return {
      ...text,
      modes: lanes,
      max_tokens: most,
      threshold,
      block,
      drafts,
      temperature,
      seed,
      ...(steps ? { steps } : {}),
    };
  }
}
