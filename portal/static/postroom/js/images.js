// The place to drop pictures: sends files one after the other, with progress, and says what became of each.
//
// <section data-image-upload data-begin-url=… data-finish-url=… data-text-…>. Asks the site where a file goes: to the
// site itself, or straight to the bucket and then "finish". Each picture that arrived is told to the page by the event
// `postroom:image-uploaded`; outside of a dialog the page of the picture, or the list, is opened at the end. Without
// this module the plain form posts the files.

class Problem extends Error {}

function setUp(area) {
  const find = (name) => area.querySelector(`[data-image-${name}]`);
  const words = (name, values = {}) =>
    Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), area.dataset[`text${name}`]);
  const token = () => area.querySelector("[name=csrfmiddlewaretoken]").value;
  const isInDialog = Boolean(area.closest("dialog"));
  const waiting = [];
  let isBusy = false;

  function tellDoing(text) {
    find("doing").textContent = text;
    find("announce").textContent = text;
  }

  function tellProblem(text) {
    const place = find("problem-text");
    const line = document.createElement("span");
    line.className = "upload-problem-line";
    line.textContent = text;
    place.append(line);
    find("problems").hidden = false;
  }

  async function ask(url, body, file) {
    let answer;
    try {
      answer = await fetch(url, {
        method: "POST",
        headers: { "X-CSRFToken": token(), "Content-Type": "application/json" },
        body: JSON.stringify(body),
        redirect: "manual",
      });
    } catch {
      throw new Problem(words("Broken", { name: file.name }));
    }
    if (answer.type === "opaqueredirect" || answer.status === 403) throw new Problem(words("SignedOut"));
    const news = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Problem(news.problem ? `${file.name}: ${news.problem}` : words("Broken", { name: file.name }));
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
      request.open("POST", place.url);
      request.upload.addEventListener("progress", (event) => {
        find("bar").value = event.total ? Math.floor((100 * event.loaded) / event.total) : 0;
        if (event.loaded === event.total) tellDoing(words("Looking", { name: file.name }));
      });
      request.addEventListener("load", () => {
        let news = {};
        try {
          news = JSON.parse(request.responseText);
        } catch {
          // the bucket answers in XML
        }
        if (request.status >= 200 && request.status < 300) return resolve(news);
        return reject(new Problem(news.problem ? `${file.name}: ${news.problem}` : words("Broken", { name: file.name })));
      });
      request.addEventListener("error", () => reject(new Problem(words("Broken", { name: file.name }))));
      request.send(bodyFor(file, place));
    });
  }

  async function upload(file) {
    if (file.size > Number(area.dataset.maxBytes)) throw new Problem(words("Large", { name: file.name }));
    const place = await ask(area.dataset.beginUrl, {}, file);
    const news = await send(file, place);
    if (!place.fields) return news;
    return ask(area.dataset.finishUrl, { token: place.token, name: file.name }, file);
  }

  async function sendWaiting() {
    if (isBusy) return;
    isBusy = true;
    find("problem-text").replaceChildren();
    find("problems").hidden = true;
    find("state").hidden = false;
    const arrived = [];
    let total = waiting.length;
    for (let n = 1; waiting.length; n += 1) {
      const file = waiting.shift();
      total = Math.max(total, n + waiting.length);
      tellDoing(words("Sending", { name: file.name, n, total }));
      find("bar").value = 0;
      try {
        const image = await upload(file);
        arrived.push(image);
        if (!image.is_new) tellDoing(words("Known", { name: file.name }));
        area.dispatchEvent(new CustomEvent("postroom:image-uploaded", { bubbles: true, detail: image }));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        tellProblem(error.message);
      }
    }
    isBusy = false;
    find("state").hidden = true;
    if (!isInDialog && arrived.length && find("problems").hidden) goOn(arrived);
  }

  // With a problem on the page people stay, to read it; what arrived is in the list all the same.
  function goOn(arrived) {
    const lacking = arrived.some((image) => !image.alt_text && !image.is_decorative);
    const list = area.dataset.listUrl + (lacking ? "?lacks_alt" : "");
    location.assign(arrived.length === 1 ? arrived[0].page_url : list);
  }

  const zone = area.querySelector("[data-drop-zone]");
  const input = zone.querySelector("input[type=file]");
  zone.classList.add("is-scripted");
  area.querySelector("[data-plain-submit]").hidden = true;
  const take = (files) => {
    waiting.push(...files);
    if (files.length) sendWaiting();
  };
  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = ""; // so that the same file can be chosen again
  });
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.add("is-over");
    });
  }
  zone.addEventListener("dragleave", () => zone.classList.remove("is-over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("is-over");
    take([...event.dataTransfer.files]);
  });
  area.querySelector("[data-image-form]").addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("beforeunload", (event) => {
    if (isBusy) event.preventDefault();
  });
}

for (const area of document.querySelectorAll("[data-image-upload]")) setUp(area);
