// Plays the notes in each .player's data-tune with Web Audio. A note is [onset s, length s, MIDI pitch, first
// notehead, noteheads], a note of a chord its first three. Times are in tune seconds; `rate` is the number of tune seconds per second.

const AHEAD = 0.3; // seconds to schedule ahead, so that a busy page misses no note
const TICK = 60; // milliseconds between scheduling passes
const LEAD = 0.1; // seconds before the first note
const EARLY = 1e-6; // tolerance for the rounded onset of a note at the beginning of a bar

/** The start and end, in tune seconds, of the shortest stretch from one bar number to another. The range of all bars
 * is the complete tune with its repeats. */
function stretch(tune, from, to) {
  const numbers = [...new Set(tune.bars.map((bar) => bar[2]))].sort((one, other) => one - other);
  const [lowest, highest] = [numbers[0], numbers[numbers.length - 1]];
  const nearest = (number) => numbers.find((there) => there >= number) ?? highest;
  const [first, last] = [nearest(from ?? lowest), nearest(to ?? highest)].sort((one, other) => one - other);
  let found = [tune.bars[0][0], tune.bars[tune.bars.length - 1][1]];
  if (first === lowest && last === highest) return found;
  tune.bars.forEach((bar, place) => {
    const end = bar[2] === first && tune.bars.slice(place).find((other) => other[2] === last);
    if (end && end[1] - bar[0] < found[1] - found[0]) found = [bar[0], end[1]];
  });
  return found;
}

let sharedContext = null; // of all players, so that one can begin at the moment at which another ends

/** The index of the first note from a time on, in tune seconds; without one, the number of notes. */
function firstFrom(notes, time) {
  const found = notes.findIndex((note) => note[0] >= time);
  return found < 0 ? notes.length : found;
}

class Player {
  constructor(element) {
    this.tune = JSON.parse(element.dataset.tune);
    this.article = element.parentElement;
    this.score = new Score(this.article.querySelector(".score"));
    this.timer = null;
    this.build(element);
  }

  build(element) {
    const title = this.article.querySelector("h2").textContent;
    const numbers = this.tune.bars.map((bar) => bar[2]);
    const ends = `min="${Math.min(...numbers)}" max="${Math.max(...numbers)}"`;
    element.innerHTML =
      `<label>Speed <input class="rate" type="range" min="0.25" max="1.5" step="0.05" value="1"> <span aria-hidden="true">100 %</span></label>` +
      `<label>Key <select class="transpose"></select></label>` +
      `<label>Sounds <select class="octave"><option value="12">octave higher</option>` +
      `<option value="0" selected>as written</option><option value="-12">octave lower</option></select></label>` +
      `<span class="bars"><label>Bars <input class="from" type="number" inputmode="numeric" aria-label="From bar" ${ends} value="${Math.min(...numbers)}"></label>` +
      ` <label>to <input class="to" type="number" inputmode="numeric" aria-label="To bar" ${ends} value="${Math.max(...numbers)}"></label></span>` +
      `<label><input class="loop" type="checkbox"> Repeat</label>` +
      `<label><input class="count" type="checkbox"> Count-in</label>` +
      (this.tune.chords.length ? `<label><input class="chords" type="checkbox" checked> Chords</label>` : "") +
      `<p class="told" role="status"></p>`;
    element.setAttribute("role", "group");
    element.setAttribute("aria-label", `Playback of ${title}`);
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "play";
    element.before(this.button);
    this.name = title;
    this.tell();
    this.get = (name) => element.querySelector("." + name);
    this.key = this.article.querySelector(".key")?.textContent;
    this.offerKeys(this.get("transpose"));
    this.button.addEventListener("click", () => (this.timer ? this.stop() : this.play()));
    this.get("rate").addEventListener("input", (event) => this.setRate(event.target));
    this.get("transpose").addEventListener("change", () => this.showKey());
    for (const name of ["from", "to"]) this.get(name).addEventListener("change", () => this.setPart());
    element.hidden = false;
  }

  /** Offer the keys by name from low to high, each with its distance from the written key. */
  offerKeys(select) {
    for (const [semitones, name] of this.tune.keys) {
      const way = semitones ? `${Math.abs(semitones)} ${semitones > 0 ? "up" : "down"}` : "as written";
      select.add(new Option(name ? `${name}, ${way}` : way, semitones, semitones === 0, semitones === 0));
    }
  }

  values() {
    const number = (name) => (this.get(name).value === "" ? null : Number(this.get(name).value));
    return {
      rate: number("rate"),
      transpose: number("transpose"),
      octave: number("octave"),
      chords: Boolean(this.get("chords")?.checked),
      count: this.get("count").checked,
      loop: this.get("loop").checked,
      part: stretch(this.tune, number("from"), number("to")),
    };
  }

  setRate(slider) {
    const percent = `${Math.round(slider.value * 100)} %`;
    slider.setAttribute("aria-valuetext", percent);
    slider.nextElementSibling.textContent = percent;
    if (this.timer) this.anchor(this.now());
    this.rate = Number(slider.value);
  }

