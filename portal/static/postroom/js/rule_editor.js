// The editor of a rule. Without this script every button that adds, moves or removes a row posts the form, and the server
// answers with the form as it then is; with it the answer's parts are put into the page, which keeps its place.
//
// <form data-rule-editor data-saved="yes|no">: [data-rule-choices] and [data-rule-reading] come anew from the server;
// [data-reshapes] marks the buttons.

const WAIT_MS = 600;
const form = document.querySelector("[data-rule-editor]");
let isDirty = form?.dataset.saved === "no";
let timer = 0;
let latest = 0;

async function ask(deed) {
  const number = ++latest;
  const body = new URLSearchParams(new FormData(form));
  body.set("deed", deed);
  const answer = await fetch(location.href, { method: "POST", body, redirect: "error", credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return number === latest ? page : null; // a later question has overtaken this one
}

function put(page, selector) {
  const [now, then] = [form.querySelector(selector), page.querySelector(selector)];
  if (now && then) now.replaceChildren(...document.adoptNode(then).childNodes);
}

// Where to go on: the first field of what was added, or the button of the same name nearby.
function focusAfter(deed, before) {
  const fields = [...form.querySelectorAll("[data-rule-choices] .routing-kind")];
  if (deed.startsWith("add-")) {
    const fresh = fields.find((field) => !before.has(field.name));
    (fresh ?? fields.at(-1))?.focus();
    return;
  }
  const same = form.querySelector(`[data-reshapes][value="${CSS.escape(deed)}"]`);
  (same ?? form.querySelector("[data-rule-choices] [data-reshapes]"))?.focus();
}

async function reshape(button) {
  const before = new Set([...form.querySelectorAll(".routing-kind")].map((field) => field.name));
  try {
    const page = await ask(button.value);
    if (!page) return;
    put(page, "[data-rule-choices]");
    put(page, "[data-rule-reading]");
    focusAfter(button.value, before);
  } catch {
    form.requestSubmit(button); // the server says what is the matter
  }
}

async function look() {
  try {
    const page = await ask("look");
    if (page) put(page, "[data-rule-reading]");
  } catch {
    // Nothing is lost: what it does is said again after the next change, or when it is saved.
  }
}

if (form && !form.querySelector("fieldset[disabled]")) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reshapes]");
    if (!button || event.defaultPrevented || form.dataset.plain) return;
    event.preventDefault();
    isDirty = true;
    reshape(button);
  });
  form.addEventListener("input", () => {
    isDirty = true;
    clearTimeout(timer);
    timer = setTimeout(look, WAIT_MS);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    isDirty = false;
  });
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-rule-leave]")) isDirty = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (isDirty) event.preventDefault();
  });
}
