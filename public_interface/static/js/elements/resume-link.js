// <resume-link data-slug="…" data-words="Reprendre à {}"> says where this visitor stopped.
customElements.define("resume-link", class extends HTMLElement {
  connectedCallback() {
    let mark;
    try {
      mark = JSON.parse(localStorage.getItem(`resume:${this.dataset.slug}`));
    } catch {
      return; // no storage: nothing to resume
    }
    if (!mark || mark.at < 30) return;
    const minutes = Math.floor(mark.at / 60);
    const hours = Math.floor(minutes / 60);
    const time = hours ? `${hours} h ${String(minutes % 60).padStart(2, "0")}` : `${minutes} min`;
    this.querySelector("span").textContent = this.dataset.words.replace("{}", time);
  }
});
