// Tunes on the page: their scores and players.

"use strict";

const players = []; // all that are on the page; only one of them plays

/** An element with text and attributes. */
function element(name, text = "", attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

const fonts = new Set();

/** Make the glyphs and the font of a score known to the document. */
function learn(score) {
  const known = document.getElementById("glyphs");
  for (const [id, path] of Object.entries(score.glyphs)) {
    if (!document.getElementById(id)) known.insertAdjacentHTML("beforeend", path);
  }
  if (score.font && !fonts.has(score.font)) {
    fonts.add(score.font);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(score.font);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }
}

/** A score in its layouts, of which the style sheet shows the one that fits. */
function scoreOf(score) {
  learn(score);
  const made = element("div", "", { class: "score", role: "img", "aria-label": score.label, "data-others": "" });
  for (const [name, lines] of Object.entries(score.layouts)) {
    const layout = element("div", "", { class: name });
    layout.innerHTML = lines.join("");
    made.append(layout);
  }
  return made;
}

/** Fill an article with a tune: its title, player and score. Returns the player and the frame of the score. */
function show(article, tune) {
  clear(article);
  const name = tune.title || "Untitled";
  article.append(element("h2", name));
  article.append(element("p", [tune.type, tune.metre].filter(Boolean).join(", "), { class: "kinds" }));
  if (tune.key) article.lastChild.append(tune.type || tune.metre ? ", " : "", element("span", tune.key, { class: "key" }));
  const frame = element("div", "", { class: "frame" });
  let player = null;
  if (tune.score) frame.append(scoreOf(tune.score));
  if (tune.score && tune.timing) {
    const controls = element("div", "", { class: "player", "data-tune": JSON.stringify(tune.timing) });
    article.append(controls, frame);
    player = new Player(controls);
    players.push(player);
  } else {
    article.append(frame);
  }
  return { player, frame };
}

/** Empty an article, and forget its player. */
function clear(article) {
  players.filter((player) => player.article === article).forEach((player) => {
    if (player.timer) player.stop();
    players.splice(players.indexOf(player), 1);
  });
  article.replaceChildren();
}

const SETTINGS = ["rate", "octave", "loop", "count", "chords"];

/** The settings that a player offers: chords only where the tune has some. */
function settable(player) {
  return SETTINGS.filter((name) => player.get(name));
}

/** What is set in a player, so that the next version of a tune is played the same way. */
function settingsOf(player, tune) {
  const values = Object.fromEntries(settable(player).map((name) => [name, player.get(name).value]));
  const checks = Object.fromEntries(settable(player).map((name) => [name, player.get(name).checked]));
  return { values, checks, key: tune.key, bars: tune.bars.length, from: player.get("from").value,
    to: player.get("to").value, transpose: player.get("transpose").value };
}

function applySettings(player, tune, { values, checks, key, bars, from, to, transpose }) {
  for (const name of settable(player).filter((name) => name in values)) {
    player.get(name).value = values[name];
    player.get(name).checked = checks[name];
  }
  player.setRate(player.get("rate"));
  if (bars === tune.bars.length) [player.get("from").value, player.get("to").value] = [from, to];
  if (key !== tune.key || transpose === "0") return;
  player.get("transpose").value = transpose;
  player.showKey();
}

/** Facts about a tune, each a short phrase. */
function factsOf(tune) {
  const facts = tune.complete ? ["complete"] : tune.faults.map((fault) => (fault.bar === null ? "" : `bar ${fault.bar}: `) + fault.message);
  if (tune.form) {
    facts.push(`parts of ${tune.form.parts.join(" + ")} bars`);
    if (tune.form.on_tonic !== null) facts.push(tune.form.on_tonic ? "ends on the tonic" : "does not end on the tonic");
  }
  if (tune.overlap?.longest) {
    const { longest, title, bars } = tune.overlap;
    const [first, last] = [bars[0], bars[bars.length - 1]];
    facts.push(`shares ${longest} notes with “${title}” (${first === last ? `bar ${first}` : `bars ${first} to ${last}`})`);
  }
  if (tune.bits !== null) facts.push(`${tune.bits.toFixed(2)} bits per character`);
  return facts;
}

/** Cards of candidates that arrive in a stream; resolves to the number that were found. */
async function cards(section, path, values, signal, { choose, compare }) {
  const articles = new Map();
  const article = (number) => {
    if (!articles.has(number)) {
      const made = element("article", "", { class: "card" });
      articles.set(number, made);
      section.append(made);
    }
    return articles.get(number);
  };
  const engraved = new Map(); // number -> the text of the draft whose score is shown
  for await (const event of stream(path, values, signal)) {
    signal.throwIfAborted(); // what has arrived already may be more than what has been read
    if (event.draft) {
      const card = article(event.candidate);
      const { text, score } = event.draft;
      const title = /^T:(.*)$/m.exec(text)?.[1] || "…";
      const stands = text.startsWith(engraved.get(event.candidate)?.trimEnd()); // nothing of it was withdrawn
      const drawn = score ? scoreOf(score) : stands && card.querySelector(".score");
      if (score) engraved.set(event.candidate, text);
      card.classList.add("draft");
      card.replaceChildren(element("h2", title), element("p", "being written", { class: "kinds" }), ...(drawn ? [drawn] : []));
    } else if (event.tune) {
      const card = article(event.candidate);
      card.classList.remove("draft");
      const { player, frame } = show(card, event.tune);
      const button = element("button", "Choose", { type: "button", class: "choose", "aria-label": `Choose ${event.tune.title || "this tune"}` });
      button.addEventListener("click", () => choose(event.tune));
      (card.querySelector(".play") || card.querySelector(".kinds")).after(button);
      card.append(element("p", factsOf(event.tune).join("; "), { class: "facts" }));
      compare?.(event.tune, frame, player);
    } else if (event.done) {
      return event.found;
    }
  }
  return 0;
}
