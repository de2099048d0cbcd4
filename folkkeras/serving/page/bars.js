// The bars of a score that can be marked: a button over each, by mouse, touch and keyboard.

"use strict";

class Bars {
  /** Lay buttons over the bars of a tune's score. `onChange` is called when other bars are marked. */
  constructor(frame, bars, onChange) {
    this.frame = frame;
    this.bars = bars;
    this.onChange = onChange;
    this.marked = new Set(); // places in `bars`
    this.anchor = null; // where a range of marked bars begins
    this.drag = null; // where the mouse was pressed, and what was marked then
    this.layer = document.createElement("div");
    this.layer.className = "bars-layer";
    this.layer.setAttribute("role", "group");
    this.layer.setAttribute("aria-label", "Bars: arrow keys move, Space marks, Shift with an arrow key marks a range");
    this.buttons = bars.map((bar, place) => this.button(bar, place));
    this.source = document.createElement("span"); // the tune whose notes it shares
    this.source.className = "source";
    this.layer.append(this.source);
    frame.append(this.layer);
    this.watch = new ResizeObserver(() => this.place());
    this.watch.observe(frame);
    this.place();
  }

  button(bar, place) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "bar";
    button.tabIndex = place === 0 ? 0 : -1;
    button.addEventListener("click", (event) => this.click(place, event.shiftKey));
    button.addEventListener("pointerdown", (event) => this.press(place, event));
    button.addEventListener("pointerenter", () => this.enter(place));
    button.addEventListener("keydown", (event) => this.key(place, event));
    this.layer.append(button);
    return button;
  }

  /** Put each button over its bar in the layout that is shown. */
  place() {
    const shown = [...this.frame.querySelectorAll(".score > *")].find((layout) => layout.offsetParent);
    const measures = shown ? [...shown.querySelectorAll("g.measure")] : [];
    const origin = this.frame.getBoundingClientRect();
    this.buttons.forEach((button, place) => {
      const measure = measures[place];
      button.hidden = !measure;
      if (!measure) return;
      const { left, right } = measure.getBoundingClientRect();
      const { top, bottom } = measure.closest("svg").getBoundingClientRect();
      button.style.left = `${left - origin.left}px`;
      button.style.width = `${right - left}px`;
      button.style.top = `${top - origin.top}px`;
      button.style.height = `${bottom - top}px`;
    });
    const first = this.buttons.find((button) => button.classList.contains("shared") && !button.hidden);
    this.source.hidden = !first;
    if (!first) return;
    this.source.style.left = first.style.left;
    this.source.style.top = `${parseFloat(first.style.top) + parseFloat(first.style.height)}px`;
  }

  click(place, extend) {
    if (extend && this.anchor !== null) {
      const [first, last] = [this.anchor, place].sort((one, other) => one - other);
      for (let each = first; each <= last; each++) this.marked.add(each);
    } else {
      this.anchor = place;
      if (!this.marked.delete(place)) this.marked.add(place);
    }
    this.onChange();
  }

  press(place, event) {
    if (event.pointerType !== "mouse" || event.button || event.shiftKey) return;
    this.drag = { place, marked: new Set(this.marked) };
    document.addEventListener("pointerup", () => (this.drag = null), { once: true });
  }

  /** Mark the bars from where the mouse was pressed. */
  enter(place) {
    if (!this.drag || (place === this.drag.place && !this.drag.moved)) return;
    this.drag.moved = true;
    this.anchor = this.drag.place;
    this.marked = new Set(this.drag.marked);
    this.click(place, true);
  }

  key(place, event) {
    const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" && this.marked.size) {
      this.marked.clear();
      this.onChange();
    } else if (way) {
      event.preventDefault();
      const next = Math.min(Math.max(place + way, 0), this.buttons.length - 1);
      if (event.shiftKey) {
        this.anchor ??= place;
        this.click(place, true);
        this.click(next, true);
      } else {
        this.anchor = null;
      }
      this.buttons.forEach((button, each) => (button.tabIndex = each === next ? 0 : -1));
      this.buttons[next].focus();
    }
  }

  /** Show what is marked, locked, faulty and shared with the tune of that title, each a set of numbers of bars, apart
   * from the marked places. */
  show({ locked = new Set(), faulty = new Set(), shared = new Set(), changed = new Set(), title = "" }) {
    this.source.textContent = title && `as in ${title}`;
    this.buttons.forEach((button, place) => {
      const { number, free } = this.bars[place];
      const facts = {
        marked: this.marked.has(place),
        locked: locked.has(number),
        faulty: faulty.has(number),
        shared: shared.has(number),
        changed: changed.has(place),
      };
      for (const [name, holds] of Object.entries(facts)) button.classList.toggle(name, holds);
      const words = Object.entries({ ...facts, marked: false, "cannot be rewritten": !free });
      button.setAttribute("aria-pressed", facts.marked);
      button.setAttribute("aria-label", [`Bar ${number}`, ...words.filter(([, holds]) => holds).map(([name]) => name)].join(", "));
    });
    this.place();
  }

  remove() {
    this.watch.disconnect();
    this.layer.remove();
  }
}
