// Files that go with a mail: sends what is chosen or dropped one after the other, with progress, and puts the list as it
// is now in the place of the old one, so that nothing typed beside it is lost.
//
// <section data-attachments data-url=… data-begin-url=… data-finish-url=… data-text-…>, with `data-is-own` for the files of
// single people. Asks the site where a file goes: to the site itself, or straight to the bucket and then "finish".
// Without this module the plain form posts the files.

class Problem extends Error {}

function setUp(area) {
  const find = (name) => area.querySelector(`[data-upload-${name}]`);
  const isOwn = "isOwn" in area.dataset;
  const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;
  const waiting = [];
  let isBusy = false;

  function words(name, values = {}) {
    const text = area.dataset[`text${name}`];
    return Object.entries(values).reduce((filled, [key, value]) => filled.replace(`{${key}}`, value), text);
  }

  function announce(text) {
    find("announce").textContent = text;
  }

  function tellProblem(text) {
    const line = document.createElement("span");
    line.className = "upload-problem-line";
    line.textContent = text;
    find("problem-text").append(line);
    find("problems").hidden = false;
  }

  function clearProblems() {
    find("problem-text").replaceChildren();
    find("problems").hidden = true;
  }

  function show(news) {
    if (news.html === undefined || isOwn) return;
    find("list").innerHTML = news.html;
    for (const place of document.querySelectorAll("[data-with-it]")) place.innerHTML = news.names;
  }

  async function post(url, body, name) {
    let answer;
    const headers = { "X-CSRFToken": token() };
    if (typeof body === "string") headers["Content-Type"] = "application/json";
    try {
      answer = await fetch(url, { method: "POST", headers, body, redirect: "manual" });
    } catch {
      throw new Problem(words("Broken", { name }));
    }
    if (answer.type === "opaqueredirect" || answer.status === 403) throw new Problem(words("SignedOut"));
    const news = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Problem(news.problem ?? words("Broken", { name }));
    return news;
  }

  function bodyFor(file, place) {
    const form = new FormData();
    for (const [name, value] of Object.entries(place.fields ?? {})) form.append(name, value);
    if (place.fields) {
      form.append("file", file);
    } else {
      form.append("csrfmiddlewaretoken", token());
      form.append("script", "yes");
      form.append("files", file);
    }
    return form;
  }

  function send(file, place) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", place.fields ? place.url : area.dataset.url);
      request.upload.addEventListener("progress", (event) => {
        find("bar").value = event.total ? Math.floor((100 * event.loaded) / event.total) : 0;
      });
      request.addEventListener("load", () => {
        let news = {};
        try {
          news = JSON.parse(request.responseText);
        } catch {
          // the bucket answers in XML
        }
        if (request.status >= 200 && request.status < 300) return resolve(news);
        return reject(new Problem(news.problem ?? words("Broken", { name: file.name })));
      });
      request.addEventListener("error", () => reject(new Problem(words("Broken", { name: file.name }))));
      request.send(bodyFor(file, place));
    });
  }

  async function upload(file) {
    if (file.size > Number(area.dataset.maxBytes)) throw new Problem(words("Large", { name: file.name }));
    const place = await post(area.dataset.beginUrl, "{}", file.name);
    const news = await send(file, place);
    if (!place.fields) return news;
    const told = { token: place.token, name: file.name, is_own: isOwn };
    return post(area.dataset.finishUrl, JSON.stringify(told), file.name);
  }

  async function sendWaiting() {
    if (isBusy) return;
    isBusy = true;
    clearProblems();
    find("state").hidden = false;
    let total = waiting.length;
    for (let n = 1; waiting.length; n += 1) {
      const file = waiting.shift();
      total = Math.max(total, n + waiting.length);
      find("doing").textContent = words("Sending", { name: file.name, n, total });
      find("bar").value = 0;
      try {
        show(await upload(file));
        announce(words("Arrived", { name: file.name }));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        tellProblem(error.message);
      }
    }
    isBusy = false;
    find("state").hidden = true;
    if (isOwn && find("problems").hidden) location.reload();
  }

  const zone = area.querySelector("[data-drop-zone]");
  if (zone) {
    const input = zone.querySelector("input[type=file]");
    zone.classList.add("is-scripted");
    area.querySelector("[data-plain-submit]").hidden = true;
    const take = (files) => {
      waiting.push(...files);
      if (files.length) sendWaiting();
    };
    input.addEventListener("change", (event) => {
      event.stopPropagation();
      take([...input.files]);
      input.value = ""; // so that the same file can be chosen again
    });
    zone.addEventListener("dragover", (event) => {
      event.preventDefault();
      zone.classList.add("is-over");
    });
    zone.addEventListener("dragleave", () => zone.classList.remove("is-over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("is-over");
      take([...event.dataTransfer.files]);
    });
  }

  if (isOwn) return;
  find("list").addEventListener("click", async (event) => {
    const button = event.target.closest("button[name]");
    if (!button) return;
    event.preventDefault();
    const form = new FormData();
    form.append("script", "yes");
    form.append(button.name, button.value);
    clearProblems();
    try {
      show(await post(area.dataset.url, form, ""));
      announce(words("Done"));
      const next = find("list").querySelector(`button[name="${button.name === "take_off" ? "bring_back" : button.name}"]`);
      (next ?? area.querySelector("[data-drop-zone] input")).focus();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      tellProblem(error.message);
    }
  });
}

for (const area of document.querySelectorAll("[data-attachments]")) setUp(area);
