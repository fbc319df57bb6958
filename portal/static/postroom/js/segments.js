// Building a segment: groups of conditions, and how many people they find, as they change.
//
// <div data-segment-builder data-definition="id of the hidden field" data-count-url="…" [data-read-only]> is filled from
// the JSON in the field and writes it back at each change; what can be asked stands in #segment-vocabulary. Nodes know
// how to read themselves, so the page itself is the only state.

const WAIT_MS = 500;
const MAX_DEPTH = 5;

const builder = document.querySelector("[data-segment-builder]");
const vocabulary = JSON.parse(document.getElementById("segment-vocabulary")?.textContent ?? "{}");
const words = vocabulary.words ?? {};
const said = document.querySelector("[data-segment-said]");
const readers = new WeakMap(); // rule node -> () => its JSON

function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children.filter((child) => child !== null));
  return node;
}

function labelled(node, label) {
  node.setAttribute("aria-label", label);
  return node;
}

function icon(name) {
  const known = document.querySelector(`[data-segment-icon="${name}"]`);
  return known ? known.content.cloneNode(true) : "";
}

function button(label, mark, act, extra = "") {
  const node = make("button", { type: "button", className: `button button-small ${extra}` }, icon(mark));
  if (extra.includes("icon-only")) {
    labelled(node, label);
    node.title = label;
  } else {
    node.append(label);
  }
  node.addEventListener("click", act);
  return node;
}

function fieldOf(key) {
  return vocabulary.fields.find((field) => field.key === key);
}

function fieldChoice(chosen) {
  const select = labelled(make("select", { className: "segment-field" }), words.field);
  const headings = new Map();
  for (const field of vocabulary.fields) {
    if (!headings.has(field.group)) {
      const heading = make("optgroup", { label: field.group });
      headings.set(field.group, heading);
      select.append(heading);
    }
    headings.get(field.group).append(new Option(field.label, field.key, false, field.key === chosen));
  }
  if (chosen && !fieldOf(chosen)) select.append(new Option(chosen.replace(/^attr:/, ""), chosen, true, true));
  return select;
}

function opChoice(kind, chosen) {
  const select = labelled(make("select", { className: "segment-op" }), words.op);
  for (const op of vocabulary.ops[kind] ?? []) select.append(new Option(op.label, op.op, false, op.op === chosen));
  return select;
}

// What one question needs: nodes to show, and a reader that gives the keys of the condition's JSON.
const inputs = {
  text: (rule) => textInput(rule.values?.[0] ?? "", {}),
  number: (rule) => textInput(rule.values?.[0] ?? "", { inputMode: "decimal", size: 8 }),
  numbers: (rule) => twoNumbers(rule.values ?? []),
  date: (rule) => dateInput(rule, "date", words.day),
  dates: (rule) => twoDates(rule),
  days: (rule) => daysInput(rule, words.days),
  maybe_days: (rule) => daysInput(rule, words.days_or_ever, words.in_last),
  ids: (rule, field) => ticks(rule.values ?? [], vocabulary.rows[field.kind] ?? []),
  maybe_ids: (rule, field) => ticks(rule.values ?? [], vocabulary.rows[field.kind] ?? [], words.any_campaign),
  options: (rule, field) => ticks(rule.values ?? [], field.options.map((option) => [option, option])),
};
const ORDER = ["text", "number", "numbers", "ids", "maybe_ids", "options", "date", "dates", "days", "maybe_days"];

function textInput(value, properties) {
  const node = labelled(make("input", { type: "text", value, maxLength: 300, ...properties }), words.value);
  const written = () => (properties.inputMode ? node.value.trim().replace(",", ".") : node.value.trim());
  return { nodes: [node], read: () => ({ values: [written()] }) };
}

function twoNumbers(values) {
  const [low, high] = [0, 1].map((place) => textInput(values[place] ?? "", { inputMode: "decimal", size: 8 }));
  return {
    nodes: [...low.nodes, make("span", { textContent: words.and }), ...high.nodes],
    read: () => ({ values: [...low.read().values, ...high.read().values] }),
  };
}

