// The right to watch, renewed every few seconds. An address of the film holds it as its prefix.
const REFUSED = new Set([401, 403, 404, 409, 410]);

export class Refused extends Error {}

export class Grant {
  constructor(player) {
    this.path = `/watch/${player.dataset.slug}/grant`;
    this.part = player.dataset.part;
    this.csrf = player.dataset.csrf;
    this.use(JSON.parse(player.dataset.grant));
    this.player = player;
  }

  // How many seconds were really played here: what was jumped over is not.
  get watched() {
    const { played } = this.player.video;
    return [...Array(played.length).keys()].reduce((sum, at) => sum + played.end(at) - played.start(at), 0);
  }

  use(found) {
    this.now = found;
    this.renewedAt = Date.now();
  }

  get isStale() {
    return Date.now() - this.renewedAt > this.now.renew_seconds * 1000;
  }

  // Returns an address with the newest prefix, whatever prefix it had.
  current(address) {
    const [at, to] = [address, this.now.playlist_url].map((each) => each.indexOf(`/${this.now.video_guid}/`));
    return at < 0 ? address : this.now.playlist_url.slice(0, to) + address.slice(at);
  }

  async renew(kind = "hls") {
    this.asking ??= this.ask(kind).finally(() => delete this.asking);
    return this.asking;
  }

  async ask(kind) {
    const answer = await fetch(this.path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": this.csrf },
      body: JSON.stringify({ kind, part: this.part, watched_seconds: this.watched }),
      signal: AbortSignal.timeout(15000),
    });
    if (REFUSED.has(answer.status)) throw new Refused();
    if (!answer.ok) throw new Error(`grant: ${answer.status}`);
    const found = await answer.json();
    if (kind === "hls") this.use(found);
    return found;
  }
}
