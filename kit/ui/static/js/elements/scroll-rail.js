// <scroll-rail> around a <ul>: arrow keys walk its links, two buttons turn its pages.
const WORDS = document.documentElement.lang === "en" ? ["Previous", "Next"] : ["Précédents", "Suivants"];

customElements.define("scroll-rail", class extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector("ul");
    this.buttons = [-1, 1].map((way, index) => this.button(way, WORDS[index]));
    this.append(...this.buttons);
    this.addEventListener("keydown", (event) => this.walk(event));
    this.list.addEventListener("scroll", () => requestAnimationFrame(() => this.show()), { passive: true });
    new ResizeObserver(() => this.show()).observe(this.list);
  }

  button(way, words) {
    const button = document.createElement("button");
    button.className = "button";
    button.type = "button";
    button.tabIndex = -1; // the arrow keys do the same
    button.dataset.way = way;
    button.setAttribute("aria-label", words);
    button.textContent = way < 0 ? "‹" : "›";
    button.addEventListener("click", () => this.list.scrollBy({ left: way * this.list.clientWidth * 0.8, behavior: "smooth" }));
    return button;
  }

  show() {
    const { scrollLeft, clientWidth, scrollWidth } = this.list;
    this.buttons[0].hidden = scrollLeft < 8;
    this.buttons[1].hidden = scrollLeft + clientWidth > scrollWidth - 8;
  }

  walk(event) {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!way) return;
    const links = [...this.list.querySelectorAll("a")];
    const next = links[links.indexOf(document.activeElement) + way];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
});
