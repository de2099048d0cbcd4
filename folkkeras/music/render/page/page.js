// Sets up the page: its players, the keys that stop them, and the print button.

const players = [...document.querySelectorAll(".player")].map((element) => new Player(element));

// Escape always stops playback; Space stops it unless the focused element uses the key.
document.addEventListener("keydown", (event) => {
  const playing = players.find((player) => player.timer);
  const taken = event.target.closest?.("button, a, input, select, summary");
  if (!playing || !(event.key === "Escape" || (event.key === " " && !taken))) return;
  event.preventDefault();
  playing.stop();
});

// A reader who scrolls while a tune plays wants to see something else: stop following the music until the next play.
for (const kind of ["wheel", "touchmove"]) {
  document.addEventListener(kind, () => players.forEach((player) => (player.following = false)), { passive: true });
}

if (players.length) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "print";
  button.textContent = players.length > 1 ? "Print the scores" : "Print the score";
  button.addEventListener("click", () => window.print());
  document.querySelector("header").append(button);
}
