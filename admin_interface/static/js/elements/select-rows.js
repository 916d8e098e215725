// <select-rows>: ticks all rows with the first box, counts, and shows the bar when something is ticked.
customElements.define("select-rows", class extends HTMLElement {
  connectedCallback() {
    this.boxes = [...this.querySelectorAll("tbody input[type=checkbox]")];
    const head = this.querySelector("thead th.check");
    if (head && !head.firstElementChild) {
      this.all = Object.assign(document.createElement("input"), { type: "checkbox" });
      this.all.setAttribute("aria-label", this.getAttribute("label") || "*");
      head.append(this.all);
      this.all.addEventListener("change", () => {
        for (const box of this.boxes) box.checked = this.all.checked;
        this.count();
      });
    }
    this.addEventListener("change", () => this.count());
    this.addEventListener("click", (event) => this.range(event));
    this.count();
  }

  // Shift and a click tick everything between.
  range(event) {
    const place = this.boxes.indexOf(event.target);
    if (place < 0) return;
    if (event.shiftKey && this.last !== undefined) {
      const [from, to] = [this.last, place].sort((a, b) => a - b);
      for (const box of this.boxes.slice(from, to + 1)) box.checked = event.target.checked;
    }
    this.last = place;
  }

  count() {
    const ticked = this.boxes.filter((box) => box.checked);
    for (const box of this.boxes) box.closest("tr").setAttribute("aria-selected", box.checked);
    this.querySelector("[data-count]").textContent = ticked.length;
    this.querySelector(".bulk-bar").hidden = ticked.length === 0;
    if (this.all) {
      this.all.checked = ticked.length > 0 && ticked.length === this.boxes.length;
      this.all.indeterminate = ticked.length > 0 && !this.all.checked;
    }
  }
});
