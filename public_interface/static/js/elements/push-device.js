// <push-device key="…" refused="…" failed="…"><form>…</form></push-device> asks the browser whether it
// may be told, puts its address into the form, and sends the form. Of the list beside it (data-end: how
// an address ends), it marks this device.
customElements.define("push-device", class extends HTMLElement {
  async connectedCallback() {
    if (!("PushManager" in window) || !("serviceWorker" in navigator)) return; // stays hidden
    this.form = this.querySelector("form");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask().catch((error) => this.say(error));
    });
    const known = await (await navigator.serviceWorker.getRegistration("/"))?.pushManager.getSubscription();
    const listed = known && document.querySelector(`[data-end="${CSS.escape(known.endpoint.slice(-4))}"]`);
    if (listed) listed.querySelector("[hidden]").hidden = false;
    else this.hidden = false;
  }

  async ask() {
    if (await Notification.requestPermission() !== "granted") return this.tell("refused");
    await navigator.serviceWorker.register("/push-worker.js");
    const { pushManager } = await navigator.serviceWorker.ready;
    const { endpoint, keys } = (await this.subscribed(pushManager)).toJSON();
    const fields = this.form.elements;
    [fields.endpoint.value, fields.p256dh.value, fields.auth.value] = [endpoint, keys.p256dh, keys.auth];
    this.form.submit();
  }

  async subscribed(manager) {
    const options = { userVisibleOnly: true, applicationServerKey: this.getAttribute("key") };
    try {
      return await manager.subscribe(options);
    } catch (error) {
      if (error.name !== "InvalidStateError") throw error; // it was made for another key
      await (await manager.getSubscription()).unsubscribe();
      return manager.subscribe(options);
    }
  }

  say(error) {
    console.warn(error);
    this.tell("failed");
  }

  tell(what) {
    this.querySelector("[role=status]").textContent = this.getAttribute(what);
  }
});
