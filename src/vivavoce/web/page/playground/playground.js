// The playground: one prompt, several ways to write, forward by forward. Only wiring here.

import * as say from "../notes.js";
import { takeToken } from "../wire.js";
import { Dials } from "./dials.js";
import { Lanes } from "./lanes.js";
import { Player } from "./player.js";
import { NAMES, Race } from "./race.js";
import { look, race as run } from "./stream.js";
import { Bars, totals, Track, verdict } from "./track.js";

const LOOK_MS = 1000; // how often we ask, while the network is being loaded for somebody else
const DRAW_MS = 60; // not with every forward: drawing costs the processor that writes
const still = matchMedia("(prefers-reduced-motion: reduce)");
const narrow = matchMedia("(max-width: 999px)"); // the form stands above what is written
const $ = (id) => document.getElementById(id);

const token = takeToken();
const dials = new Dials($("ask"));
const lanes = new Lanes($("lanes"));
const bars = new Bars($("bars"));
const track = new Track($("track"));
const notes = new say.Notes({ run: () => start(), look: () => lookAtServer() });
const player = new Player(
  { at: $("at"), play: $("play"), back: $("back"), forth: $("forth"), speed: $("speed"), says: $("play-says") },
  show,
);
let race = new Race();
let going = null; // an AbortController while it writes

/** missing, idle, loading, ready, writing, done; the style sheet shows what belongs to each. */
function become(state, says, adds = "") {
  document.body.dataset.state = state;
  $("says").textContent = says;
  $("adds").textContent = adds;
  $("progress").hidden = state !== "loading";
  $("run").textContent = going ? "Stop" : "Run";
  $("run").disabled = state === "missing";
}

// The server

async function lookAtServer() {
  notes.clear();
  try {
    told(await look(token));
  } catch (error) {
    failed(error);
  }
}

function told({ state, said, model, trained }) {
  $("untrained").hidden = trained !== false;
  if (going && state !== "loading") return;
  if (state === "missing") {
    become("missing", "Not set up");
    notes.show("server", ["Text by diffusion is not set up here", said, [{ label: "Look again", act: "look" }]]);
  } else if (state === "loading") {
    become("loading", "Loading the network", said);
    if (!going) setTimeout(lookAtServer, LOOK_MS);
  } else if (state === "ready") {
    become("ready", "Ready", model);
  } else if (state === "failed") {
    become("idle", "The network was not loaded", said);
  } else {
    become("idle", "Ready", "the network is loaded with the first run; the very first takes a minute or more");
  }
}

function failed({ message, code }) {
  const again = [{ label: "Try again", act: race.first ? "run" : "look" }];
  if (code === "away") {
    become("idle", "Not connected");
    notes.show("server", ["The server is away", "If it was stopped, start it again with “vivavoce serve”.", again]);
  } else if (code === "not_found" || code === "404") {
    become("missing", "Not here");
    notes.show("server", ["This server has no playground", "Start a newer one with “vivavoce serve”.", again]);
  } else if (code === "invalid_api_key" || code === "forbidden") {
    become("missing", "Not let in");
    notes.show("server", say.refused(message).slice(0, 2).concat([again]));
  } else if (code === "not_installed") {
    told({ state: "missing", said: message });
  } else {
    become("idle", "It did not go well");
    notes.show("server", say.complaint({ message, code }));
  }
}

// A run

async function start() {
  if (going) return;
  going = new AbortController();
  notes.clear();
  race = new Race();
  const { body } = dials;
  lanes.begin(body.modes, dials.kind === "gap" ? [body.prompt, body.suffix] : []);
  bars.begin(body.modes);
  player.follow(race);
  $("before").hidden = true;
  $("race").hidden = false;
  $("totals").replaceChildren();
  $("verdict").textContent = "";
  become("writing", "Asking the server");
  if (narrow.matches) $("out").scrollIntoView({ behavior: still.matches ? "auto" : "smooth" });
  let ended = "done";
  try {
    await run(body, token, going.signal, take);
  } catch (error) {
    ended = error.name === "AbortError" ? "stopped" : error;
  }
  going = null;
  finish(ended);
}

function take(event) {
  if (event.type === "error") throw Object.assign(new Error(event.error.message), { code: event.error.code });
  if (event.type === "waiting") become("loading", "Waiting", "until another race is over");
  if (event.type === "state") told(event);
  race.take(event);
  if (event.type === "begin") become("writing", `${NAMES[event.lane]} writes`);
  if (event.type === "done") $("totals").replaceChildren(...totals(race));
  if (race.first) soon();
}

let due = false;
function soon() {
  if (due) return;
  due = true;
  setTimeout(newest, DRAW_MS);
}

function newest() {
  due = false;
  if (!race.first) return;
  track.draw(race);
  player.refresh();
}

function finish(ended) {
  if (typeof ended === "object") {
    failed(ended);
    return;
  }
  newest();
  const over = race.all.filter((lane) => lane.totals);
  const sums = over.map(({ mode, totals: { tokens, seconds } }) => `${NAMES[mode]} ${tokens} tokens in ${seconds.toFixed(1)} s`);
  become("done", ended === "stopped" ? "Stopped" : "Done", sums.join("; "));
  $("verdict").textContent = verdict(race);
  if (ended === "done" && race.all.length > 1 && !still.matches && player.seconds === Infinity) player.start();
}

function show(seconds) {
  lanes.show(race, seconds);
  bars.show(race, seconds);
  track.point(seconds);
  const at = race.first.at(seconds);
  const words = `forward ${at + 1} of ${race.first.forwards.length}, ${seconds.toFixed(2)} s`;
  $("where").textContent = words;
  $("at").setAttribute("aria-valuetext", `${NAMES[race.first.mode]}: ${words}`);
}

$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  if (going) going.abort();
  else start();
});
$("ask").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !going) $("ask").requestSubmit();
});
addEventListener("pagehide", () => going?.abort());
$("run").disabled = false; // until here the browser would have sent the form itself

lookAtServer();
