// The preview beside the form: it follows what is typed, without flicker, as whoever is chosen.
//
// <button data-preview-button> posts the form into <iframe data-preview-frame>, which also works without this module. A
// fresh frame takes the place of the old one each time, so that "Back" does not lead through old previews.

export class Preview {
  constructor(form, button, frame) {
    this.form = form;
    this.button = button;
    this.frame = frame;
    this.shown = 0;
    this.changes = 0; // of what it shows
  }

  isBehind(isBehind) {
    this.frame?.parentElement.classList.toggle("is-behind", isBehind);
    const note = document.querySelector("[data-preview-behind]");
    if (note) note.hidden = !isBehind;
  }

  show() {
    if (!this.button || !this.frame) return;
    this.isBehind(false);
    const old = this.frame;
    const fresh = old.cloneNode(false);
    fresh.name = `preview-${++this.shown}`; // a frame keeps its first name for targets, so each gets its own
    fresh.classList.add("is-loading");
    old.after(fresh);
    this.frame = fresh;
    fresh.addEventListener("load", () => {
      if (!fresh.isConnected) return;
      fresh.classList.remove("is-loading");
      old.remove();
    });
    this.button.formTarget = fresh.name;
    this.form.requestSubmit(this.button);
  }
}

export function followLooks(form) {
  const stage = document.querySelector(".preview-stage");
  for (const field of form.elements) {
    if (field.name !== "preview_view") continue;
    field.addEventListener("change", () => stage?.classList.toggle("is-phone", field.value === "phone" && field.checked));
    if (field.checked) stage?.classList.toggle("is-phone", field.value === "phone");
  }
}

export function offerContacts() {
  for (const field of document.querySelectorAll("[data-suggest-url]")) {
    const list = field.list;
    let timer = null;
    const ask = async () => {
      const url = new URL(field.dataset.suggestUrl, location.href);
      url.searchParams.set("q", field.value);
      const answer = await fetch(url, { redirect: "error" }).catch(() => null);
      if (!answer?.ok) return;
      const { contacts } = await answer.json();
      list.replaceChildren(...contacts.map((contact) => new Option(contact.name, contact.address)));
    };
    field.addEventListener("focus", ask, { once: true });
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, 200);
    });
  }
}
