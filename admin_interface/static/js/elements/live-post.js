// <live-post cards media>: while a post is written, the server counts and shows it anew; a picture
// goes there as soon as it is chosen, and a clip is cut without leaving the page.
const REST = 300; // milliseconds after the last key

customElements.define("live-post", class extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.addEventListener("input", (event) => event.target.type !== "file" && this.soon());
    this.addEventListener("change", (event) => event.target.type === "file" && this.pick(event.target));
    this.addEventListener("fragment:inserted", (event) => event.target.dataset.part === "media" && this.soon());
    this.form.addEventListener("submit", (event) => {
      const deed = event.submitter?.value;
      if (deed !== "clip" && deed !== "drop" && deed !== "preview") return;
      event.preventDefault();
      if (deed === "preview") this.count();
      else this.take(deed);
    });
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.count(), REST);
  }

  // The network's own way to count is the server's: one place knows it.
  async count() {
    const turn = (this.turn = (this.turn || 0) + 1);
    const words = new FormData(this.form);
    words.delete("picture");
    const answer = await fetch(this.getAttribute("cards"), { method: "POST", body: words }).catch(() => null);
    if (!answer?.ok || turn !== this.turn) return;
    const place = this.part("cards");
    const clips = new Map([...place.querySelectorAll("video")].map((clip) => [clip.getAttribute("src"), clip]));
    place.innerHTML = await answer.text();
    for (const clip of place.querySelectorAll("video")) {
      const before = clips.get(clip.getAttribute("src"));
      if (before) clip.replaceWith(before);
    }
    this.tell();
  }

  // Beside each account: how long its text is, of how much, and what its network would refuse.
  tell() {
    for (const place of this.querySelectorAll("[data-problems-of]")) {
      const card = this.querySelector(`[data-account="${place.dataset.problemsOf}"]`);
      place.textContent = card?.dataset.problems || "";
    }
    for (const place of this.querySelectorAll("[data-count]")) {
      const card = this.querySelector(`[data-account="${place.dataset.count}"]`);
      const number = new Intl.NumberFormat(document.documentElement.lang);
      place.textContent = card
        ? `${number.format(card.dataset.length)} / ${number.format(card.dataset.limit)}`
        : number.format(place.dataset.limit);
      place.toggleAttribute("data-over", Boolean(card) && Number(card.dataset.length) > Number(card.dataset.limit));
    }
  }

  // A picture that would be refused for its weight is not sent at all.
  pick(input) {
    const [file] = input.files;
    if (!file) return;
    input.setCustomValidity(file.size > Number(input.dataset.most) ? input.dataset.heavy : "");
    if (input.reportValidity()) this.take("picture");
    else input.value = "";
  }

  async take(deed) {
    const words = new FormData(this.form);
    words.set("deed", deed);
    if (deed === "picture") words.delete("clip_to");
    else words.delete("picture");
    const place = this.part("media");
    place.setAttribute("aria-busy", "true");
    const answer = await fetch(this.getAttribute("media"), { method: "POST", body: words }).catch(() => null);
    place.removeAttribute("aria-busy");
    if (!answer?.ok && answer?.status !== 422) return this.form.requestSubmit();
    const fresh = await answer.text();
    if (answer.ok) {
      place.innerHTML = fresh;
      this.form.querySelector("[type=file]").value = "";
      const kept = place.querySelector("[name=media_id]");
      place.toggleAttribute("src", Boolean(kept));
      if (kept) place.setAttribute("src", `/social/media/${kept.value}`);
      place.wait?.();
    } else {
      place.querySelector(".notice")?.remove();
      place.insertAdjacentHTML("beforeend", fresh);
    }
    this.count();
  }
});
