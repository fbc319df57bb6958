// Choosing a picture while writing: <button type="button" data-image-picker="id-of-the-textarea"> opens the dialog.
//
// What is chosen goes to the textarea as the event `postroom:insert` with `detail.text` (it bubbles and can be
// cancelled). An editor that stands in for the textarea listens, inserts by itself and calls preventDefault(); otherwise
// the text is put at the caret here.

const dialog = document.getElementById("image-picker");
const find = (name) => dialog.querySelector(`[data-picker-${name}]`);
const chosen = () => dialog.querySelector("input[name=picked-image]:checked");

let target = null;
let shown = new Map(); // reference -> image
let page = 1;
let asked = 0;

function kindOf(field) {
  const form = field.form;
  const kind = form?.querySelector("[name=kind]:checked") ?? form?.querySelector("select[name=kind], input[type=hidden][name=kind]");
  return kind?.value ?? field.dataset.kind ?? "markdown";
}

const quoted = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

function textFor(kind, image, alt, width) {
  const most = width ? Math.min(width, image.width_px) : image.width_px;
  if (kind === "mjml") return `<mj-image src="${image.reference}" alt="${quoted(alt)}" width="${most}px" />`;
  if (kind === "html") return `<img src="${image.reference}" alt="${quoted(alt)}" width="${most}" border="0">`;
  return `![${alt.replaceAll("[", "(").replaceAll("]", ")")}](${image.reference})`;
}

function insert(text) {
  const event = new CustomEvent("postroom:insert", { bubbles: true, cancelable: true, detail: { text } });
  if (!target.dispatchEvent(event)) return;
  target.focus();
  target.setRangeText(text, target.selectionStart, target.selectionEnd, "end");
  target.dispatchEvent(new Event("input", { bubbles: true }));
}

function choiceFor(image) {
  const label = document.createElement("label");
  label.className = "picker-item";
  const radio = document.createElement("input");
  radio.type = "radio";
  radio.name = "picked-image";
  radio.value = image.reference;
  const picture = document.createElement("img");
  picture.src = image.thumbnail_url;
  picture.alt = "";
  picture.loading = "lazy";
  const name = document.createElement("span");
  name.className = "picker-name";
  name.textContent = image.name;
  const size = document.createElement("span");
  size.className = "quiet picker-size";
  size.textContent = dialog.dataset.textKb
    .replace("{w}", image.width_px)
    .replace("{h}", image.height_px)
    .replace("{kb}", image.size_kb);
  label.append(radio, picture, name, size);
  return label;
}

function showChosen() {
  const image = shown.get(chosen()?.value);
  find("choice").hidden = !image;
  find("insert").disabled = !image;
  find("error").hidden = true;
  if (!image) return;
  find("alt").value = image.alt_text;
  find("decorative").checked = image.is_decorative;
  find("alt").disabled = image.is_decorative;
}

async function load({ more = false } = {}) {
  const mine = ++asked;
  page = more ? page + 1 : 1;
  const url = new URL(dialog.dataset.pickerUrl, location.href);
  url.searchParams.set("q", find("search").value);
  url.searchParams.set("p", String(page));
  const answer = await fetch(url, { redirect: "error" }).catch(() => null);
  if (mine !== asked) return;
  if (!answer?.ok) {
    find("status").textContent = dialog.dataset.textLost;
    return;
  }
  const { images, has_more: hasMore } = await answer.json();
  if (mine !== asked) return;
  if (!more) {
    shown = new Map();
    find("grid").replaceChildren();
  }
  for (const image of images) shown.set(image.reference, image);
  find("grid").append(...images.map(choiceFor));
  find("more").hidden = !hasMore;
  find("status").textContent = shown.size ? "" : dialog.dataset.textNone;
  showChosen();
}

function addUploaded(image) {
  find("grid").querySelector(`input[value="${CSS.escape(image.reference)}"]`)?.closest("label").remove();
  shown.set(image.reference, image);
  const choice = choiceFor(image);
  find("grid").prepend(choice);
  find("status").textContent = "";
  choice.querySelector("input").checked = true;
  showChosen();
  find("alt").focus();
}

// Words typed here are kept with the picture when it had none; those of one message stay in that message.
async function keepWords(image, alt, isDecorative) {
  if (image.alt_text || image.is_decorative) return;
  const body = new URLSearchParams({ alt_text: alt, csrfmiddlewaretoken: find("form").elements.csrfmiddlewaretoken.value });
  if (isDecorative) body.set("is_decorative", "on");
  await fetch(image.describe_url, { method: "POST", body, redirect: "error" }).catch(() => null);
}

function submit(event) {
  event.preventDefault();
  const image = shown.get(chosen()?.value);
  if (!image) return;
  const isDecorative = find("decorative").checked;
  const alt = isDecorative ? "" : find("alt").value.trim().replace(/\s+/g, " ");
  if (!alt && !isDecorative) {
    find("error").textContent = dialog.dataset.textAlt;
    find("error").hidden = false;
    find("alt").focus();
    return;
  }
  keepWords(image, alt, isDecorative);
  dialog.close();
  insert(textFor(kindOf(target), image, alt, Number(find("width").value)));
}

function open(button) {
  target = document.getElementById(button.dataset.imagePicker);
  if (!target) return;
  find("width-field").hidden = kindOf(target) === "markdown";
  for (const radio of dialog.querySelectorAll("input[name=picked-image]:checked")) radio.checked = false;
  showChosen();
  dialog.showModal();
  load();
}

function setUp() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-image-picker]");
    if (button) open(button);
  });
  let timer = null;
  find("search").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(load, 200);
  });
  find("more").addEventListener("click", () => load({ more: true }));
  find("grid").addEventListener("change", showChosen);
  find("decorative").addEventListener("change", () => (find("alt").disabled = find("decorative").checked));
  find("form").addEventListener("submit", submit);
  dialog.addEventListener("postroom:image-uploaded", (event) => addUploaded(event.detail));
}

if (dialog) setUp();
