// Reads tunes with abcjs. One JSON object a line comes in, {"text", "seconds", "shown"}, and one a line goes out:
// {"notes": [[onset, length, pitch]], "graces": [[onset, pitch]]}, times in whole notes, or what is shown, an array of
// voices; or null where abcjs throws or takes longer than it may. The first argument is the folder that holds abcjs.
"use strict";

const readline = require("readline");
const vm = require("vm");
const abcjs = require(process.argv[2]);

for (const name of ["log", "warn", "error"]) console[name] = () => {};

// Decorations, which abcjs plays in its own way, and tempo changes, which it turns into lengths, are left out.
function withoutTaste(tune) {
  delete tune.metaText.tempo;
  for (const voice of voicesOf(tune)) {
    for (let place = voice.length - 1; place >= 0; place--) {
      if (voice[place].el_type === "tempo") voice.splice(place, 1);
      else if (voice[place].el_type === "note") delete voice[place].decoration;
    }
  }
}

function* voicesOf(tune) {
  for (const line of tune.lines)
    for (const staff of line.staff || []) yield* staff.voices;
}

// abcjs gives half of a note to the graces before it; here the note gets its time back.
function played(tune) {
  const notes = [];
  const graces = [];
  for (const track of tune.setUpAudio({ chordsOff: true }).tracks) {
    let begun = 0; // where a group of graces begins
    let end = -1; // and where it ends
    for (const { cmd, style, start, duration, pitch } of track) {
      if (cmd !== "note") continue;
      if (style === "grace") {
        if (Math.abs(start - end) > 1e-5) begun = start;
        end = start + duration;
        graces.push([start, pitch]);
      } else if (Math.abs(start - end) < 1e-5) notes.push([begun, 2 * duration, pitch]);
      else notes.push([start, duration, pitch]);
    }
  }
  if (!notes.flat().every(Number.isFinite)) throw new Error("a length that is no number");
  return { notes, graces };
}

function shown(tune) {
  const voices = [];
  for (const line of tune.lines) {
    let number = 0;
    for (const staff of line.staff || []) {
      for (const voice of staff.voices) {
        const bars = (voices[number] = voices[number] || [[]]);
        number++;
        for (const element of voice) {
          if (element.el_type === "bar") {
            if (bars[bars.length - 1].length) bars.push([]);
          } else if (element.el_type === "note") bars[bars.length - 1].push(shownNote(element));
        }
      }
    }
  }
  return voices.map((bars) => bars.filter((bar) => bar.length));
}

function shownNote(element) {
  const pitches = element.pitches || [];
  const slurs = (name) => pitches.reduce((sum, pitch) => sum + (pitch[name] || []).length, 0);
  return {
    pitches: pitches.map((pitch) => pitch.name),
    length: Number.isFinite(element.duration) ? element.duration : 0,
    rest: element.rest ? element.rest.type : "",
    decorations: element.decoration || [],
    symbols: (element.chord || []).map((chord) => [chord.position, chord.name]),
    graces: (element.gracenotes || []).map((grace) => grace.name),
    tied: pitches.filter((pitch) => pitch.startTie).length,
    slurs_begun: slurs("startSlur"),
    slurs_ended: slurs("endSlur"),
    tuplet: element.startTriplet || 0,
  };
}

global.read = () => {
  const [tune] = abcjs.parseOnly(global.asked.text);
  if (global.asked.shown) return shown(tune);
  withoutTaste(tune);
  return played(tune);
};
const job = new vm.Script("read()");

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  let answer = null;
  try {
    global.asked = JSON.parse(line);
    answer = job.runInThisContext({ timeout: 1000 * global.asked.seconds });
  } catch {
    // The tune is beyond abcjs.
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
