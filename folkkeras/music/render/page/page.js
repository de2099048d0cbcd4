// Sets up the page: its players, the keys that stop them, and the buttons above the tunes.

const players = [...document.querySelectorAll(".player")].map((element) => new Player(element));

// Escape always stops playback; Space stops it unless the focused element uses the key.
document.addEventListener("keydown", (event) => {
  const playing = players.filter((player) => player.timer); // two, where one tune of a set follows another
  const taken = event.target.closest?.("button, a, input, select, summary");
  if (!playing.length || !(event.key === "Escape" || (event.key === " " && !taken))) return;
  event.preventDefault();
  playing.forEach((player) => player.stop());
});

// A reader who scrolls while a tune plays wants to see something else: stop following the music until the next play.
for (const kind of ["wheel", "touchmove"]) {
  document.addEventListener(kind, () => players.forEach((player) => (player.following = false)), { passive: true });
}

/** Play the tunes of a set one after another, without a pause. */
function playSet(times, at = null, place = 0) {
  const then = place + 1 < players.length ? (end) => playSet(times, end, place + 1) : null;
  players[place].play({ times, then, at });
}

const times = Number(document.querySelector("main").dataset.times);
if (players.length && times) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "set";
  button.textContent = times > 1 ? `Play the set, each tune ${times} times` : "Play the set";
  button.addEventListener("click", () => playSet(times));
  document.querySelector("header").append(button);
}

if (players.length) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "print";
  button.textContent = players.length > 1 ? "Print the scores" : "Print the score";
  button.addEventListener("click", () => window.print());
  document.querySelector("header").append(button);
}