  /** Show the score in the chosen key, or say that it stays as written. */
  async showKey() {
    const chosen = this.get("transpose").selectedOptions[0];
    const shown = await this.score.show(Number(chosen.value));
    if (!chosen.selected) return; // another key was chosen in the meantime
    const [key] = chosen.text.split(",");
    const above = this.article.querySelector(".key");
    if (above) above.textContent = shown ? key : this.key;
    const rest = shown ? "Text and downloads stay as written." : "Only the sound changes; the score stays as written.";
    this.get("told").textContent = chosen.value === "0" ? "" : `${key}. ${rest}`;
  }

  setPart() {
    [this.start, this.end] = this.values().part;
    if (this.timer && (this.now() < this.start || this.now() >= this.end)) this.jump(this.start);
  }

  /** Set the position that sounds now to `place`, in tune seconds. */
  anchor(place) {
    this.began = this.context.currentTime;
    this.place = place;
  }

  jump(place) {
    this.anchor(place);
    const from = Math.max(place, this.start) - EARLY;
    // The next note of each part, and how many passes it lies ahead of the one that sounds.
    this.melody = { notes: this.tune.notes, next: firstFrom(this.tune.notes, from), pass: 0 };
    this.chords = { notes: this.tune.chords, next: firstFrom(this.tune.chords, from), pass: 0 };
  }

  /** How many passes follow the one that sounds. */
  passes() {
    return this.end > this.start ? (this.get("loop").checked ? Infinity : this.left) : 0;
  }

  now() {
    return this.place + (this.context.currentTime - this.began) * this.rate;
  }

  /** Play the chosen bars.
   * times: how often; then: called shortly before the end, with the time of the end in the audio context;
   * at: when to begin, instead of now. */
  play({ times = 1, then = null, at = null } = {}) {
    if (at === null) players.forEach((player) => player.timer && player.stop());
    this.context = sharedContext ??= new AudioContext();
    this.context.resume();
    [this.left, this.then] = [times - 1, then];
    const values = this.values();
    this.rate = values.rate;
    [this.start, this.end] = values.part;
    const counted = values.count && at === null;
    this.jump(this.start - (counted ? this.tune.beats * this.tune.beat : at === null ? LEAD * this.rate : 0));
    this.began = at ?? this.began;
    this.output = this.context.createGain();
    this.output.connect(this.context.destination);
    if (counted) {
      for (let beat = 0; beat < this.tune.beats; beat++) {
        soundClick(this.context, this.output, this.began + (beat * this.tune.beat) / this.rate);
      }
    }
    this.following = true;
    this.timer = setInterval(() => this.schedule(), TICK);
    this.tell();
    this.schedule();
    this.follow();
  }

  schedule() {
    const { transpose, octave, chords } = this.values();
    const now = this.now();
    this.sound(this.melody, now, transpose + octave, "melody");
    // An accompaniment that is switched off goes on in silence, so that it can be switched on again.
    this.sound(this.chords, now, transpose, chords ? "chords" : null);
    if (this.then && this.passes() < 1 && now + AHEAD * this.rate >= this.end) {
      const then = this.then;
      this.then = null;
      then(this.context.currentTime + (this.end - now) / this.rate);
    }
    if (now < this.end) return;
    if (this.passes() < 1) return this.stop();
    this.left = Math.max(0, this.left - 1);
    this.anchor(this.start + (now - this.end));
    for (const part of [this.melody, this.chords]) {
      if (part.pass) part.pass--;
      else part.next = firstFrom(part.notes, this.start - EARLY);
    }
  }

  /** Schedule the notes of a part that begin soon, those of the next pass too; without a name, in silence. */
  sound(part, now, transpose, name) {
    const until = now + AHEAD * this.rate;
    const span = this.end - this.start;
    for (;;) {
      const note = part.notes[part.next];
      if (!note || note[0] >= this.end - EARLY) {
        if (part.pass >= this.passes() || this.start + (part.pass + 1) * span > until) return;
        part.pass++;
        part.next = firstFrom(part.notes, this.start - EARLY);
        continue;
      }
      const [onset, length, pitch] = note;
      const wait = onset + part.pass * span - now;
      if (wait > until - now) return;
      const start = this.context.currentTime + Math.max(0, wait / this.rate);
      if (name) soundNote(this.context, this.output, pitch + transpose, start, length / this.rate, name);
      part.next++;
    }
  }

  /** Highlight the noteheads that sound. */
  follow() {
    if (!this.timer) return;
    const now = this.now();
    this.light(this.tune.notes.filter((note) => note[0] <= now && now < note[0] + note[1]));
    requestAnimationFrame(() => this.follow());
  }

  light(notes) {
    this.score.light(notes.map((note) => [note[3], note[4]]), this.following);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = this.then = null;
    this.output.disconnect();
    this.tell();
    this.light([]);
  }

  /** Update the label of the button. */
  tell() {
    const word = this.timer ? "Stop" : "Play";
    this.button.textContent = word;
    this.button.setAttribute("aria-label", `${word} ${this.name}`);
    this.button.classList.toggle("playing", Boolean(this.timer));
  }
}
