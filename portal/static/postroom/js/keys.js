// Shortcuts of one or two keys: `/` the jump box, `g` and a letter a page, `?` the list of them. Never while typing.

const OFF = "postroom.keys-off";
const WAIT_MS = 1500;
const help = document.getElementById("keys-help");
const offSwitch = help?.querySelector("[data-keys-off]");
let lastG = -Infinity;

function isTyping(target) {
  return Boolean(target.closest?.("input, textarea, select, [contenteditable], dialog"));
}

function focusJumpBox() {
  const box = document.getElementById("nav-filter");
  if (!box) return false;
  if (box.offsetParent === null) document.querySelector("[data-nav-toggle]")?.click();
  box.focus();
  return true;
}

function goTo(letter) {
  const link = document.querySelector(`#nav-sidebar a[data-go="${CSS.escape(letter)}"]`);
  link?.click();
  return Boolean(link);
}

function showHelp() {
  if (!help || help.open) return false;
  const rows = help.querySelector("[data-keys-list]");
  rows.replaceChildren();
  for (const link of document.querySelectorAll("#nav-sidebar a[data-go]")) {
    const keys = document.createElement("dt");
    for (const key of ["g", link.dataset.go]) {
      const cap = document.createElement("kbd");
      cap.textContent = key;
      keys.append(cap, " ");
    }
    const name = document.createElement("dd");
    name.textContent = link.querySelector("[data-nav-label]").textContent.trim();
    rows.append(keys, name);
  }
  help.showModal();
  return true;
}

function isDone(event) {
  const isSecond = performance.now() - lastG < WAIT_MS;
  lastG = -Infinity;
  if (isSecond && goTo(event.key)) return true;
  if (event.key === "/") return focusJumpBox();
  if (event.key === "?") return showHelp();
  if (event.key === "g") lastG = performance.now();
  return false;
}

document.addEventListener("keydown", (event) => {
  const isOff = localStorage.getItem(OFF) === "yes";
  if (isOff || event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
  if (isDone(event)) event.preventDefault();
});

document.querySelector("[data-keys-help]")?.addEventListener("click", showHelp);
if (offSwitch) {
  offSwitch.checked = localStorage.getItem(OFF) === "yes";
  offSwitch.addEventListener("change", () => localStorage.setItem(OFF, offSwitch.checked ? "yes" : "no"));
}
