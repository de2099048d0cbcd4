"use strict";
// Plays the notes that stand in each .player's data-tune with Web Audio: a note is [onset s, length s, MIDI
// pitch, first notehead, noteheads]. Times are of the tune; `rate` says how many of its seconds pass in one.

const AHEAD = 0.3; // seconds that are scheduled ahead, so that a busy page misses no note
const TICK = 60; // milliseconds between two looks at what is to be scheduled

/** Let a note sound in an audio context, live or offline. */
function soundNote(context, output, pitch, start, length) {
  const tone = context.createOscillator();
  const body = context.createBiquadFilter();
  const level = context.createGain();
  tone.type = "triangle";
  tone.frequency.value = 440 * 2 ** ((pitch - 69) / 12);
  body.type = "lowpass";
  body.frequency.value = tone.frequency.value * 4;
  const end = start + Math.max(length, 0.05);
  level.gain.setValueAtTime(0, start);
  level.gain.linearRampToValueAtTime(0.25, start + 0.015);
  level.gain.setTargetAtTime(0.16, start + 0.015, 0.2);
  level.gain.setTargetAtTime(0, end - 0.03, 0.015);
  tone.connect(body).connect(level).connect(output);
  tone.start(start);
  tone.stop(end + 0.1);
}

function soundClick(context, output, start) {
  const tone = context.createOscillator();
  const level = context.createGain();
  tone.frequency.value = 1500;
  level.gain.setValueAtTime(0.2, start);
  level.gain.exponentialRampToValueAtTime(0.001, start + 0.05);
  tone.connect(level).connect(output);
  tone.start(start);
  tone.stop(start + 0.06);
}

/** The seconds of the tune from the beginning of a bar to the end of another, by their numbers. */
function stretch(tune, from, to) {
  const first = tune.bars.find((bar) => bar[2] === from) || tune.bars[0];
  const last = tune.bars.find((bar) => bar[2] === to && bar[1] > first[0]) || tune.bars[tune.bars.length - 1];
  return [first[0], last[1]];
}

class Player {
  constructor(element) {
    this.tune = JSON.parse(element.dataset.tune);
    this.heads = [...element.parentElement.querySelectorAll(".score g.note")];
    this.context = null;
    this.timer = null;
    this.lit = [];
    this.build(element);
  }

  build(element) {
    const numbers = this.tune.bars.map((bar) => bar[2]);
    const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
    const title = element.parentElement.querySelector("h2").textContent;
    element.innerHTML =
      '<button type="button" class="play">Play</button>' +
      '<label>Speed <input class="rate" type="range" min="0.25" max="1.5" step="0.05" value="1"><output>100 %</output></label>' +
      '<label>Key <select class="transpose"></select></label>' +
      '<label><input class="count" type="checkbox"> Count-in</label>' +
      `<label><input class="loop" type="checkbox"> Loop bars</label>` +
      `<label>from <input class="from" type="number" min="${first}" max="${last}" value="${first}"></label>` +
      `<label>to <input class="to" type="number" min="${first}" max="${last}" value="${last}"></label>`;
    const get = (name) => element.querySelector("." + name);
    this.button = get("play");
    this.button.setAttribute("aria-label", `Play ${title}`);
    for (let step = -12; step <= 12; step++) {
      get("transpose").add(new Option(step > 0 ? `+${step}` : `${step}`, step, step === 0, step === 0));
    }
    this.values = () => ({
      rate: Number(get("rate").value),
      transpose: Number(get("transpose").value),
      count: get("count").checked,
      loop: get("loop").checked,
      part: get("loop").checked
        ? stretch(this.tune, Number(get("from").value), Number(get("to").value))
        : stretch(this.tune, this.tune.bars[0][2], null),
    });
    this.button.addEventListener("click", () => (this.timer ? this.stop() : this.play()));
    get("rate").addEventListener("input", (event) => {
      event.target.nextElementSibling.value = `${Math.round(event.target.value * 100)} %`;
      if (this.timer) this.anchor(this.now());
      this.rate = Number(event.target.value);
    });
    element.hidden = false;
  }

  /** From here on the tune's second `place` sounds now. */
  anchor(place) {
    this.began = this.context.currentTime;
    this.place = place;
  }

  now() {
    return this.place + (this.context.currentTime - this.began) * this.rate;
  }

  play() {
    players.forEach((player) => player.timer && player.stop());
    this.context = this.context || new AudioContext();
    this.context.resume();
    const values = this.values();
    this.rate = values.rate;
    [this.start, this.end] = values.part;
    const lead = values.count ? this.tune.beats * this.tune.beat : 0.1 * this.rate;
    this.anchor(this.start - lead);
    this.output = this.context.createGain();
    this.output.connect(this.context.destination);
    if (values.count) {
      for (let beat = 0; beat < this.tune.beats; beat++) {
        soundClick(this.context, this.output, this.began + (beat * this.tune.beat) / this.rate);
      }
    }
    this.next = this.tune.notes.findIndex((note) => note[0] >= this.start - 1e-6);
    this.button.textContent = "Stop";
    this.timer = setInterval(() => this.schedule(), TICK);
    this.schedule();
    this.follow();
  }

  schedule() {
    const { transpose, loop } = this.values();
    const now = this.now();
    const until = now + AHEAD * this.rate;
    while (this.next >= 0 && this.next < this.tune.notes.length) {
      const [onset, length, pitch] = this.tune.notes[this.next];
      if (onset > until || onset >= this.end - 1e-6) break;
      const start = this.context.currentTime + Math.max(0, (onset - now) / this.rate);
      soundNote(this.context, this.output, pitch + transpose, start, length / this.rate);
      this.next++;
    }
    if (now < this.end) return;
    if (!loop) return this.stop();
    this.anchor(this.start + (now - this.end));
    this.next = this.tune.notes.findIndex((note) => note[0] >= this.start - 1e-6);
  }

  /** Light the noteheads that sound. */
  follow() {
    if (!this.timer) return;
    const now = this.now();
    this.light(this.tune.notes.filter((note) => note[0] <= now && now < note[0] + note[1]));
    requestAnimationFrame(() => this.follow());
  }

  light(notes) {
    const heads = notes.flatMap((note) => this.heads.slice(note[3], note[3] + note[4]));
    this.lit.filter((head) => !heads.includes(head)).forEach((head) => head.classList.remove("sounding"));
    heads.forEach((head) => head.classList.add("sounding"));
    if (heads.length && !this.lit.includes(heads[0])) {
      const scroller = heads[0].closest(".score");
      const left = heads[0].getBoundingClientRect().left - scroller.getBoundingClientRect().left;
      if (left < 0 || left > scroller.clientWidth - 40) scroller.scrollLeft += left - scroller.clientWidth / 3;
    }
    this.lit = heads;
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.output.disconnect();
    this.button.textContent = "Play";
    this.light([]);
  }
}

const players = [...document.querySelectorAll(".player")].map((element) => new Player(element));
