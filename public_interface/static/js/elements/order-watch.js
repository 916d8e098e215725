// <order-watch data-path="/orders/…" data-state="open"> follows a payment live, and shows how far it is.
// With data-leave it goes to the order's page instead, as soon as something happens.
customElements.define("order-watch", class extends HTMLElement {
  connectedCallback() {
    if (this.dataset.state !== "open") return;
    addEventListener("pagehide", () => this.source?.close());
    document.addEventListener("visibilitychange", () => this.listen());
    this.listen();
  }

  listen() {
    this.source?.close();
    if (document.hidden || this.dataset.state !== "open") return;
    this.source = new EventSource(`${this.dataset.path}/stream`);
    this.source.addEventListener("order", (event) => this.hear(JSON.parse(event.data)));
    this.source.addEventListener("error", () => this.later());
  }

  later() { // a line that is cut comes back by itself; an answer that was refused does not
    if (this.source.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.listen(), 5000);
  }

  hear(order) {
    const seen = `${order.state}:${order.attempts.at(-1)?.state ?? ""}`;
    if (seen === this.querySelector("[data-seen]").dataset.seen) return;
    if ("leave" in this.dataset) location.assign(this.dataset.path);
    else this.show();
  }

  async show() {
    const answer = await fetch(`${this.dataset.path}?fragment=1`);
    if (!answer.ok) return;
    this.innerHTML = await answer.text();
    this.dispatchEvent(new CustomEvent("fragment:inserted", { bubbles: true }));
    if (["wait", "giving"].includes(this.querySelector("[data-stage]").dataset.stage)) return;
    this.dataset.state = "closed";
    this.source.close();
    this.querySelector("h1")?.focus();
  }
});
