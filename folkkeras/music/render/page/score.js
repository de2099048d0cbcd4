// A tune's score on the page: its layouts, of which the style sheet shows one, its other keys, and its noteheads.

class Score {
  constructor(element) {
    this.element = element;
    this.written = { label: element.getAttribute("aria-label"), html: element.innerHTML };
    this.find();
  }

  /** Find the noteheads, which are the same in each layout. */
  find() {
    this.layouts = [...this.element.children].map((layout) => [...layout.querySelectorAll("g.note")]);
    this.lit = [];
  }

  /** Show the score this many semitones up; resolves to whether the page has it in that key. */
  async show(semitones) {
    this.wanted = semitones;
    const found = semitones === 0 ? this.written : (await this.others())[semitones];
    if (this.wanted !== semitones) return false; // another key was chosen in the meantime
    const { label, html } = found || this.written;
    if (this.element.getAttribute("aria-label") !== label) {
      this.element.setAttribute("aria-label", label);
      this.element.innerHTML = html;
      this.find();
    }
    return Boolean(found);
  }

  /** The scores in the other keys, which stay compressed until one of them is needed. */
  async others() {
    this.unpacked ??= unpack(this.element.dataset.others);
    return this.unpacked;
  }

  /** Highlight noteheads, given as [first, count] pairs, and keep them in view. */
  light(places, following) {
    const heads = this.layouts.flatMap((all) => places.flatMap(([first, count]) => all.slice(first, first + count)));
    if (heads.length === this.lit.length && heads.every((head, place) => head === this.lit[place])) return;
    this.lit.forEach((head) => head.classList.remove("sounding"));
    heads.forEach((head) => head.classList.add("sounding"));
    this.lit = heads;
    const seen = heads.find((head) => head.getClientRects().length);
    if (seen && following) keepInSight(seen.closest("svg"));
  }
}

async function unpack(text) {
  if (!text || typeof DecompressionStream === "undefined") return {};
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const scores = await new Response(stream).json();
  for (const score of Object.values(scores)) {
    score.html = Object.entries(score.layouts).map(([name, lines]) => `<div class="${name}">${lines}</div>`).join("");
  }
  return scores;
}

/** Scroll to a line of music that is not fully visible. */
function keepInSight(line) {
  const { top, bottom } = line.getBoundingClientRect();
  if (top >= 0 && bottom <= innerHeight) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  line.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
}
