// The page: what is asked, the tune that is worked on, and its history.

"use strict";

const at = (id) => document.getElementById(id);
const PAUSE = 60; // milliseconds after a key before the text is read
const RETRY = 5; // seconds until the server is asked again for what it offers
const BURST = 1_500; // milliseconds within which edits are one step of the history

const work = { tune: null, bars: null, locked: new Set(), past: [], future: [], kept: [] };
let running = null; // what aborts the search for candidates
let reading = null; // what aborts the reading of a text
const metresOf = new Map(); // of each type
let edited = 0; // when the text was last edited by hand

function say(text) {
  at("status").textContent = text;
}

function fail(error) {
  if (error.name === "AbortError") return;
  if (!(error instanceof ServerError)) console.error(error);
  at("error").textContent = error instanceof ServerError ? error.message : "Something went wrong on this page.";
  say("");
  if (!error.retry) return;
  at("compose").disabled = true;
  setTimeout(() => (at("compose").disabled = !restored), 1_000 * error.retry);
}

/** Read a text instead of the one that is being read; the search for candidates goes on. */
async function read(text) {
  reading?.abort();
  reading = new AbortController();
  at("error").textContent = "";
  return (await ask("/read", { text }, reading.signal)).tune;
}

// What is asked

async function offer() {
  const model = await ask("/model");
  at("model").textContent = `with the model ${model.name}`;
  at("rights").textContent = model.rights;
  const add = (select, value, text) => select.add(new Option(text, value));
  for (const { name, metres } of model.types) {
    add(at("type"), name, name);
    metresOf.set(name, metres);
  }
  for (const { name } of model.metres) add(at("metre"), name, name);
  for (const name of model.instruments) add(at("instrument"), name, name);
  for (const { name, words } of model.keys) add(at("key"), name, words);
  at("unavailable").textContent = [...new Set(Object.values(model.unavailable))].join(" ");
  if (!model.compares) {
    at("new").value = "";
    at("new").disabled = true;
    at("new").selectedOptions[0].text = "unknown: the training tunes are not here";
  }
}

/** Offer only the metres in which the model has learned enough tunes of the type. */
function narrow() {
  const metres = metresOf.get(at("type").value);
  for (const option of at("metre").options) option.disabled = Boolean(metres && option.value && !metres.includes(option.value));
  if (at("metre").selectedOptions[0]?.disabled) at("metre").value = "";
}

async function compose(event) {
  event.preventDefault();
  const number = (id) => (at(id).value === "" ? null : Number(at(id).value));
  const text = (id) => at(id).value.trim() || null;
  const values = {
    type: text("type"), metre: text("metre"), key: text("key"), start: text("start"),
    parts: number("parts"), bars: number("bars"), max_copy: number("new"), temperature: number("temperature"),
  };
  await offerCards(at("candidates"), "/compose", values, "Writing four tunes …", { choose: (tune) => choose(tune, true) });
}

async function offerCards(section, path, values, text, handlers) {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  at("error").textContent = "";
  say(text);
  closeCards();
  try {
    const found = await cards(section, path, values, signal, handlers);
    say(found ? `${found} to choose from.` : "Nothing was found that fits: ask for something else, or try again.");
    if (found && section === at("revisions")) addKeepMine();
  } catch (error) {
    fail(error);
  } finally {
    if (!signal.aborted) section.querySelectorAll(".draft").forEach((card) => card.remove()); // given up
  }
}

/** Take a candidate; its button goes, so the focus moves to the tune. */
function choose(tune, other) {
  take(tune, { other });
  const title = at("tune").querySelector("h2");
  title.tabIndex = -1;
  title.focus();
}

function closeCards() {
  for (const section of [at("candidates"), at("revisions")]) {
    section.querySelectorAll("article").forEach(clear);
    section.replaceChildren();
  }
}

function addKeepMine() {
  const button = element("button", "Keep mine", { type: "button" });
  button.addEventListener("click", () => (closeCards(), say("")));
  at("revisions").prepend(button);
}

// The tune that is worked on

/** Take a tune as the one to work on; the one before can be had back. Nothing stays locked in, marked in or set for
 * one that has nothing to do with it (`other`). */
