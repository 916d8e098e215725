// What this browser remembers: where a film stopped, and how its viewer likes to watch.
const read = (key) => {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null; // storage is off, or not ours
  }
};

const write = (key, value) => {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // a full or forbidden storage must not stop a film
  }
};

export const wishes = {
  all: { volume: 1, speed: 1, quality: "", captions: "", bandwidth: 0, ...read("player") },
  set(changes) {
    Object.assign(this.all, changes);
    write("player", this.all);
  },
};

// Begins where the film stopped, and notes where it is: not in its first half-minute, nor at its end.
export const remember = (video, slug, resumed) => {
  const key = `resume:${slug}`;
  const mark = read(key);
  video.addEventListener("loadedmetadata", () => {
    if (!mark || mark.at < 30 || mark.at > video.duration - 15) return;
    video.currentTime = mark.at;
    resumed(mark.at);
  }, { once: true });
  let noted = 0;
  const note = () => {
    const { currentTime: at, duration } = video;
    if (!Number.isFinite(duration) || at < 1 || Math.abs(at - noted) < 1) return;
    noted = at;
    const isOver = at > duration * 0.97;
    write(key, at < 30 || isOver ? null : { at: Math.floor(at), of: Math.floor(duration), on: Date.now() });
  };
  video.addEventListener("timeupdate", () => Math.abs(video.currentTime - noted) > 5 && note());
  video.addEventListener("pause", note);
  addEventListener("pagehide", note);
};