function dateInput(rule, key, label) {
  const node = labelled(make("input", { type: "date", value: rule[key] ?? "" }), label);
  return { nodes: [node], read: () => ({ [key]: node.value }) };
}

function twoDates(rule) {
  const [first, last] = [dateInput(rule, "date", words.from), dateInput(rule, "until", words.until)];
  return {
    nodes: [...first.nodes, make("span", { textContent: words.and }), ...last.nodes],
    read: () => ({ ...first.read(), ...last.read() }),
  };
}

function daysInput(rule, after, before = "") {
  const node = labelled(make("input", { type: "number", min: 1, max: 36500, value: rule.days || "" }), words.days);
  node.className = "segment-days";
  const lead = before ? make("span", { textContent: before }) : null;
  return {
    nodes: [lead, node, make("span", { textContent: after })],
    read: () => (node.value ? { days: Number(node.value) } : {}),
  };
}

function ticks(chosen, rows, ifNone = "") {
  const box = labelled(make("div", { className: "segment-choices", tabIndex: -1 }), words.value);
  box.setAttribute("role", "group");
  const gone = chosen.filter((value) => !rows.some(([id]) => id === value)).map((value) => [value, `#${value}`]);
  for (const [id, name] of [...rows, ...gone]) {
    const tick = make("input", { type: "checkbox", value: id, checked: chosen.includes(id) });
    box.append(make("label", { className: "choice" }, tick, make("span", { textContent: name })));
  }
  if (!box.childElementCount) box.append(make("p", { className: "quiet", textContent: words.nothing }));
  const hint = ifNone ? make("p", { className: "quiet small-print", textContent: ifNone }) : null;
  return {
    nodes: [make("div", { className: "segment-ticks" }, box, hint)],
    read: () => ({ values: [...box.querySelectorAll("input:checked")].map((tick) => tick.value) }),
  };
}

function condition(rule) {
  const field = fieldChoice(rule.field ?? vocabulary.fields[0].key);
  const place = make("span", { className: "segment-values" });
  const problem = make("p", { className: "segment-problem", hidden: true });
  const line = make("div", { className: "segment-condition" });
  const node = make("li", { className: "segment-rule" }, line, problem);
  let op = null;
  let parts = [];

  const showValues = (known) => {
    const kind = fieldOf(field.value);
    const needs = (vocabulary.ops[kind?.kind] ?? []).find((one) => one.op === op.value)?.needs ?? [];
    parts = ORDER.filter((need) => needs.includes(need)).map((need) => inputs[need](known, kind));
    place.replaceChildren(...parts.flatMap((part) => part.nodes).filter((one) => one !== null));
  };
  const showOps = (known) => {
    const fresh = opChoice(fieldOf(field.value)?.kind, known.op);
    if (op) op.replaceWith(fresh);
    op = fresh;
    op.addEventListener("change", () => showValues(Object.assign({}, ...parts.map((part) => part.read()))));
    showValues(known);
  };
  showOps(rule);
  field.addEventListener("change", () => showOps({}));
  line.append(field, op, place, button(words.remove_condition, "x", () => remove(node), "icon-only"));
  readers.set(node, () => ({
    field: field.value,
    kind: fieldOf(field.value)?.kind ?? rule.kind ?? "",
    op: op.value,
    ...Object.assign({}, ...parts.map((part) => part.read())),
  }));
  return node;
}