function take(tune, { step = true, other = false } = {}) {
  const before = work.tune?.text ?? unread;
  if (step && before !== null && before !== tune.text) {
    work.past.push(before);
    work.future = [];
  }
  running?.abort();
  reading?.abort();
  clearTimeout(waiting);
  closeCards();
  say("");
  if (other) {
    work.locked.clear();
    work.bars?.marked.clear();
    clear(at("tune"));
  }
  at("text").value = tune.text;
  put(tune);
}

/** Show a tune, without a change to the text that may be under edit. */
function put(tune) {
  const same = work.tune?.bars.length === tune.bars.length;
  if (work.tune && !same) work.locked.clear();
  const marked = same && work.bars ? work.bars.marked : [];
  const before = players.find((player) => player.article === at("tune"));
  const settings = before && settingsOf(before, work.tune);
  if (work.tune?.text !== tune.text) {
    sound.pause(); // it is a recording of another tune
    if (location.hash) history.replaceState(null, "", location.pathname); // so that a reload shows this tune
  }
  work.tune = tune;
  work.bars?.remove();
  const { player, frame } = show(at("tune"), tune);
  if (player && settings) applySettings(player, tune, settings);
  work.bars = tune.score ? new Bars(frame, tune.bars, mark) : null;
  for (const place of marked) work.bars?.marked.add(place);
  at("facts").replaceChildren(...factsOf(tune).map((fact) => element("li", fact)));
  at("work").hidden = false;
  mark();
  save();
}

/** Show which bars are marked, locked, faulty and shared, and what can be done. */
function mark() {
  const { tune, bars, locked } = work;
  const faulty = new Set(tune.faults.map((fault) => fault.bar));
  at("shared-label").hidden = !tune.overlap?.bars.length;
  const { bars: shared, title } = (at("shared").checked && tune.overlap) || { bars: [] };
  bars?.show({ locked, faulty, shared: new Set(shared), title });
  const numbers = markedNumbers();
  at("rewrite").disabled = !numbers.length || numbers.some((number) => locked.has(number) || !isFree(number));
  at("lock").disabled = !numbers.length;
  at("lock").textContent = numbers.length && numbers.every((number) => locked.has(number)) ? "Unlock marked bars" : "Lock marked bars";
  at("vary").disabled = !tune.bars.some((bar) => bar.free && !locked.has(bar.number));
  at("undo").disabled = !work.past.length;
  at("redo").disabled = !work.future.length;
  at("marks").textContent = numbers.length ? `Marked: ${numbers.length === 1 ? "bar" : "bars"} ${numbers.join(", ")}.` : "Click bars to mark them; Shift marks a range.";
}

function markedNumbers() {
  return work.bars ? [...work.bars.marked].sort((one, other) => one - other).map((place) => work.tune.bars[place].number) : [];
}

function isFree(number) {
  return work.tune.bars.find((bar) => bar.number === number).free;
}

function revise(path, values, text) {
  const before = work.tune;
  const compare = (tune, frame, player) => {
    const changed = new Set(tune.bars.keys().filter((place) => contentOf(tune, place) !== contentOf(before, place)));
    if (!changed.size || !tune.score) return;
    new Bars(frame, tune.bars, () => {}).show({ changed });
    frame.querySelectorAll(".bar").forEach((button) => button.setAttribute("disabled", ""));
    if (path !== "/rewrite" || !player) return;
    const places = [...changed];
    player.get("from").value = tune.bars[Math.max(Math.min(...places) - 1, 0)].number;
    player.get("to").value = tune.bars[Math.min(Math.max(...places) + 1, tune.bars.length - 1)].number;
  };
  const shared = { text: before.text, temperature: Number(at("temperature").value) };
  return offerCards(at("revisions"), path, { ...shared, ...values }, text, { choose: (tune) => choose(tune, false), compare });
}

function contentOf(tune, place) {
  const bar = tune.bars[place];
  return bar && tune.text.slice(bar.begin, bar.end);
}

function lock() {
  const numbers = markedNumbers();
  const unlock = numbers.every((number) => work.locked.has(number));
  for (const number of numbers) unlock ? work.locked.delete(number) : work.locked.add(number);
  mark();
  save();
}

let travelling = Promise.resolve();

