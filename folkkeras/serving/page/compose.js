// The page: what is asked, the tune that is worked on, its history, and the tray.

"use strict";

const at = (id) => document.getElementById(id);
const STORE = "folkkeras.compose.1";
const STORED_STEPS = 200; // of the history, in storage; the page itself keeps all
const PAUSE = 60; // milliseconds after a key before the text is read
const BURST = 1_500; // milliseconds within which edits are one step of the history
const FIELDS = ["type", "metre", "key", "parts", "bars", "new", "temperature", "start"];

const work = { tune: null, bars: null, locked: new Set(), past: [], future: [], kept: [] };
let running = null; // what aborts the request at work
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
  setTimeout(() => (at("compose").disabled = false), 1_000 * error.retry);
}

/** Abort what is at work, and begin something else. */
function begin(text) {
  running?.abort();
  running = new AbortController();
  at("error").textContent = "";
  say(text);
  return running.signal;
}

// What is asked

async function offer() {
  const model = await ask("/model");
  at("model").textContent = `with the model ${model.name}`;
  at("rights").textContent = model.rights;
  const add = (select, value, text) => select.add(new Option(text, value));
  for (const { name } of model.types) add(at("type"), name, name);
  for (const { name } of model.metres) add(at("metre"), name, name);
  for (const name of model.instruments) add(at("instrument"), name, name);
  for (const { name, words } of model.keys) add(at("key"), name, words);
  at("unavailable").textContent = [...new Set(Object.values(model.unavailable))].join(" ");
  if (!model.compares) {
    at("new").value = "";
    at("new").disabled = true;
  }
}

async function compose(event) {
  event.preventDefault();
  const number = (id) => (at(id).value === "" ? null : Number(at(id).value));
  const text = (id) => at(id).value.trim() || null;
  const values = {
    type: text("type"), metre: text("metre"), key: text("key"), start: text("start"),
    parts: number("parts"), bars: number("bars"), max_copy: number("new"), temperature: number("temperature"),
  };
  await offerCards(at("candidates"), "/compose", values, "Writing four tunes …", { choose: (tune) => take(tune) });
}

