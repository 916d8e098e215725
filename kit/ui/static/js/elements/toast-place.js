// <toast-place> shows the text of every "toast" event for a few seconds:
// document.dispatchEvent(new CustomEvent("toast", {detail: "Enregistré"}))
customElements.define("toast-place", class extends HTMLElement {
  connectedCallback() {
    document.addEventListener("toast", this);
  }

  disconnectedCallback() {
    document.removeEventListener("toast", this);
  }

  handleEvent(event) {
    const line = document.createElement("p");
    line.textContent = event.detail;
    this.append(line);
    setTimeout(() => line.remove(), 4000);
  }
});