/** Go back or forth in the history, after the steps that are under way. */
function travel(from, to) {
  travelling = travelling.then(() => go(from, to));
}

async function go(from, to) {
  if (!from.length) return;
  try {
    const tune = await read(from[from.length - 1]);
    to.push(work.tune.text);
    from.pop();
    take(tune, { step: false });
  } catch (error) {
    fail(error);
  }
}

let waiting = 0;

/** Read the text after a pause: the score follows what is written by hand. */
function edit() {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const before = work.tune.text;
    try {
      const tune = await read(at("text").value);
      if (Date.now() - edited > BURST && before !== tune.text) {
        work.past.push(before);
        work.future = [];
      }
      edited = Date.now();
      put(tune);
    } catch (error) {
      fail(error);
      save();
    }
  }, PAUSE);
}

const sound = new Audio(); // a recording by the server, on a real instrument

/** Play a recording of the tune, or stop it. */
async function record() {
  if (!sound.paused) return sound.pause();
  players.forEach((player) => player.timer && player.stop());
  try {
    say("Recording …");
    const answer = await send("/render", { text: work.tune.text, format: "ogg", instrument: at("instrument").value });
    URL.revokeObjectURL(sound.src);
    sound.src = URL.createObjectURL(await answer.blob());
    await sound.play();
    say("");
  } catch (error) {
    fail(error);
  }
}

for (const kind of ["play", "pause"]) {
  sound.addEventListener(kind, () => (at("recording").textContent = sound.paused ? "Play recording" : "Stop recording"));
}

async function copyLink() {
  const address = `${location.origin}/#t=${await packed(work.tune.text)}`;
  history.replaceState(null, "", address);
  try {
    await navigator.clipboard.writeText(address);
    say("The link is copied: it contains the whole tune.");
  } catch {
    say("The link is in the address bar: it contains the whole tune.");
  }
}

// The beginning

async function start() {
  try {
    await offer();
  } catch (error) {
    fail(error);
    setTimeout(start, 1_000 * (error.retry ?? RETRY));
    return;
  }
  at("error").textContent = "";
  const link = location.hash; // the work in progress takes its place in the address
  await restore();
  narrow();
  if (link) history.replaceState(null, "", link);
  await openLink();
  restored = true;
  at("compose").disabled = false;
  tray();
  save();
}

at("ask").addEventListener("submit", compose);
at("ask").addEventListener("change", () => (narrow(), save()));
window.addEventListener("storage", followTray);
at("rewrite").addEventListener("click", () => revise("/rewrite", { bars: markedNumbers() }, "Rewriting …"));
at("vary").addEventListener("click", () => revise("/vary", { amount: Number(at("amount").value), locked: [...work.locked] }, "Varying …"));
at("lock").addEventListener("click", lock);
at("undo").addEventListener("click", () => travel(work.past, work.future));
at("redo").addEventListener("click", () => travel(work.future, work.past));
at("keep").addEventListener("click", () => (work.kept.push(work.tune), tray(), saveTray(), say("Kept in the tray.")));
at("text").addEventListener("input", edit);
at("shared").addEventListener("change", mark);
window.addEventListener("hashchange", openLink);
at("recording").addEventListener("click", record);
at("link").addEventListener("click", copyLink);
at("print").addEventListener("click", () => window.print());
at("book").addEventListener("click", () => download("/book", { texts: work.kept.map((tune) => tune.text) }).catch(fail));
for (const button of document.querySelectorAll("[data-format]")) {
  button.addEventListener("click", () => download("/render", { text: work.tune.text, format: button.dataset.format }).catch(fail));
}
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.target.matches('textarea, input:not([type="range"], [type="checkbox"])')) return;
  event.preventDefault();
  event.shiftKey ? travel(work.future, work.past) : travel(work.past, work.future);
});
document.addEventListener("click", (event) => event.target.closest(".play") && sound.pause());
for (const kind of ["wheel", "touchmove"]) {
  document.addEventListener(kind, () => players.forEach((player) => (player.following = false)), { passive: true });
}
document.addEventListener("keydown", (event) => {
  const playing = players.find((player) => player.timer);
  if (playing && event.key === "Escape") playing.stop();
});

start().catch(fail);
