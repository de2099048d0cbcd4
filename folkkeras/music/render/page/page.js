// What the page has once: its players, the keys that stop them, the button that prints.

const players = [...document.querySelectorAll(".player")].map((element) => new Player(element));

// Escape stops from anywhere, Space where it does nothing else.
document.addEventListener("keydown", (event) => {
  const playing = players.find((player) => player.timer);
  const taken = event.target.closest?.("button, a, input, select, summary");
  if (!playing || !(event.key === "Escape" || (event.key === " " && !taken))) return;
  event.preventDefault();
  playing.stop();
});

// Whoever scrolls while a tune plays looks at something else: the page leaves the view alone until the next play.
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
