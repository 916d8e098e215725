// <live-part src stream>: what it holds is asked for again whenever the stream says something.
const REST = 700; // milliseconds between two looks: eyes need no more

customElements.define("live-part", class extends HTMLElement {
  connectedCallback() {
    const stream = this.getAttribute("stream");
    if (!stream || this.source) return;
    this.source = new EventSource(stream);
    this.source.addEventListener("job", () => this.soon());
    addEventListener("pagehide", () => this.source.close(), { once: true });
  }

  disconnectedCallback() {
    this.source?.close();
    clearTimeout(this.timer);
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
