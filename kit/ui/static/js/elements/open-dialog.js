// <open-dialog for="id"><button>…</button></open-dialog> opens that <dialog>.
customElements.define("open-dialog", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      if (!event.target.closest("button, a")) return;
      event.preventDefault();
      const dialog = document.getElementById(this.getAttribute("for"));
      dialog.showModal();
      dialog.addEventListener("click", (inside) => {
        if (inside.target === dialog) dialog.close();
      }, { once: true });
    });
  }
});
