// <day-grid before after>: in a calendar, arrows go from day to day, Home and End along the week,
// Page Up and Page Down to the months beside.
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

customElements.define("day-grid", class extends HTMLElement {
  connectedCallback() {
    this.days = [...this.querySelectorAll(".calendar-day")];
    const first = this.querySelector("[aria-current]") || this.days[0];
    for (const day of this.days) day.tabIndex = day === first ? 0 : -1;
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("focusin", (event) => this.days.includes(event.target) && this.mark(event.target));
  }

  mark(chosen) {
    for (const day of this.days) day.tabIndex = day === chosen ? 0 : -1;
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "PageUp" || event.key === "PageDown") {
      event.preventDefault();
      location.assign(this.getAttribute(event.key === "PageUp" ? "before" : "after"));
      return;
    }
    const here = this.days.indexOf(event.target.closest("td")?.querySelector(".calendar-day"));
    if (here < 0) return;
    const week = here - (here % 7);
    const there = { Home: week, End: week + 6 }[event.key] ?? here + (STEPS[event.key] ?? NaN);
    if (!this.days[there]) return;
    event.preventDefault();
    this.days[there].focus();
  }
});
