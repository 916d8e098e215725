// <film-player> plays one film; the parts are in ../player/.
import { Grant } from "../player/grant.js";
import { keys } from "../player/keys.js";
import { remember, wishes } from "../player/memory.js";
import { menus } from "../player/menus.js";
import { clock, seekBar } from "../player/seek.js";
import { Source } from "../player/source.js";

const IDLE = 3000;

customElements.define("film-player", class extends HTMLElement {
  connectedCallback() {
    this.video = this.querySelector("video");
    this.words = this.querySelector(".player-words").dataset;
    this.grant = new Grant(this);
    this.source = new Source(this.video, this.grant, this.dataset.worker);
    const offered = menus(this, this.video, this.source, this.words);
    seekBar(this, this.video, this.grant);
    keys(this, this.video, this.deeds, offered);
    if (this.dataset.part === "film") {
      remember(this.video, this.dataset.slug, (at) => this.say(this.words.resumed.replace("{}", clock(at)), 6000));
    }
    this.listen();
    this.source.start();
  }

  get deeds() {
    const { video } = this;
    const jump = (by) => { video.currentTime = Math.max(0, video.currentTime + by); };
    return {
      toggle: () => (video.paused ? video.play().catch(() => {}) : video.pause()),
      back: () => jump(-10),
      forward: () => jump(10),
      mute: () => { video.muted = !video.muted; },
      full: () => (document.fullscreenElement ? document.exitFullscreen() : (this.requestFullscreen?.() ?? video.webkitEnterFullscreen?.())),
      picture: () => (document.pictureInPictureElement ? document.exitPictureInPicture() : video.requestPictureInPicture?.()),
      help: () => this.panel(this.querySelector('[data-panel="help"]').hidden ? "help" : ""),
      retry: () => location.reload(),
      again: () => { this.panel(""); video.currentTime = 0; video.play(); },
    };
  }

  listen() {
    const { video, source } = this;
    const on = (target, names, deed) => names.split(" ").forEach((name) => target.addEventListener(name, deed));
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do], button[name=do]");
      if (button) this.deeds[button.dataset.do ?? button.value]();
      else if (event.target === video && event.pointerType !== "touch") this.deeds.toggle();
    });
    video.addEventListener("dblclick", () => this.deeds.full());
    on(this, "pointermove pointerdown focusin", () => this.wake());
    on(video, "play pause", () => { this.toggleAttribute("data-paused", video.paused); this.wake(); });
    on(video, "waiting", () => { this.dataset.waiting = ""; this.slow = setTimeout(() => this.say(this.words.slow), 4000); });
    on(video, "playing seeked canplay", () => { delete this.dataset.waiting; clearTimeout(this.slow); if (!source.isCut) this.say(""); });
    on(video, "playing", () => { this.dataset.state = "playing"; });
    on(video, "ended", () => this.panel("ended"));
    on(video, "volumechange", () => {
      this.toggleAttribute("data-muted", video.muted || video.volume === 0);
      this.querySelector(".volume input").value = video.volume;
      wishes.set({ volume: video.volume });
    });
    this.querySelector(".volume input").addEventListener("input", (event) => Object.assign(video, { volume: event.target.value, muted: false }));
    on(source, "ready", () => this.ready());
    on(source, "cut", () => this.say(this.words.cut));
    on(source, "mended", () => this.say(""));
    on(source, "refused", () => this.panel("locked"));
    on(source, "failed", () => this.panel("failed"));
    on(window, "offline", () => this.say(this.words.cut));
  }

  async ready() {
    this.querySelector(".player-bar").hidden = false;
    this.querySelector('[data-do="picture"]').hidden = !document.pictureInPictureEnabled;
    this.toggleAttribute("data-paused", true);
    Object.assign(this.video, { volume: wishes.all.volume, preload: "auto" });
    this.dataset.state = "ready"; // until the browser lets it play
    await this.video.play().catch(() => {});
  }

  wake() {
    delete this.dataset.idle;
    clearTimeout(this.idle);
    this.idle = setTimeout(() => {
      const isBusy = this.video.paused || this.querySelector('[aria-expanded="true"], .player-bar :focus-visible');
      if (!isBusy) this.dataset.idle = "";
    }, IDLE);
  }

  say(text, milliseconds = 0) {
    const line = this.querySelector(".player-message");
    clearTimeout(this.said);
    line.textContent = text;
    line.hidden = !text;
    if (milliseconds) this.said = setTimeout(() => this.say(""), milliseconds);
  }

  panel(name) {
    for (const each of this.querySelectorAll("[data-panel]")) each.hidden = each.dataset.panel !== name;
    this.say("");
    if (name && document.fullscreenElement && name === "locked") document.exitFullscreen();
    this.querySelector(`[data-panel="${name}"] :is(a, button)`)?.focus();
  }
});