async function offerCards(section, path, values, text, handlers) {
  const signal = begin(text);
  closeCards();
  try {
    const found = await cards(section, path, values, signal, handlers);
    say(found ? `${found} to choose from.` : "Nothing was found that fits: ask for something else, or try again.");
    if (found && section === at("revisions")) addKeepMine();
  } catch (error) {
    fail(error);
  }
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

/** Take a tune as the one to work on; the one before can be had back. */
function take(tune, { step = true } = {}) {
  if (step && work.tune && work.tune.text !== tune.text) {
    work.past.push(work.tune.text);
    work.future = [];
  }
  running?.abort();
  closeCards();
  say("");
  put(tune);
  at("text").value = tune.text;
}

/** Show a tune, without a change to the text that may be under edit. */
function put(tune) {
  if (work.tune && work.tune.bars.length !== tune.bars.length) work.locked.clear();
  work.tune = tune;
  work.bars?.remove();
  const { frame } = show(at("tune"), tune);
  work.bars = tune.score ? new Bars(frame, tune.bars, mark) : null;
  at("facts").replaceChildren(...factsOf(tune).map((fact) => element("li", fact)));
  at("work").hidden = false;
  mark();
  save();
}

/** Show which bars are marked, locked, faulty and shared, and what can be done. */
function mark() {
  const { tune, bars, locked } = work;
  const faulty = new Set(tune.faults.map((fault) => fault.bar));
  bars?.show({ locked, faulty, shared: new Set(tune.overlap?.bars) });
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
  return offerCards(at("revisions"), path, { ...shared, ...values }, text, { choose: (tune) => take(tune), compare });
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

/** Go back or forth in the history. */
async function travel(from, to) {
  if (!from.length) return;
  try {
    const { tune } = await ask("/read", { text: from[from.length - 1] }, begin(""));
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
      const { tune } = await ask("/read", { text: at("text").value }, begin(""));
      if (Date.now() - edited > BURST && before !== tune.text) {
        work.past.push(before);
        work.future = [];
      }
      edited = Date.now();
      put(tune);
    } catch (error) {
      fail(error);
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

// The tray

function tray() {
  at("tray").hidden = !work.kept.length;
  const items = work.kept.map((tune, place) => {
    const item = element("li");
    const article = element("article");
    const buttons = element("div", "", { class: "row" });
    const act = (text, action, disabled) => {
      const button = element("button", text, { type: "button", "aria-label": `${text}: ${tune.title || "untitled"}` });
      button.disabled = Boolean(disabled);
      button.addEventListener("click", action);
      buttons.append(button);
    };
    const swap = (other) => ([work.kept[place], work.kept[other]] = [work.kept[other], work.kept[place]], tray(), save());
    act("Open", () => take(tune));
    act("Up", () => swap(place - 1), place === 0);
    act("Down", () => swap(place + 1), place === work.kept.length - 1);
    act("Remove", () => (work.kept.splice(place, 1), tray(), save()));
    article.append(element("h3", tune.title || "Untitled"), buttons);
    if (tune.score) article.append(scoreOf(tune.score));
    item.append(article);
    return item;
  });
  at("kept").replaceChildren(...items);
}

// Storage: work in progress stays in this browser

function save() {
  const value = {
    text: work.tune?.text, locked: [...work.locked], kept: work.kept.map((tune) => tune.text),
    past: work.past.slice(-STORED_STEPS), future: work.future.slice(-STORED_STEPS),
    form: Object.fromEntries(FIELDS.map((id) => [id, at(id).value])),
  };
  try {
    localStorage.setItem(STORE, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: the page goes on without it.
  }
}

async function restore() {
  let stored = {};
  try {
    stored = JSON.parse(localStorage.getItem(STORE)) || {};
  } catch {
    // What cannot be read is left.
  }
  const texts = (values) => (Array.isArray(values) ? values.filter((each) => typeof each === "string") : []);
  for (const id of FIELDS) {
    const value = stored.form?.[id];
    const known = at(id).tagName !== "SELECT" || [...at(id).options].some((option) => option.value === value);
    if (typeof value === "string" && known && !at(id).disabled) at(id).value = value;
  }
  work.past = texts(stored.past);
  work.future = texts(stored.future);
  const read = async (text) => (await ask("/read", { text })).tune;
  const linked = location.hash.startsWith("#t=") ? await unpacked(location.hash.slice(3)) : undefined;
  if (linked === null) at("error").textContent = "The link is damaged: it does not contain a whole tune.";
  const text = linked ?? stored.text;
  work.kept = (await Promise.all(texts(stored.kept).map((each) => read(each).catch(() => null)))).filter(Boolean);
  if (typeof text === "string") {
    const tune = await read(text);
    if (linked && typeof stored.text === "string" && stored.text !== linked) work.past.push(stored.text);
    take(tune, { step: false });
    if (text === stored.text) (Array.isArray(stored.locked) ? stored.locked : []).forEach((number) => work.locked.add(number));
    mark();
  }
  tray();
  save();
}

at("ask").addEventListener("submit", compose);
at("ask").addEventListener("change", save);
at("rewrite").addEventListener("click", () => revise("/rewrite", { bars: markedNumbers() }, "Rewriting …"));
at("vary").addEventListener("click", () => revise("/vary", { amount: Number(at("amount").value), locked: [...work.locked] }, "Varying …"));
at("lock").addEventListener("click", lock);
at("undo").addEventListener("click", () => travel(work.past, work.future));
at("redo").addEventListener("click", () => travel(work.future, work.past));
at("keep").addEventListener("click", () => (work.kept.push(work.tune), tray(), save(), say("Kept in the tray.")));
at("text").addEventListener("input", edit);
at("recording").addEventListener("click", record);
at("link").addEventListener("click", copyLink);
at("print").addEventListener("click", () => window.print());
at("book").addEventListener("click", () => download("/book", { texts: work.kept.map((tune) => tune.text) }).catch(fail));
for (const button of document.querySelectorAll("[data-format]")) {
  button.addEventListener("click", () => download("/render", { text: work.tune.text, format: button.dataset.format }).catch(fail));
}
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.target.matches("textarea, input")) return;
  event.preventDefault();
  event.shiftKey ? travel(work.future, work.past) : travel(work.past, work.future);
});
for (const kind of ["wheel", "touchmove"]) {
  document.addEventListener(kind, () => players.forEach((player) => (player.following = false)), { passive: true });
}
document.addEventListener("keydown", (event) => {
  const playing = players.find((player) => player.timer);
  if (playing && event.key === "Escape") playing.stop();
});

offer().then(restore).catch(fail);
