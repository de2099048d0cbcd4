// Synthesises notes and clicks, in a live or an offline audio context.

const LOUDNESS = { melody: 1, chords: 0.4 }; // several notes of a chord sound at once

function soundNote(context, output, pitch, start, length, part = "melody") {
  const tone = context.createOscillator();
  const body = context.createBiquadFilter();
  const level = context.createGain();
  tone.type = "triangle";
  tone.frequency.value = 440 * 2 ** ((pitch - 69) / 12);
  body.type = "lowpass";
  body.frequency.value = tone.frequency.value * 4;
  const end = start + Math.max(length, 0.05);
  level.gain.setValueAtTime(0, start);
  level.gain.linearRampToValueAtTime(0.25 * LOUDNESS[part], start + 0.015);
  level.gain.setTargetAtTime(0.16 * LOUDNESS[part], start + 0.015, 0.2);
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
