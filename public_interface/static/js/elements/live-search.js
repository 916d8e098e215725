// <live-search> sends its form as one types or chooses, and swaps what was found.
customElements.define("live-search", class extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.place = this.querySelector(".results");
    this.form.addEventListener("input", (event) => this.later(event.target.localName === "input" ? 250 : 0));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.search();
    });
    if (location.hash === "#f-q") this.form.elements.q.focus();
  }

  later(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.search(), wait);
  }

  async search() {
    this.asked?.abort();
    const asked = this.asked = new AbortController();
    const wish = new URLSearchParams([...new FormData(this.form)].filter(([, value]) => value));
    const address = wish.size ? `${this.form.action}?${wish}` : this.form.action;
    this.place.ariaBusy = "true";
    try {
      const answer = await fetch(`${address}${wish.size ? "&" : "?"}fragment=1`, { signal: asked.signal });
      if (!answer.ok) throw new Error(answer.status);
      this.place.innerHTML = await answer.text();
      history.replaceState(null, "", address);
      for (const select of this.form.querySelectorAll("select")) select.dataset.state = select.value ? "on" : "";
    } catch (error) {
      if (error.name !== "AbortError") this.form.submit();
    } finally {
      if (this.asked === asked) this.place.ariaBusy = "false";
    }
  }
});
