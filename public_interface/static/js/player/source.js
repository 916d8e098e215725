// Brings the film from the library into the <video>: hls.js where it can, the browser's own HLS elsewhere.
import Hls from "../../vendor/hls.mjs";
import { wishes } from "./memory.js";
import { Refused } from "./grant.js";

const SAVER_HEIGHT = 240;
const FINEST = 1.5; // more pixels than that to a point of the page nobody sees
const patience = (load, more) => ({
  default: {
    maxTimeToFirstByteMs: 20000,
    maxLoadTimeMs: load,
    timeoutRetry: { maxNumRetry: 6, retryDelayMs: 0, maxRetryDelayMs: 0 },
    errorRetry: { maxNumRetry: 6, retryDelayMs: 1000, maxRetryDelayMs: 16000, backoff: "exponential", ...more },
  },
});

export class Source extends EventTarget {
  constructor(video, grant, worker) {
    super();
    Object.assign(this, { video, grant, worker, brokenAt: 0, tries: 0, quality: "" });
    new ResizeObserver(() => this.cap()).observe(video);
    video.addEventListener("play", () => this.keep());
    addEventListener("online", () => this.mend());
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  async start() {
    if (Hls.isSupported()) return this.startHls();
    if (!this.video.canPlayType("application/vnd.apple.mpegurl")) return this.tell("failed");
    const found = await this.grant.renew("native").catch((error) => this.stumble(error));
    if (found) this.video.src = found.playlist_url;
    this.tell("ready");
  }

  startHls() {
    const again = (config, count, timeout, response, retry) => {
      if (response?.code !== 403) return retry;
      this.renew(); // the prefix is too old: the next try has a new one
      return count < 4;
    };
    const link = navigator.connection?.downlink;
    this.hls = new Hls({
      workerPath: this.worker,
      xhrSetup: (request, address) => request.open("GET", this.grant.current(address), true),
      startLevel: -1,
      testBandwidth: false,
      abrEwmaDefaultEstimate: wishes.all.bandwidth || (link ? link * 600000 : 250000),
      abrBandWidthFactor: 0.8,
      abrBandWidthUpFactor: 0.6,
      maxBufferLength: 30,
      maxMaxBufferLength: 60,
      maxBufferSize: 8e6,
      backBufferLength: 30,
      maxStarvationDelay: 6,
      maxLoadingDelay: 8,
      lowLatencyMode: false,
      manifestLoadPolicy: patience(60000, { shouldRetry: again }),
      playlistLoadPolicy: patience(60000, { shouldRetry: again }),
      fragLoadPolicy: patience(120000, { shouldRetry: again }),
    });
    this.hls.on(Hls.Events.MANIFEST_PARSED, () => this.tell("ready"));
    this.hls.on(Hls.Events.LEVEL_SWITCHED, () => this.tell("level"));
    this.hls.on(Hls.Events.SUBTITLE_TRACKS_UPDATED, () => this.tell("captions"));
    this.hls.on(Hls.Events.FRAG_LOADED, () => this.arrived());
    this.hls.on(Hls.Events.ERROR, (_, found) => found.fatal && this.broken(found));
    this.hls.loadSource(this.grant.now.playlist_url);
    this.hls.attachMedia(this.video);
  }

  arrived() {
    this.tries = 0;
    if (this.isCut) this.tell("mended");
    this.isCut = false;
    wishes.set({ bandwidth: Math.round(this.hls.bandwidthEstimate) });
  }

  broken({ type }) {
    if (type === Hls.ErrorTypes.MEDIA_ERROR && Date.now() - this.brokenAt > 5000) {
      this.brokenAt = Date.now();
      return this.hls.recoverMediaError();
    }
    if (type !== Hls.ErrorTypes.NETWORK_ERROR) return this.tell("failed");
    this.isCut = true;
    this.tell("cut");
    clearTimeout(this.mending);
    this.mending = setTimeout(() => this.mend(), Math.min(1000 * 2 ** this.tries++, 15000));
  }

  // The line was cut: asks for a grant, and when that comes through goes on loading.
  async mend() {
    if (!this.isCut || !this.hls) return;
    if (!(await this.renew())) return this.broken({ type: Hls.ErrorTypes.NETWORK_ERROR });
    if (this.hls.levels.length) this.hls.startLoad();
    else this.hls.loadSource(this.grant.now.playlist_url);
  }

  // While the film plays its grant is renewed; a refusal stops it at once.
  async keep() {
    clearTimeout(this.keeping);
    if (this.video.paused || this.stopped) return;
    const came = this.grant.isStale ? await this.renew() : true;
    const seconds = came ? Math.max(this.grant.now.renew_seconds, 2) : 3;
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.keep(), seconds * 1000);
  }

  async renew() {
    return this.grant.renew().catch((error) => this.stumble(error));
  }

  stumble(error) {
    if (error instanceof Refused) {
      this.stop();
      this.tell("refused");
    }
    return null;
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.keeping);
    this.video.pause();
    this.hls?.destroy();
    this.hls = null;
    this.video.removeAttribute("src");
    this.video.load();
  }

  get levels() {
    return this.hls?.levels ?? [];
  }

  // "" is automatic, "saver" automatic up to 240p, otherwise a height.
  choose(quality) {
    this.quality = quality;
    this.cap();
    if (this.hls) this.hls.loadLevel = this.levels.findLastIndex(({ height }) => String(height) === quality);
  }

  // What is chosen automatically has no more pixels than the screen shows. (hls.js can do that as well,
  // but then it forgets the saver's limit whenever the player changes its size.)
  cap() {
    if (!this.hls) return;
    const fine = Math.min(devicePixelRatio, FINEST);
    const [wide, high] = [this.video.clientWidth * fine, this.video.clientHeight * fine];
    const low = this.levels.findLastIndex(({ height }) => height <= SAVER_HEIGHT);
    const enough = this.levels.findIndex(({ width, height }) => width >= wide || height >= high);
    this.hls.autoLevelCapping = this.quality === "saver" ? Math.max(low, 0) : enough; // -1: no limit
  }
}
