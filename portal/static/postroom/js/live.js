// Live pages: asks one JSON address and writes what comes back into the page.
//
// <div data-live-url="…">: asked every 2 s, after errors 4, 8 … 30 s; not while the tab is hidden; never again after
// {"final": true}. {"reload": true}, a redirect or 401/403 loads the page again.
//   data-live="path"            text; numbers by the page's language
//   data-live-attr="d:path;…"   attributes, e.g. of SVG shapes
//   data-live-show="path"       shown while the value is truthy
//   data-live-news              says data-late ("no news for {s} s") when nothing came for 10 s, else data-fresh
//   data-live-announce          says data-text ("{percent} % done") to screen readers, every 10 %
// "percent" also goes into the title of the tab.

const SOONEST_MS = 2000;
const LATEST_MS = 30000;
const LATE_S = 10;
const title = document.title;
const language = document.documentElement.lang || undefined;

const valueAt = (source, path) => path.split(".").reduce((value, key) => value?.[key], source);
const asText = (value) => (typeof value === "number" ? value.toLocaleString(language) : String(value));

function write(area, news) {
  for (const element of area.querySelectorAll("[data-live]")) {
    const value = valueAt(news, element.dataset.live);
    if (value !== undefined && value !== null) element.textContent = asText(value);
  }
  for (const element of area.querySelectorAll("[data-live-attr]")) {
    for (const pair of element.dataset.liveAttr.split(";")) {
      const [name, path] = pair.split(":");
      const value = valueAt(news, path);
      if (value !== undefined && value !== null) element.setAttribute(name, value);
    }
  }
  for (const element of area.querySelectorAll("[data-live-show]")) {
    element.hidden = !valueAt(news, element.dataset.liveShow);
  }
}

function follow(area) {
  let wait = SOONEST_MS;
  let heardAt = Date.now();
  let announced = null;
  let timer = null;
  let ended = false;

  const end = () => {
    ended = true;
    clearTimeout(timer);
    clearInterval(clock);
  };

  const tellLateness = () => {
    const silent = Math.round((Date.now() - heardAt) / 1000);
    for (const element of area.querySelectorAll("[data-live-news]")) {
      const isLate = silent >= LATE_S && !ended;
      element.classList.toggle("is-late", isLate);
      element.textContent = isLate ? element.dataset.late.replace("{s}", asText(silent)) : element.dataset.fresh;
    }
  };

  const tellProgress = (percent) => {
    if (typeof percent !== "number") return;
    document.title = `${Math.floor(percent)} % · ${title}`;
    const step = Math.floor(percent / 10);
    if (announced !== null && step !== announced) {
      for (const element of area.querySelectorAll("[data-live-announce]")) {
        element.textContent = element.dataset.text.replace("{percent}", asText(Math.floor(percent)));
      }
    }
    announced = step;
  };

  const ask = async () => {
    clearTimeout(timer);
    if (document.hidden || ended) return;
    try {
      const answer = await fetch(area.dataset.liveUrl, { headers: { Accept: "application/json" }, redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
        end();
        location.reload();
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const news = await answer.json();
      heardAt = Date.now();
      wait = SOONEST_MS;
      write(area, news);
      tellProgress(news.percent);
      if (news.final || news.reload) end();
      tellLateness();
      if (news.reload) location.reload();
    } catch {
      wait = Math.min(wait * 2, LATEST_MS);
    }
    if (!ended) timer = setTimeout(ask, wait);
  };

  const clock = setInterval(tellLateness, 1000);
  document.addEventListener("visibilitychange", ask);
  timer = setTimeout(ask, SOONEST_MS);
}

document.querySelectorAll("[data-live-url]").forEach(follow);
