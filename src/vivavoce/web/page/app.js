// The page: one button, then hands-free. Only wiring here; each part has its own file.

import { Announcements } from "./announcements.js";
import { Clock } from "./clock.js";
import { Conversation } from "./conversation.js";
import { Floor } from "./floor.js";
import * as say from "./notes.js";
import { claim } from "./one-tab.js";
import { fromBase64 } from "./pcm.js";
import { People } from "./people.js";
import { Settings } from "./settings.js";
import { NoSound, RATE, Sound } from "./sound.js";
import { download, Transcript } from "./transcript.js";
import { VoiceLine } from "./voiceline.js";
import { takeToken, Wire } from "./wire.js";

const SEE_LATE_S = 0.05; // the newest sound is a packet old when it is drawn
const $ = (id) => document.getElementById(id);

let wire = null;
let sound = null;
let release = null; // lets other tabs talk
let screen = null; // a phone's screen stays lit while we talk
let muted = false;
let asked = {}; // the last line that was sent: its id, and what to do if it is refused

const token = takeToken();
const clock = new Clock();
const conversation = new Conversation();
const people = new People($("people"));
const transcript = new Transcript($("transcript"), $("talk"), people);
const announcements = new Announcements($("transcript"), (id) =>
  wire?.send({ type: "vivavoce.announcement_stop", id }),
);
const floor = new Floor();
const line = new VoiceLine($("voice-line"), () => clock.now - SEE_LATE_S, people);
const notes = new say.Notes({
  begin: () => begin(),
  type: () => begin({ microphone: false }),
  take: () => begin({ take: true }),
  reconnect: () => wire?.open(),
  resume: () => sound?.resume(),
});
const settings = new Settings(applySettings);

conversation.now = () => clock.now;

/** ready → opening → live → ended; the style sheet shows what belongs to each. */
function become(state) {
  document.body.dataset.state = state;
}

const state = () => document.body.dataset.state;

// Beginning and ending

async function begin({ microphone = true, take = false } = {}) {
  if (state() === "opening") return;
  if (state() === "live") await end();
  notes.clear();
  become("opening");
  const back = conversation.turns.length ? "ended" : "ready";
  try {
    if (!(await openAll(microphone, take))) become(back);
  } catch (error) {
    release?.();
    become(back);
    notes.show("sound", say.soundTrouble(error));
  }
}

async function openAll(microphone, take) {
  if (microphone && !window.isSecureContext) {
    notes.show("sound", say.insecure());
    return false;
  }
  release = await claim(take, takenAway);
  if (release === null) {
    notes.show("tab", say.elsewhere);
    return false;
  }
  const on = { onPacket, onPlayed, onLevel, onLost };
  sound = window.isSecureContext ? await Sound.open(microphone, on) : new NoSound(on);
  mute(false);
  $("mute").hidden = !microphone;
  if (conversation.turns.length) transcript.divide("A new conversation");
  conversation.since = conversation.turns.length;
  wire = new Wire(token, { onOpen, onEvent, onAway, onBusy, onRefused });
  wire.open();
  become("live");
  floor.rest("Connecting", "One moment");
  if (!microphone) $("line").focus();
  keepScreenLit();
  return true;
}

async function end() {
  const [oldWire, oldSound] = [wire, sound];
  wire = sound = null;
  oldWire?.close();
  release?.();
  conversation.breakOff();
  become(conversation.spoken.length ? "ended" : "ready");
  floor.rest("Ended", "Begin again whenever you like");
  screen?.release().catch(() => {});
  screen = null;
  notes.clear("wire");
  await oldSound?.close();
}

async function takenAway() {
  release = null;
  await end();
  notes.show("tab", say.moved);
}

async function keepScreenLit() {
  try {
    screen = await navigator.wakeLock?.request("screen");
  } catch {
    screen = null; // low battery, or the page is in the background: no harm
  }
}

function mute(now) {
  muted = now;
  if (sound) sound.muted = muted;
  $("mute").setAttribute("aria-pressed", String(muted));
  $("mute-says").textContent = muted ? "Unmute" : "Mute";
}

function applySettings(values) {
  document.body.classList.toggle("thoughtless", !values.thoughts);
  if (wire?.ready) wire.send(settings.session(RATE, sound instanceof NoSound));
}

// The sound

function onPacket(audio, levels) {
  if (!wire?.sendSound(audio)) return; // what was not sent is no part of the server's time
  const t = clock.packet();
  levels.forEach((level, n) => line.level("user", t + n * 0.02, level));
}

function onPlayed(item, ms, dry) {
  wire?.send({ type: "vivavoce.playback", item_id: item, played_ms: Math.round(ms) });
  if (dry) conversation.ranDry(item);
}

function onLevel(level) {
  line.level("assistant", clock.now, level);
}

