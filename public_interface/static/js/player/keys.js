// The keyboard, as people know it from elsewhere.
export const keys = (player, video, deeds, { captions, speed }) => {
  const jump = (seconds) => { video.currentTime = Math.max(0, video.currentTime + seconds); };
  const louder = (by) => { video.volume = Math.min(1, Math.max(0, video.volume + by)); };
  const faster = (way) => {
    const values = speed.values();
    const next = values[values.indexOf(speed.box.dataset.value) + way];
    if (next) speed.choose(next);
  };
  const nextCaptions = () => {
    const values = captions.values();
    if (values.length) captions.choose(values[(values.indexOf(captions.box.dataset.value) + 1) % values.length]);
  };
  const known = {
    k: deeds.toggle, " ": deeds.toggle, j: deeds.back, l: deeds.forward, m: deeds.mute, f: deeds.full,
    p: deeds.picture, "?": deeds.help, c: nextCaptions, "<": () => faster(-1), ">": () => faster(1),
    ArrowLeft: () => jump(-5), ArrowRight: () => jump(5), ArrowUp: () => louder(0.1), ArrowDown: () => louder(-0.1),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const isRange = event.target.matches("input");
    const isButton = event.target.matches("button, a");
    if ((isRange && event.key.startsWith("Arrow")) || (isButton && [" ", "Enter"].includes(event.key))) return;
    const deed = /^[0-9]$/.test(event.key)
      ? () => { video.currentTime = (video.duration * Number(event.key)) / 10; }
      : known[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!deed || player.querySelector(".player-panel:not([hidden], [data-panel='help'])")) return;
    event.preventDefault();
    deed();
    player.wake();
  });
};