function group(rule, depth) {
  const join = labelled(make("select", { className: "segment-join" }), words.people);
  for (const name of ["all", "any", "none"]) join.append(new Option(words[name], name, false, rule.join === name));
  const rules = make("ul", { className: "segment-rules" });
  for (const part of rule.rules) rules.append(part.rules ? group(part, depth + 1) : condition(part));
  const foot = make("div", { className: "button-group" });
  const legend = make("legend", {}, depth ? words.group : words.people, " ", join);
  const problem = make("p", { className: "segment-problem", hidden: true });
  const box = make("fieldset", { className: "segment-group" }, legend, rules, problem, foot);
  const node = make(depth ? "li" : "div", { className: depth ? "segment-rule" : "" }, box);
  const add = (fresh) => {
    rules.append(fresh);
    fresh.querySelector("select, input")?.focus();
    say(words.added);
    changed();
  };
  foot.append(button(words.add_condition, "plus", () => add(condition({}))));
  if (depth < MAX_DEPTH - 1)
    foot.append(button(words.add_group, "plus", () => add(group({ join: "any", rules: [{}] }, depth + 1))));
  if (depth) foot.append(button(words.remove_group, "trash-2", () => remove(node)));
  readers.set(node, () => ({ join: join.value, rules: [...rules.children].map((child) => readers.get(child)()) }));
  return node;
}

function remove(node) {
  const next = node.nextElementSibling ?? node.previousElementSibling ?? node.parentElement.closest(".segment-group");
  node.remove();
  (next.querySelector("select, input, button") ?? next).focus();
  say(words.removed);
  changed();
}

function say(text) {
  if (said) said.textContent = text;
}

let whole = null;
let asked = 0;
let timer = null;

function changed() {
  document.getElementById(builder.dataset.definition).value = written();
  clearTimeout(timer);
  timer = setTimeout(count, WAIT_MS);
}

function written() {
  return JSON.stringify({ version: 1, group: readers.get(whole)() });
}

function ruleAt(path) {
  return path.reduce((node, place) => node?.querySelector(".segment-rules")?.children[place], whole);
}

function showProblems(problems) {
  for (const old of whole.querySelectorAll(".segment-problem")) old.hidden = true;
  for (const { path, text } of problems) {
    const node = ruleAt(path);
    const place = node?.querySelector(".segment-group > .segment-problem") ?? node?.querySelector(".segment-problem");
    if (!place) continue;
    place.textContent = text;
    place.hidden = false;
  }
}

async function count() {
  const mine = ++asked;
  const result = document.querySelector("[data-segment-result]");
  const body = new FormData();
  body.append("definition", written());
  body.append("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  result.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(builder.dataset.countUrl, { method: "POST", body, redirect: "error" });
    const news = answer.ok ? await answer.json() : null;
    if (mine === asked && news) showCount(news);
  } catch {
    if (mine === asked) document.querySelector("[data-segment-words]").textContent = words.failed;
  } finally {
    if (mine === asked) result.setAttribute("aria-busy", "false");
  }
}

function showCount(news) {
  showProblems(news.problems);
  const isWrong = news.problems.length > 0;
  document.querySelector("[data-segment-count]").textContent = isWrong ? "–" : news.count;
  const sentence = isWrong ? news.problems[0].text : `${news.words.charAt(0).toUpperCase()}${news.words.slice(1)}.`;
  document.querySelector("[data-segment-words]").textContent = sentence;
  const people = (isWrong ? [] : news.sample).map(({ name, address, url }) => {
    const link = make("a", { href: url, textContent: name || address });
    return make("li", {}, link, name ? make("span", { className: "quiet", textContent: address }) : null);
  });
  document.querySelector("[data-segment-sample]").replaceChildren(...people);
  document.querySelector("[data-segment-newest]").hidden = people.length < 10;
}

function begin() {
  const stored = document.getElementById(builder.dataset.definition).value;
  let definition = null;
  try {
    definition = JSON.parse(stored);
  } catch {
    // an empty field: a new segment
  }
  whole = group(definition?.group ?? { join: "all", rules: [{}] }, 0);
  builder.replaceChildren(whole);
  if ("readOnly" in builder.dataset) {
    for (const control of builder.querySelectorAll("select, input, button")) control.disabled = true;
  }
  builder.addEventListener("input", changed);
  if (definition) count();
  else document.getElementById(builder.dataset.definition).value = written();
}

if (builder && vocabulary.fields) begin();
