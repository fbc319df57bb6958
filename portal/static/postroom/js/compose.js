// Writing a message: the preview follows the text, checks are told in words, fields and contacts are offered.
//
// <form data-compose data-check-url="…">; <button data-preview-button> posts the form into <iframe data-preview-frame>,
// which also works without this module. A fresh frame takes the place of the old one each time, so that "Back" does not
// lead through old previews.

const WAIT_MS = 600;

const form = document.querySelector("form[data-compose]");
const button = document.querySelector("[data-preview-button]");
let shown = 0;
let frame = document.querySelector("[data-preview-frame]");

function showPreview() {
  if (!form || !button || !frame) return;
  const fresh = frame.cloneNode(false);
  fresh.name = `preview-${++shown}`; // a frame keeps its first name for targets, so each gets its own
  fresh.classList.add("is-loading");
  frame.after(fresh);
  const old = frame;
  frame = fresh;
  fresh.addEventListener("load", () => {
    if (!fresh.isConnected) return;
    fresh.classList.remove("is-loading");
    old.remove();
  });
  button.formTarget = fresh.name;
  form.requestSubmit(button);
}

function showChecks(news) {
  const list = document.querySelector("[data-checks]");
  list?.replaceChildren(
    ...news.checks.map((check) => {
      const line = document.createElement("li");
      line.className = `check-${check.level}`;
      const mark = document.createElement("span");
      mark.className = "check-mark";
      const icon = document.querySelector(`[data-check-icon="${check.level}"]`);
      if (icon) mark.append(icon.content.cloneNode(true));
      const text = document.createElement("span");
      text.className = "check-text";
      text.textContent = [check.where, check.text].filter(Boolean).join(": ");
      line.append(mark, text);
      return line;
    }),
  );
  const subject = document.querySelector("[data-preview-subject]");
  if (subject) {
    subject.textContent = news.subject;
    subject.hidden = !news.subject;
  }
}

let asked = 0;

async function check() {
  if (!form?.dataset.checkUrl) return;
  const mine = ++asked;
  try {
    const answer = await fetch(form.dataset.checkUrl, { method: "POST", body: new FormData(form), redirect: "error" });
    if (answer.ok && mine === asked) showChecks(await answer.json());
  } catch {
    // The next change asks again; Save and Review tell what is wrong in any case.
  }
}

function followWriting() {
  let timer = null;
  let isDirty = false;
  const refresh = () => {
    showPreview();
    check();
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, WAIT_MS);
  };
  form.addEventListener("input", (event) => {
    if (event.target.name !== "preview_view" && event.target.name !== "preview_as") isDirty = true;
    later();
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter !== button) isDirty = false;
  });
  button?.addEventListener("click", (event) => {
    event.preventDefault();
    refresh();
  });
  for (const field of form.elements) {
    if (field.name === "preview_view") field.addEventListener("change", () => showAs(field));
    if (field.name?.startsWith("preview_")) field.addEventListener("input", later);
  }
  window.addEventListener("beforeunload", (event) => {
    if (isDirty) event.preventDefault();
  });
  refresh();
}

function showAs(choice) {
  document.querySelector(".preview-stage")?.classList.toggle("is-phone", choice.value === "phone" && choice.checked);
}

function offerFields() {
  for (const line of document.querySelectorAll("[data-insert-into]")) {
    let target = document.getElementById(line.dataset.insertInto);
    form?.addEventListener("focusin", (event) => {
      if (event.target.matches("textarea, [name=subject], [name=preheader]")) target = event.target;
    });
    line.addEventListener("click", (event) => {
      const chip = event.target.closest("[data-insert]");
      if (!chip) return;
      target.focus();
      target.setRangeText(`{{ ${chip.dataset.insert} }}`, target.selectionStart, target.selectionEnd, "end");
      target.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}

function offerContacts() {
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

if (form) followWriting();
offerFields();
offerContacts();
document.querySelector("dialog[data-open-now]")?.showModal();
