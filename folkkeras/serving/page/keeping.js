// What is kept in this browser: the tray, and the work in progress; and a tune in the page's address.

"use strict";

const STORE = "folkkeras.compose.1"; // the work: each tab has its own, and a new tab begins with the latest
const TRAY = "folkkeras.tray.1"; // which all tabs share
const STORED_STEPS = 200; // of the history, in storage; the page itself keeps all
const FIELDS = ["type", "metre", "key", "parts", "bars", "new", "temperature", "start"];
const DAMAGED = "The link is damaged: it does not contain a whole tune.";
let unread = null; // the stored text, if the server could not read it yet
let restored = false; // whether the page holds what is stored, so that it may be stored again

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
    const swap = (other) => {
      [work.kept[place], work.kept[other]] = [work.kept[other], work.kept[place]];
      tray();
      saveTray();
      const [, up, down] = at("kept").children[other].querySelectorAll("button");
      ((other < place ? !up.disabled : down.disabled) ? up : down).focus(); // goes along with its tune
    };
    act("Open", async () => {
      try {
        take(tune.bars ? tune : await read(tune.text), { other: true });
      } catch (error) {
        fail(error);
      }
    });
    act("Up", () => swap(place - 1), place === 0);
    act("Down", () => swap(place + 1), place === work.kept.length - 1);
    act("Remove", () => {
      work.kept.splice(place, 1);
      tray();
      saveTray();
      (at("kept").children[Math.min(place, work.kept.length - 1)]?.querySelector("button") || at("compose")).focus();
    });
    article.append(element("h3", tune.title || "Untitled"), buttons);
    if (tune.score) article.append(scoreOf(tune.score));
    item.append(article);
    return item;
  });
  at("kept").replaceChildren(...items);
}

// Storage: work in progress stays in this browser

function save() {
  if (!restored) return; // it would replace what is stored
  const value = {
    text: work.tune?.text ?? unread, draft: at("text").value, locked: [...work.locked],
    past: work.past.slice(-STORED_STEPS), future: work.future.slice(-STORED_STEPS),
    form: Object.fromEntries(FIELDS.map((id) => [id, at(id).value])),
  };
  for (const storage of ["sessionStorage", "localStorage"]) store(storage, STORE, value);
}

/** Store the tray, after a change to it. */
function saveTray() {
  store("localStorage", TRAY, work.kept.map((tune) => tune.text));
}

function store(storage, name, value) {
  try {
    window[storage].setItem(name, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: the page goes on without it.
  }
}

/** What is stored under a name; null if nothing is, or nothing that can be read. */
function stored(storage, name) {
  try {
    return JSON.parse(window[storage].getItem(name));
  } catch {
    return null;
  }
}

const list = (values, type) => (Array.isArray(values) ? values.filter((each) => typeof each === type) : []);

/** The tunes of the stored tray. One that the server cannot read now stays by its text. */
function storedTray() {
  const titled = (text) => ({ text, title: /^T:(.*)$/m.exec(text)?.[1] });
  const known = new Map(work.kept.map((tune) => [tune.text, tune]));
  const tunes = list(stored("localStorage", TRAY), "string").map(
    (text) => known.get(text) ?? ask("/read", { text }).then(({ tune }) => tune, () => titled(text)),
  );
  return Promise.all(tunes);
}

/** Show the tray as another tab has changed it. */
async function followTray(event) {
  if (event.key !== TRAY || !restored) return;
  work.kept = await storedTray();
  tray();
}

async function restore() {
  const latest = stored("sessionStorage", STORE) ?? stored("localStorage", STORE) ?? {};
  for (const id of FIELDS) {
    const value = latest.form?.[id];
    const known = at(id).tagName !== "SELECT" || [...at(id).options].some((option) => option.value === value);
    if (typeof value === "string" && known && !at(id).disabled) at(id).value = value;
  }
  work.past = list(latest.past, "string");
  work.future = list(latest.future, "string");
  work.kept = await storedTray();
  unread = typeof latest.text === "string" ? latest.text : null;
  if (unread !== null) {
    at("text").value = unread;
    try {
      take(await read(unread), { step: false });
      list(latest.locked, "number").forEach((number) => work.locked.add(number));
      mark();
      if (typeof latest.draft === "string" && latest.draft !== unread) {
        at("text").value = latest.draft;
        edit();
      }
    } catch (error) {
      fail(error);
    }
  }
}

/** Open the tune in the page's address, if there is one; what was worked on is a step back. */
async function openLink() {
  if (!location.hash.startsWith("#t=")) return;
  const text = await unpacked(location.hash.slice(3));
  try {
    if (text === null) throw new ServerError(DAMAGED);
    take(await read(text), { other: text !== work.tune?.text });
  } catch (error) {
    fail(error.refused ? new ServerError(DAMAGED) : error);
  }
}
