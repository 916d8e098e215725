// The three menus of the player: captions, speed, quality.
import { wishes } from "./memory.js";

const SPEEDS = [0.75, 1, 1.25, 1.5, 2];

export const menus = (player, video, source, words) => {
  const quality = menu(player, "quality", (value) => {
    wishes.set({ quality: value });
    source.choose(value);
    showQuality();
  });
  const speed = menu(player, "speed", (value) => {
    video.playbackRate = Number(value);
    wishes.set({ speed: Number(value) });
    speed.now.textContent = `${value}×`;
  });
  const captions = menu(player, "captions", (value) => {
    wishes.set({ captions: value });
    showCaptions(video, source, value);
  });

  const perHour = ({ averageBitrate, bitrate }) => `${Math.round((averageBitrate || bitrate) * 0.00045)} ${words.hour}`;
  const showQuality = () => {
    const level = source.levels[source.hls?.currentLevel];
    if (level) quality.now.textContent = `${level.height}p`;
  };
  source.addEventListener("level", showQuality);
  source.addEventListener("ready", () => {
    const tall = new Map(source.levels.map((level) => [String(level.height), level]));
    if (tall.size) {
      const heights = [...tall].sort((one, other) => other[0] - one[0]);
      quality.fill([["", words.auto, ""], ["saver", words.saver, "≤ 240p"],
        ...heights.map(([height, level]) => [height, `${height}p`, perHour(level)])]);
      const wish = player.dataset.thrifty && !wishes.all.quality ? "saver" : wishes.all.quality;
      quality.choose(tall.has(wish) || wish === "saver" ? wish : "");
    }
    speed.fill(SPEEDS.map((value) => [String(value), `${value}×`, ""]));
    speed.choose(String(wishes.all.speed));
  });
  const offer = () => {
    const known = tracks(source);
    if (!known.length) return;
    captions.fill([["", words.off, ""], ...known.map(({ language, label }) => [language, label, ""])]);
    captions.choose(known.some(({ language }) => language === wishes.all.captions) ? wishes.all.captions : "");
  };
  source.addEventListener("ready", offer);
  source.addEventListener("captions", offer);
  return { captions, speed };
};

const tracks = ({ hls, grant }) => {
  const inside = (hls?.subtitleTracks ?? []).map(({ lang, name }) => ({ language: lang, label: name }));
  return inside.length ? inside : grant.now.captions;
};

const showCaptions = (video, source, language) => {
  const { hls, grant } = source;
  if (hls?.subtitleTracks.length) {
    hls.subtitleTrack = hls.subtitleTracks.findIndex(({ lang }) => lang === language);
    return;
  }
  const track = grant.now.captions.find((each) => each.language === language);
  let found = video.querySelector(`track[srclang="${CSS.escape(language)}"]`);
  if (track && !found) {
    found = Object.assign(document.createElement("track"), { kind: "subtitles", srclang: language, label: track.label });
    found.src = grant.current(track.url);
    video.append(found);
  }
  for (const each of video.querySelectorAll("track")) each.track.mode = each === found ? "showing" : "disabled";
};

const menu = (player, name, chosen) => {
  const box = player.querySelector(`[data-menu="${name}"]`);
  const button = box.querySelector("button");
  const list = box.querySelector("ul");
  const open = (isOpen) => {
    list.hidden = !isOpen;
    button.ariaExpanded = String(isOpen);
    if (isOpen) (list.querySelector('[aria-checked="true"]') ?? list.querySelector("button"))?.focus();
  };
  button.addEventListener("click", () => open(list.hidden));
  box.addEventListener("focusout", (event) => box.contains(event.relatedTarget) || open(false));
  box.addEventListener("keydown", (event) => {
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" && !list.hidden) {
      open(false);
      button.focus();
    } else if (way && !list.hidden) {
      const items = [...list.querySelectorAll("button")];
      items.at((items.indexOf(document.activeElement) + way) % items.length).focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const choose = (value) => {
    for (const item of list.querySelectorAll("button")) item.ariaChecked = String(item.value === value);
    box.dataset.value = value;
    chosen(value);
  };
  const fill = (items) => {
    box.hidden = false;
    list.replaceChildren(...items.map(([value, label, note]) => {
      const item = Object.assign(document.createElement("button"), { type: "button", value, role: "menuitemradio" });
      item.append(label, Object.assign(document.createElement("small"), { textContent: note }));
      item.addEventListener("click", () => {
        choose(value);
        open(false);
        button.focus();
      });
      const line = Object.assign(document.createElement("li"), { role: "none" });
      line.append(item);
      return line;
    }));
  };
  return { fill, choose, box, now: button.querySelector(".now"), values: () => [...list.querySelectorAll("button")].map((item) => item.value) };
};
