// <live-part src stream | every>: what it holds is asked for again whenever the stream says
// something, or every so many seconds for as long as something in it is marked data-running.
const REST = 700; // milliseconds between two looks: eyes need no more

customElements.define("live-part", class extends HTMLElement {
  connectedCallback() {
    this.wait();
    const stream = this.getAttribute("stream");
    if (!stream || this.source) return;
    this.source = new EventSource(stream);
    this.source.addEventListener("job", () => this.soon());
    addEventListener("pagehide", () => this.source.close(), { once: true });
  }

  disconnectedCallback() {
    this.source?.close();
    clearTimeout(this.timer);
    clearTimeout(this.turn);
  }

  // Ask again after a while, if what is shown is not yet over.
  wait() {
    const seconds = Number(this.getAttribute("every"));
    clearTimeout(this.turn);
    if (!seconds || !this.getAttribute("src") || !this.querySelector("[data-running]")) return;
    this.turn = setTimeout(async () => {
      if (!document.hidden) await this.look();
      this.wait();
    }, seconds * 1000);
  }

  soon() {
    if (this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = 0;
      if (!document.hidden) this.look();
    }, REST);
  }

  async look() {
    const answer = await fetch(this.getAttribute("src"), { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok) return;
    const fresh = await answer.text();
    if (fresh === this.shown || this.contains(document.activeElement)) return;
    this.shown = fresh;
    this.innerHTML = fresh;
    this.dispatchEvent(new CustomEvent("fragment:inserted", { bubbles: true }));
  }
});
