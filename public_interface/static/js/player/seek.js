// The bar: where the film is, what is loaded, its chapters, and a picture of where one points.
export const clock = (seconds) => {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
};

export const seekBar = (player, video, grant) => {
  const bar = player.querySelector(".seek");
  const input = bar.querySelector("input");
  const preview = bar.querySelector(".seek-preview");
  const [now, whole] = player.querySelectorAll(".player-time output");
  const chapterAt = (at) => grant.now.chapters.findLast(({ start_seconds: start }) => start <= at)?.title ?? "";

  const show = () => {
    const { currentTime: at, duration, buffered } = video;
    if (!Number.isFinite(duration)) return;
    input.max = duration;
    if (!input.matches(":active")) input.value = at;
    input.setAttribute("aria-valuetext", [clock(at), chapterAt(at)].filter(Boolean).join(", "));
    bar.style.setProperty("--done", `${(at / duration) * 100}%`);
    const end = [...Array(buffered.length).keys()].map((i) => buffered.end(i)).find((edge) => edge >= at) ?? at;
    bar.style.setProperty("--loaded", `${(end / duration) * 100}%`);
    now.textContent = clock(at);
    whole.textContent = clock(duration);
  };
  for (const event of ["timeupdate", "durationchange", "progress", "seeked"]) video.addEventListener(event, show);
  input.addEventListener("input", () => {
    now.textContent = clock(input.value);
    bar.style.setProperty("--done", `${(input.value / video.duration) * 100}%`);
  });
  input.addEventListener("change", () => { video.currentTime = Number(input.value); });

  video.addEventListener("loadedmetadata", () => {
    const marks = grant.now.chapters.filter(({ start_seconds: start }) => start > 0).map(({ start_seconds: start }) => {
      const mark = document.createElement("span");
      mark.style.left = `${(start / video.duration) * 100}%`;
      return mark;
    });
    bar.querySelector(".seek-chapters").replaceChildren(...marks);
  });

  bar.addEventListener("pointermove", (event) => {
    if (!Number.isFinite(video.duration)) return;
    const box = bar.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    point(preview, share, share * video.duration, grant, box.width, chapterAt);
  });
  bar.addEventListener("pointerleave", () => { preview.hidden = true; });
};

const point = (preview, share, at, grant, width, chapterAt) => {
  const [picture, words] = preview.children;
  preview.hidden = false;
  words.textContent = [clock(at), chapterAt(at)].filter(Boolean).join(" · ");
  const { sprites } = grant.now;
  picture.hidden = !sprites;
  if (sprites) {
    const cell = Math.floor(at / sprites.interval_seconds);
    const each = sprites.columns * sprites.rows;
    const place = cell % each;
    Object.assign(picture.style, {
      width: `${sprites.cell_width}px`,
      height: `${sprites.cell_height}px`,
      backgroundImage: `url("${grant.current(sprites.url.replace("{sheet}", Math.floor(cell / each)))}")`,
      backgroundPosition: `-${(place % sprites.columns) * sprites.cell_width}px -${Math.floor(place / sprites.columns) * sprites.cell_height}px`,
    });
  }
  const half = preview.offsetWidth / 2;
  preview.style.left = `${Math.min(width - half, Math.max(half, share * width))}px`;
};
