// <passkey-form options="/sign-in/passkey/options" way="get|create" failed="…"><form>…</form></passkey-form>
// asks the device for a passkey, puts the outcome into the form's fields, and sends the form.
customElements.define("passkey-form", class extends HTMLElement {
  connectedCallback() {
    if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) return; // stays hidden
    this.hidden = false;
    this.form = this.querySelector("form");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask().catch((error) => this.say(error));
    });
  }

  async ask() {
    const answer = await fetch(this.getAttribute("options"), { method: "POST", body: new FormData(this.form) });
    if (!answer.ok) throw new Error(answer.status);
    const { ceremony, options } = await answer.json();
    const { ceremony: field, credential } = this.form.elements;
    field.value = ceremony;
    credential.value = JSON.stringify((await this.given(options)).toJSON());
    this.form.submit();
  }

  given(options) {
    return this.getAttribute("way") === "create"
      ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  }

  say(error) {
    console.warn(error);
    this.querySelector("[role=status]").textContent = this.getAttribute("failed");
  }
});
