// <live-wall src="/stream" from="/wall">: after every round that sentinel makes, takes the wall anew.
// Without JavaScript, or while the line is down, what is there stays there, with its time.
customElements.define("live-wall", class extends HTMLElement {
  connectedCallback() {
    this.rounds = new EventSource(this.getAttribute("src"));
    this.rounds.addEventListener("round", () => this.renew());
    this.rounds.addEventListener("error", () => { this.dataset.state = "cut-off"; });
  }

  disconnectedCallback() {
    this.rounds.close();
  }

  async renew() {
    if (document.hidden) return;
    const answer = await fetch(this.getAttribute("from"), { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok) return;
    const open = this.querySelector("details")?.open;
    const focused = this.contains(document.activeElement);
    if (focused) return;
    const html = await answer.text();
    if (html === this.shown) return;
    this.shown = html;
    this.innerHTML = html;
    const details = this.querySelector("details");
    if (details && open !== undefined) details.open = open;
    delete this.dataset.state;
    document.title = `${this.querySelector("h1").textContent} · Sentinel`;
  }
});
