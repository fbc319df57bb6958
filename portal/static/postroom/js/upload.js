// The file step: takes a dropped or chosen file, shows its first rows, sends it with progress, then goes on.
//
// <section data-upload data-begin-url=… data-max-bytes=… data-text-…>. Asks the site where the file goes: straight to
// the bucket as a form with fields, or to the site as the body of one request. Without this module the plain form
// posts the file.

const PREVIEW_BYTES = 64 * 1024;
const PREVIEW_ROWS = 6;
const DELIMITERS = [",", ";", "\t", "|"];
const SMOOTH = 0.7; // how much of the last speed stays in the shown one

const area = document.querySelector("[data-upload]");
const language = document.documentElement.lang || undefined;
const find = (name) => area.querySelector(`[data-upload-${name}]`);
const text = (name) => area.dataset[`text${name}`];
const token = () => area.querySelector("[name=csrfmiddlewaretoken]").value;

class Problem extends Error {}

function formatBytes(count) {
  const units = ["KB", "MB", "GB"]; // as the site's own pages count
  let value = count / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toLocaleString(language, { maximumFractionDigits: unit ? 1 : 0 })} ${units[unit]}`;
}

function formatSeconds(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return `${Math.round(seconds / 60)} min`;
}

// --- The first rows

function decode(bytes, isWhole) {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: !isWhole });
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

function parseRows(content, delimiter, limit) {
  const rows = [];
  let row = [];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < content.length && rows.length < limit; i += 1) {
    const char = content[i];
    if (quoted) {
      if (char !== '"') cell += char;
      else if (content[i + 1] === '"') cell += content[(i += 1)];
      else quoted = false;
    } else if (char === '"' && !cell) quoted = true;
    else if (char === delimiter) {
      row.push(cell);
      cell = "";
    } else if (char === "\n" || char === "\r") {
      if (char === "\r" && content[i + 1] === "\n") i += 1;
      row.push(cell);
      if (row.some(Boolean)) rows.push(row);
      row = [];
      cell = "";
    } else cell += char;
  }
  return { rows, rest: [...row, cell] };
}

function readRows(bytes, isWhole) {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return []; // a workbook or an archive: the server says so
  let content = decode(bytes, isWhole);
  if (content.includes("\0")) return [];
  const named = /^\s*"?sep=(.)"?[^\r\n]*\r?\n/i.exec(content);
  if (named) content = content.slice(named[0].length);
  const width = (delimiter) => parseRows(content, delimiter, 1).rows[0]?.length ?? 0;
  const delimiter = named?.[1] ?? DELIMITERS.reduce((best, next) => (width(next) > width(best) ? next : best));
  const { rows, rest } = parseRows(content, delimiter, PREVIEW_ROWS);
  if (isWhole && rows.length < PREVIEW_ROWS && rest.some(Boolean)) rows.push(rest);
  return rows;
}

async function showPreview(file) {
  const panel = find("preview");
  panel.hidden = true;
  const bytes = new Uint8Array(await file.slice(0, PREVIEW_BYTES).arrayBuffer());
  const rows = readRows(bytes, file.size <= PREVIEW_BYTES);
  if (!rows.length) return;
  const [first, ...others] = rows;
  const hasHeader = !first.some((cell) => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(cell.trim()));
  const names = hasHeader ? first : first.map((_cell, index) => text("Column").replace("{n}", String(index + 1)));
  const head = document.createElement("thead");
  head.append(lineOf(names, "th"));
  const body = document.createElement("tbody");
  body.append(...(hasHeader ? others : rows.slice(0, PREVIEW_ROWS - 1)).map((row) => lineOf(row, "td")));
  find("table").replaceChildren(head, body);
  panel.hidden = false;
}

function lineOf(cells, tag) {
  const line = document.createElement("tr");
  for (const content of cells) {
    const cell = document.createElement(tag);
    if (tag === "th") cell.scope = "col";
    cell.textContent = content;
    line.append(cell);
  }
  return line;
}

// --- Sending

let current = null; // {request, cancelUrl} while a file is on its way
let chosen = null;

async function ask(url, body) {
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST",
      headers: { "X-CSRFToken": token(), "Content-Type": "application/json" },
      body: JSON.stringify(body ?? {}),
      redirect: "manual",
    });
  } catch {
    throw new Problem(text("Broken"));
  }
  if (answer.type === "opaqueredirect" || answer.status === 403) throw new Problem(text("SignedOut"));
  const news = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Problem(news.problem ?? text("Refused"));
  return news;
}

function send(file, place, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    current.request = request;
    request.open("POST", place.url);
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded, event.total));
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) return resolve();
      let problem = text("Refused");
      try {
        problem = JSON.parse(request.responseText).problem ?? problem;
      } catch {
        // the bucket answers in XML
      }
      return reject(new Problem(problem));
    });
    request.addEventListener("error", () => reject(new Problem(text("Broken"))));
    request.addEventListener("abort", () => reject(new Problem("")));
    if (place.fields) {
      const form = new FormData();
      for (const [name, value] of Object.entries(place.fields)) form.append(name, value);
      form.append("file", file);
      request.send(form);
    } else {
      request.setRequestHeader("X-CSRFToken", token());
      request.setRequestHeader("Content-Type", "text/csv");
      request.send(file);
    }
  });
}

function progressTeller(file) {
  let speed = 0;
  let lastAt = performance.now();
  let lastLoaded = 0;
  let told = -1;
  return (loaded, total) => {
    const now = performance.now();
    const seconds = (now - lastAt) / 1000;
    if (seconds < 0.2 && loaded < total) return;
    const fresh = (loaded - lastLoaded) / Math.max(seconds, 0.001);
    speed = speed ? SMOOTH * speed + (1 - SMOOTH) * fresh : fresh;
    [lastAt, lastLoaded] = [now, loaded];
    const percent = Math.floor((100 * loaded) / total);
    find("bar").value = percent;
    find("progress").textContent = text("Progress")
      .replace("{done}", formatBytes((file.size * loaded) / total))
      .replace("{total}", formatBytes(file.size))
      .replace("{rate}", formatBytes(speed))
      .replace("{left}", formatSeconds((total - loaded) / Math.max(speed, 1)));
    if (Math.floor(percent / 10) !== told) {
      told = Math.floor(percent / 10);
      find("announce").textContent = text("Announce").replace("{percent}", String(percent));
    }
  };
}

async function upload(file) {
  current = {};
  const mine = current;
  find("state").hidden = false;
  find("problem").hidden = true;
  find("name").textContent = file.name;
  find("size").textContent = formatBytes(file.size);
  find("progress").textContent = "";
  find("bar").value = 0;
  const place = await ask(area.dataset.beginUrl, { name: file.name });
  mine.cancelUrl = place.cancel_url;
  if (current !== mine) return cancelOnServer(mine);
  await send(file, place, progressTeller(file));
  find("progress").textContent = text("Looking");
  find("cancel").disabled = true;
  const end = await ask(place.finish_url);
  current = null;
  location.assign(end.url);
}

function cancelOnServer(what) {
  if (what?.cancelUrl) {
    const body = new URLSearchParams({ csrfmiddlewaretoken: token() });
    fetch(what.cancelUrl, { method: "POST", body, redirect: "manual", keepalive: true }).catch(() => {});
  }
}

function tellProblem(words, { canRetry = false } = {}) {
  find("state").hidden = true;
  find("problem-text").textContent = words;
  find("problem").hidden = !words;
  find("retry").hidden = !canRetry;
}

async function take(file) {
  if (current) stop();
  chosen = file;
  find("cancel").disabled = false;
  if (!file.size) return tellProblem(text("Empty"));
  if (file.size > Number(area.dataset.maxBytes)) return tellProblem(text("Large"));
  try {
    await showPreview(file);
  } catch {
    return tellProblem(text("Folder"));
  }
  try {
    await upload(file);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (!error.message) return; // cancelled
    const broken = error.message === text("Broken") || error.message === text("Refused");
    cancelOnServer(current);
    current = null;
    tellProblem(error.message, { canRetry: broken });
  }
}

function stop() {
  const stopped = current;
  current = null;
  stopped?.request?.abort();
  cancelOnServer(stopped);
  find("state").hidden = true;
  find("preview").hidden = true;
}

function setUp() {
  const zone = area.querySelector("[data-drop-zone]");
  const input = zone.querySelector("input[type=file]");
  zone.classList.add("is-scripted");
  area.querySelector("[data-plain-submit]").hidden = true;
  input.addEventListener("change", () => {
    const [file] = input.files;
    if (file) take(file);
    input.value = ""; // so that the same file can be chosen again once it is mended
  });
  const over = (event) => {
    event.preventDefault();
    zone.classList.add("is-over");
  };
  const leave = () => zone.classList.remove("is-over");
  zone.addEventListener("dragenter", over);
  zone.addEventListener("dragover", over);
  zone.addEventListener("dragleave", leave);
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    leave();
    const [file, ...others] = event.dataTransfer.files;
    if (others.length) tellProblem(text("Several"));
    else if (file) take(file);
  });
  area.querySelector("[data-upload-form]").addEventListener("submit", (event) => event.preventDefault());
  find("cancel").addEventListener("click", stop);
  find("retry").addEventListener("click", () => take(chosen));
  window.addEventListener("beforeunload", (event) => {
    if (current) event.preventDefault();
  });
}

if (area) setUp();
