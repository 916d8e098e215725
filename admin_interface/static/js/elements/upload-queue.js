// <upload-queue>: files go straight to the video library with TUS, one after the other, resumable.
const RETRIES = [0, 1000, 3000, 5000, 10000, 20000, 60000, 60000, 60000, 60000];
const CHUNK = 8 * 1024 * 1024; // what a dropped line costs at most

customElements.define("upload-queue", class extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.input = this.querySelector("input[type=file]");
    this.list = this.querySelector(".uploads");
    this.queue = [];
    const drop = this.querySelector(".drop");
    this.input.addEventListener("change", () => { this.add(this.input.files); this.input.value = ""; });
    for (const name of ["dragover", "dragenter"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.dataset.state = "over"; });
    for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => delete drop.dataset.state);
    drop.addEventListener("drop", (event) => { event.preventDefault(); this.add(event.dataTransfer.files); });
    addEventListener("online", () => this.next());
    addEventListener("beforeunload", (event) => { if (this.current) event.preventDefault(); });
  }

  add(files) {
    for (const file of files) {
      const row = this.querySelector("template").content.cloneNode(true).firstElementChild;
      const item = { file, row, state: "waiting", choice: this.choice() };
      row.querySelector("[data-title]").textContent = file.name;
      row.querySelector("[data-toggle]").addEventListener("click", () => this.toggle(item));
      row.querySelector("[data-drop]").textContent = this.dataset.remove;
      row.querySelector("[data-drop]").addEventListener("click", () => this.remove(item));
      this.list.append(row);
      this.queue.push(item);
      this.show(item, "waiting");
    }
    this.next();
  }

  choice() {
    const data = new FormData(this.form);
    return { access_level: data.get("access_level"), publish: data.has("publish"), price_amount: Number(data.get("price_amount")) || null, announce: announcement(data) };
  }

  async next() {
    if (this.current) return;
    const item = this.queue.find((each) => each.state === "waiting");
    if (!item) return;
    this.current = item;
    try {
      item.ticket ??= await this.ask("/uploads", { key: keyOf(item.file), title: titleOf(item.file), ...item.choice });
      if (this.current === item) await this.send(item);
    } catch (error) {
      this.end(item, "failed", error.message);
    }
  }

  async send(item) {
    const { file, ticket } = item;
    item.upload = new globalThis.tus.Upload(file, {
      endpoint: ticket.endpoint,
      headers: ticket.headers,
      metadata: { filetype: file.type || "video/mp4", title: file.name },
      chunkSize: CHUNK,
      retryDelays: RETRIES,
      fingerprint: async () => `karangou-${ticket.video_guid}`,
      onShouldRetry: (error) => { this.show(item, navigator.onLine ? "sending" : "offline"); return ![400, 401, 403, 413, 415].includes(error.originalResponse?.getStatus()); },
      onProgress: (sent, total) => this.progress(item, sent, total),
      onSuccess: () => this.end(item, "sent"),
      onError: (error) => this.troubled(item, error),
    });
    const [before] = await item.upload.findPreviousUploads();
    if (before) item.upload.resumeFromPreviousUpload(before);
    this.show(item, "sending");
    item.upload.start();
  }

  // A signature lives two days; a slow line may need longer, so ask for a new one and go on.
  async troubled(item, error) {
    const status = error.originalResponse?.getStatus();
    if (status === 401 && !item.renewed) {
      item.renewed = true;
      item.ticket = await this.ask(`/uploads/${item.ticket.film_id}/signature`, {});
      return this.send(item);
    }
    this.end(item, "failed", error.originalResponse?.getBody() || error.message);
  }

  toggle(item) {
    if (item.state === "paused" || item.state === "failed") { item.renewed = false; this.show(item, "waiting"); this.next(); }
    else if (item.state === "sending" || item.state === "waiting" || item.state === "offline") {
      item.upload?.abort();
      this.end(item, "paused");
    }
  }

  remove(item) {
    item.upload?.abort();
    this.queue = this.queue.filter((each) => each !== item);
    item.row.remove();
    if (this.current === item) { this.current = null; this.next(); }
  }

  end(item, state, note = "") {
    this.show(item, state, note);
    if (this.current === item) this.current = null;
    this.next();
  }

  progress(item, sent, total) {
    if (item.state !== "sending") this.show(item, "sending");
    item.began ??= { at: performance.now(), sent };
    const rate = (sent - item.began.sent) / (performance.now() - item.began.at);
    item.row.querySelector("progress").value = (100 * sent) / total;
    const left = rate > 0 ? ` · ${this.dataset.left} ${time((total - sent) / rate / 1000)}` : "";
    item.row.querySelector("[data-note]").textContent = `${size(sent)} / ${size(total)}${left}`;
  }

  show(item, state, note = "") {
    item.state = state;
    if (state !== "sending") item.began = undefined;
    const find = (name) => item.row.querySelector(`[data-${name}]`);
    find("badge").textContent = this.dataset[state];
    find("badge").dataset.tone = { failed: "danger", sent: "success", sending: "busy", offline: "warning" }[state] ?? "info";
    if (note) find("note").textContent = note.slice(0, 300);
    find("toggle").hidden = state === "sent";
    find("toggle").textContent = state === "paused" || state === "failed" ? this.dataset.resume : this.dataset.pause;
    find("link").hidden = !item.ticket;
    find("link").textContent = this.dataset.open;
    if (item.ticket) find("link").href = `/films/${item.ticket.film_id}`;
    if (state === "sent") { item.row.querySelector("progress").value = 100; forget(item.file); }
  }

  async ask(path, body) {
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": this.form.elements.csrf.value };
    const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
    if (answer.ok) return answer.json();
    throw new Error((await answer.json().catch(() => ({}))).detail ?? `HTTP ${answer.status}`);
  }
});

function announcement(data) {
  const targets = data.getAll("networks");
  return { followers: data.has("announce"), social: targets.length ? { targets } : null };
}

// The same file keeps its key until it has arrived, so that asking again makes no second film.
const nameOf = (file) => `upload:${file.name}:${file.size}:${file.lastModified}`;
const forget = (file) => localStorage.removeItem(nameOf(file));
function keyOf(file) {
  const known = localStorage.getItem(nameOf(file));
  const key = known ?? ([1e7] + -1e3 + -4e3 + -8e3 + -1e11).replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));
  localStorage.setItem(nameOf(file), key);
  return key;
}
const titleOf = (file) => file.name.replace(/\.[^.]+$/, "").replace(/[_.]+/g, " ").trim().slice(0, 200) || file.name;
const size = (bytes) => `${(bytes / 1e6).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} ${document.documentElement.lang === "fr" ? "Mo" : "MB"}`;
const time = (seconds) => (seconds < 90 ? `${Math.ceil(seconds)} s` : seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`);
