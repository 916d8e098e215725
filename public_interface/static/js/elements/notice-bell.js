// <notice-bell><a>… <b hidden></b></a></notice-bell>: counts what is unread, live, while one looks.
customElements.define("notice-bell", class extends HTMLElement {
  connectedCallback() {
    this.count = this.querySelector("b");
    document.addEventListener("visibilitychange", () => this.listen());
    addEventListener("pagehide", () => this.source?.close());
    this.listen();
  }

  listen() {
    this.source?.close();
    if (document.hidden) return;
    this.source = new EventSource("/account/notices/stream");
    this.source.addEventListener("notice", (event) => this.show(JSON.parse(event.data)));
  }

  show({ unread, notice }) {
    this.count.hidden = !unread;
    this.count.textContent = unread > 99 ? "99+" : unread;
    if (notice) document.dispatchEvent(new CustomEvent("toast", { detail: notice.title }));
  }
});
