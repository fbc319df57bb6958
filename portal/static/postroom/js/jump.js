// The jump box: a combobox over the pages of the navigation (at once) and over what the portal finds (a moment later).
// Without this script it is a plain form that leads to the search page.

const box = document.getElementById("nav-filter"); // Django's id; its own filter finds nothing to do here
const list = document.getElementById("jump-list");
const status = document.querySelector("[data-jump-status]");
const PAUSE_MS = 120;

let options = [];
let current = -1;
let timer = 0;
let request = null;

function pages(wanted) {
  const links = [...document.querySelectorAll("#nav-sidebar [data-nav-group] a")];
  const hits = links
    .map((link) => ({ label: link.querySelector("[data-nav-label]").textContent.trim(), url: link.href, detail: "" }))
    .filter((hit) => hit.label.toLocaleLowerCase().includes(wanted));
  return hits.length ? [{ label: list.dataset.pages, hits }] : [];
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text) made.textContent = text;
  return made;
}

function optionOf(hit, index) {
  const option = element("a", "jump-option");
  option.id = `jump-option-${index}`;
  option.href = hit.url;
  option.tabIndex = -1;
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  option.append(element("span", "jump-label", hit.label));
  if (hit.detail) option.append(element("span", "jump-detail", hit.detail));
  return option;
}

function groupOf(group, number) {
  const made = element("div", "jump-group");
  const heading = element("div", "jump-heading", group.label);
  heading.id = `jump-group-${number}`;
  made.setAttribute("role", "group");
  made.setAttribute("aria-labelledby", heading.id);
  made.append(heading);
  for (const hit of group.hits) {
    const option = optionOf(hit, options.length);
    options.push(option);
    made.append(option);
  }
  return made;
}

function show(groups, isFinal) {
  const before = options[current]?.href;
  options = [];
  list.replaceChildren(...groups.map(groupOf));
  const isOpen = options.length > 0;
  list.hidden = !isOpen;
  box.setAttribute("aria-expanded", String(isOpen));
  choose(Math.max(0, options.findIndex((option) => option.href === before)));
  if (isFinal) status.textContent = isOpen ? list.dataset.found.replace("{n}", options.length) : list.dataset.nothing;
  status.classList.toggle("visually-hidden", isOpen || !isFinal);
}

function choose(index) {
  options[current]?.setAttribute("aria-selected", "false");
  current = options.length ? (index + options.length) % options.length : -1;
  const chosen = options[current];
  box.toggleAttribute("aria-activedescendant", false);
  if (!chosen) return;
  chosen.setAttribute("aria-selected", "true");
  box.setAttribute("aria-activedescendant", chosen.id);
  chosen.scrollIntoView({ block: "nearest" });
}

function close() {
  clearTimeout(timer);
  request?.abort();
  options = [];
  current = -1;
  list.hidden = true;
  list.replaceChildren();
  status.textContent = "";
  status.classList.add("visually-hidden");
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
}

async function ask(typed) {
  request?.abort();
  request = new AbortController();
  const own = pages(typed.toLocaleLowerCase());
  try {
    const address = `${list.dataset.url}?${new URLSearchParams({ q: typed })}`;
    const answer = await fetch(address, { signal: request.signal, headers: { Accept: "application/json" } });
    const found = answer.ok ? (await answer.json()).groups : [];
    show([...own, ...found], true);
  } catch (error) {
    if (error.name !== "AbortError") show(own, true);
  }
}

function onInput() {
  clearTimeout(timer);
  const typed = box.value.trim();
  if (!typed) {
    close();
    return;
  }
  current = -1;
  show(pages(typed.toLocaleLowerCase()), false);
  timer = setTimeout(() => ask(typed), PAUSE_MS);
}

function onKey(event) {
  if (event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (list.hidden) onInput();
    else choose(current + (event.key === "ArrowDown" ? 1 : -1));
  }
  if (event.key === "Enter" && options[current]) {
    event.preventDefault();
    options[current].click();
  }
  if (event.key === "Escape") {
    event.stopPropagation();
    box.value = "";
    close();
    box.blur();
  }
}

if (box && list) {
  box.value = "";
  const roles = { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" };
  for (const [name, value] of Object.entries(roles)) box.setAttribute(name, value);
  box.addEventListener("input", onInput);
  box.addEventListener("keydown", onKey);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // keeps the box focused until the click
  box.addEventListener("blur", close);
}
