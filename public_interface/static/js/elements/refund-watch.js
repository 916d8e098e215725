// <refund-watch data-path="/orders/…/refund" data-state="open"> asks now and then how far a refund is.
customElements.define("refund-watch", class extends HTMLElement {
  connectedCallback() {
    this.seconds = 3;
    this.wait();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  wait() {
    if (this.dataset.state !== "open") return;
    this.timer = setTimeout(() => this.look(), this.seconds * 1000);
    this.seconds = Math.min(this.seconds * 1.3, 60);
  }

  async look() {
    if (!document.hidden) await this.show().catch(() => {}); // a line that is cut comes back
    this.wait();
  }

  async show() {
    const answer = await fetch(`${this.dataset.path}?fragment=1`);
    if (!answer.ok) return;
    const found = document.createElement("template");
    found.innerHTML = await answer.text();
    const now = found.content.querySelector("[data-stage]");
    if (now.dataset.seen === this.querySelector("[data-stage]").dataset.seen) return;
    this.replaceChildren(found.content);
    if (now.dataset.stage !== "moving") this.dataset.state = "closed";
  }
});
