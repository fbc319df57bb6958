// Writing a message: the editor, the preview that follows, checks in words, fields to insert, nothing lost.
//
// <form data-compose data-check-url="…">; each subject has its own module in editor/. Without this the form still works.
import { Checks } from "./editor/checks.js";
import { Keeping } from "./editor/keeping.js";
import { listenToKeys } from "./editor/keys.js";
import { choosePanes } from "./editor/panes.js";
import { tellPresence } from "./editor/presence.js";
import { Preview, followLooks, offerContacts } from "./editor/preview.js";

const WAIT_MS = 600;
const form = document.querySelector("form[data-compose]");

// The textarea does without it until it has come, or where it does not come.
async function openEditor(checks) {
  const box = form.querySelector("[data-editor]");
  const textarea = box?.querySelector("textarea");
  if (!textarea || textarea.disabled) return;
  const { Writing } = await import("./editor/writing.js"); // large, and only these pages need it
  const { showBar } = await import("./editor/bar.js");
  const writing = new Writing(box, textarea, chosenKind());
  form.addEventListener("change", (event) => event.target.name === "kind" && writing.setKind(chosenKind()));
  showBar(box, writing);
  checks.use(writing);
  goWhereAsked(checks);
}

// The review leads here with ?place=body&line=3&column=5.
function goWhereAsked(checks) {
  const asked = new URLSearchParams(location.search);
  const line = Number(asked.get("line"));
  const place = asked.get("place");
  if (place === "body" && line > 0) checks.goTo(line, Math.max(1, Number(asked.get("column"))));
  else if (["subject", "preheader"].includes(place)) form.elements[place]?.focus();
}

function chosenKind() {
  return new FormData(form).get("kind") ?? "markdown";
}

function followWriting() {
  const button = document.querySelector("[data-preview-button]");
  const preview = new Preview(form, button, document.querySelector("[data-preview-frame]"));
  const checks = new Checks(form);
  const keeping = keepTyped();
  let timer = null;
  const refresh = () => {
    clearTimeout(timer);
    preview.show();
    checks.ask();
  };
  // While half a field is typed the last good preview stays; whoever asks for it sees what is wrong in any case.
  const follow = async () => {
    const typed = preview.changes;
    const renders = await checks.ask();
    if (renders && typed === preview.changes) preview.show();
    preview.isBehind(!renders);
  };
  const later = () => {
    preview.changes += 1;
    clearTimeout(timer);
    timer = setTimeout(follow, WAIT_MS);
  };
  form.addEventListener("input", (event) => {
    if (!event.target.name?.startsWith("preview_")) keeping.typed();
    later();
  });
  form.addEventListener("submit", (event) => event.submitter !== button && keeping.saving());
  button?.addEventListener("click", (event) => {
    event.preventDefault();
    refresh();
  });
  for (const field of form.elements) {
    if (field.name?.startsWith("preview_")) field.addEventListener("input", later);
  }
  followLooks(form);
  listenToKeys({
    save: () => document.querySelector(`[data-save][form="${form.id}"]`)?.click(),
    preview: () => {
      form.dispatchEvent(new CustomEvent("pane:show", { detail: "preview" }));
      refresh();
    },
    nextFault: () => checks.next(),
  });
  refresh();
  return checks;
}

function keepTyped() {
  const notices = document.querySelector(`[data-keeps="${form.id}"]`);
  if (!notices) return warnOfLoss();
  tellPresence(form, notices);
  return new Keeping(form, notices);
}

// Where nothing is kept, leaving with unsaved text asks first.
function warnOfLoss() {
  let isDirty = false;
  window.addEventListener("beforeunload", (event) => isDirty && event.preventDefault());
  return { typed: () => (isDirty = true), saving: () => (isDirty = false) };
}

function offerFields() {
  for (const line of document.querySelectorAll("[data-insert-into]")) {
    let target = document.getElementById(line.dataset.insertInto);
    form?.addEventListener("focusin", (event) => {
      const isWritten = event.target.matches(".editor-host, textarea, [name=subject], [name=preheader]");
      if (isWritten) target = event.target.matches(".editor-host") ? document.getElementById(line.dataset.insertInto) : event.target;
    });
    line.addEventListener("click", (event) => {
      const chip = event.target.closest("[data-insert]");
      if (!chip) return;
      const text = `{{ ${chip.dataset.insert} }}`;
      if (target.classList.contains("editor-source")) {
        target.dispatchEvent(new CustomEvent("postroom:insert", { cancelable: true, detail: { text } }));
        return;
      }
      target.focus();
      target.setRangeText(text, target.selectionStart, target.selectionEnd, "end");
      target.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}

offerFields();
offerContacts();
document.querySelector("dialog[data-open-now]")?.showModal();
if (form) {
  choosePanes(form);
  openEditor(followWriting());
}