function onLost(what) {
  if (what === "back") notes.clear("sound");
  else notes.show("sound", say.lost[what]);
}

// The wire

/** Which models may be chosen; a server that does not say has only its own choice. */
async function offerModels() {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  try {
    const answer = await fetch(new URL("v1/models", document.baseURI), { headers });
    if (answer.ok) settings.offer((await answer.json()).data.map(({ id }) => id));
  } catch {
    // Away, or it answers otherwise: "By itself" stays.
  }
}

function onOpen(again) {
  offerModels();
  notes.clear("wire");
  conversation.base = clock.now;
  announcements.forget();
  wire.send(settings.session(RATE, sound instanceof NoSound));
  if (again) {
    conversation.remembered().forEach((event) => wire.send(event));
    transcript.divide("Connected again");
  }
  floor.rest("The floor is free", "Just say something");
}

function onEvent(event) {
  conversation.apply(event);
  acts[event.type]?.(event);
}

function onAway(seconds) {
  sound?.forget();
  conversation.breakOff();
  floor.rest("Not connected", "What you say now is not heard");
  notes.show("wire", say.away(seconds));
}

function onBusy(seconds) {
  notes.show("wire", say.busy(seconds));
}

async function onRefused(reason) {
  await end();
  notes.show("wire", say.refused(reason));
}

const acts = {
  "response.output_audio.delta": ({ item_id: item, delta }) => sound?.play(item, fromBase64(delta)),
  "vivavoce.flush": () => sound?.flush(),
  "output_audio_buffer.cleared": () => sound?.flush(),
  "vivavoce.move": (frame) => floor.hear(frame),
  "vivavoce.frame": (frame) => {
    floor.hear(frame);
    line.hear(frame, conversation.base + frame.t);
  },
  "vivavoce.word": () => line.show(conversation.words),
  "vivavoce.latency": (latency) => floor.answered(latency),
  "vivavoce.announced": (one) => announcements.show(one),
  "vivavoce.announcement_over": (one) => announcements.over(one),
  "vivavoce.nod": ({ audio }) => sound?.nod(fromBase64(audio)),
  "vivavoce.notice": ({ message }) => notes.show("notice", say.notice(message)),
  error: ({ error }) => {
    notes.show("server", say.complaint(error));
    if (error.event_id === asked.id) asked.refused?.();
  },
};

// What the user does

/** A typed line interrupts, as a spoken one does. */
async function type(text, refused) {
  if (state() !== "live") await begin({ microphone: false });
  if (state() !== "live") return false;
  const id = `item_${crypto.getRandomValues(new Uint32Array(4)).join("").slice(0, 24)}`;
  const item = { id, type: "message", role: "user", content: [{ type: "input_text", text }] };
  conversation.typed(id, text);
  for (let tries = 0; wire && !wire.ready && tries < 50; tries++) await aMoment();
  asked = { id, refused };
  if (conversation.answering) wire?.send({ type: "output_audio_buffer.clear" });
  wire?.send({ type: "conversation.item.create", item });
  wire?.send({ type: "response.create", event_id: id });
  return true;
}

/** A yes before the question's end would be an interruption. */
async function reply(word, refused) {
  while (conversation.answering) await aMoment();
  if (!(await type(word, refused))) refused();
}

const aMoment = () => new Promise((resolve) => setTimeout(resolve, 100));

$("begin").addEventListener("click", () => begin());
$("begin-again").addEventListener("click", () => begin());
$("type-only").addEventListener("click", () => begin({ microphone: false }));
$("end").addEventListener("click", () => end());
$("mute").addEventListener("click", () => mute(!muted));
$("compose").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = $("line").value.trim();
  if (!text) return;
  $("line").value = "";
  if (!(await type(text))) $("line").value = text;
});
$("transcript").addEventListener("reply", ({ detail }) => reply(detail.word, detail.refused));
$("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(conversation.asText());
    $("told").textContent = "Copied";
  } catch {
    $("told").textContent = "The browser does not let the page copy: save it as text";
  }
});
$("save-text").addEventListener("click", () => {
  download("vivavoce.txt", "text/plain", conversation.asText());
});
$("save-json").addEventListener("click", () => {
  download("vivavoce.json", "application/json", conversation.asJson());
});
addEventListener("pagehide", () => wire?.close());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && state() === "live") keepScreenLit();
});
if (matchMedia("(max-width: 899px)").matches) $("mind").open = false;
$("host").textContent = location.host;

function draw(ms) {
  transcript.show(conversation);
  $("keep").hidden = transcript.entries.size === 0;
  if (state() === "live") {
    floor.draw();
    line.tick(ms);
  }
  requestAnimationFrame(draw);
}
requestAnimationFrame(draw);
