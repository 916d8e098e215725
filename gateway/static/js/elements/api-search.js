/* Shows the operations that hold every word one types. Without it, all are there. */
class ApiSearch extends HTMLElement {
  connectedCallback() {
    this.hidden = false;
    this.input = this.querySelector("input");
    this.input.addEventListener("input", () => this.search());
    if (location.hash.startsWith("#?")) {
      this.input.value = decodeURIComponent(location.hash.slice(2));
      this.search();
    }
  }

  search() {
    const words = this.input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const service of document.querySelectorAll("[data-service]")) {
      let inside = 0;
      for (const operation of service.querySelectorAll("[data-words]")) {
        const fits = words.every((word) => operation.dataset.words.includes(word));
        operation.hidden = !fits;
        inside += fits;
      }
      service.hidden = words.length > 0 && inside === 0;
      shown += inside;
    }
    this.querySelector("[role=status]").textContent = words.length ? `${shown} found` : "";
  }
}
customElements.define("api-search", ApiSearch);
