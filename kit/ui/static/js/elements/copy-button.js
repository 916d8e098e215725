// <copy-button text="…" done="Copié"><button>Copier</button></copy-button>
customElements.define("copy-button", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", () => this.copy());
  }

  async copy() {
    await navigator.clipboard.writeText(this.getAttribute("text"));
    this.dataset.state = "copied";
    const words = this.querySelector("span") ?? this.querySelector("button");
    const before = words.textContent;
    words.textContent = this.getAttribute("done");
    setTimeout(() => {
      words.textContent = before;
      delete this.dataset.state;
    }, 2000);
  }
});
