// <pay-number data-path="/orders/…/ways"> shows whose number it is, and puts that operator first, while one types.
customElements.define("pay-number", class extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.look(), 350);
    });
  }

  async look() {
    if (this.form.elements.phone.value.replace(/\D/g, "").length < 8) return;
    this.asked?.abort();
    this.asked = new AbortController();
    try {
      const answer = await fetch(this.dataset.path, {
        method: "POST",
        body: new FormData(this.form),
        signal: this.asked.signal,
      });
      if (!answer.ok) return;
      const list = this.form.querySelector(".way-list");
      list.innerHTML = await answer.text();
    } catch (error) {
      if (error.name !== "AbortError") console.warn(error); // the server says it once more
    }
  }
});
