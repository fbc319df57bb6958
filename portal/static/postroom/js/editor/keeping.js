// Keeps what is typed but not saved: on the portal a moment after typing, in this browser while the portal cannot be
// reached. The page offers it again (notices.html); saving makes it go.

const WAIT_MS = 1500;
const MAX_LEAVING_CHARS = 60_000; // browsers send no more once the page is gone

export class Keeping {
  constructor(form, notices) {
    this.form = form;
    this.notices = notices;
    this.url = notices.dataset.keepUrl;
    this.status = document.querySelector("[data-kept]");
    this.isDirty = false; // typed since the page was opened
    this.isSafe = true; // all of it is kept somewhere
    this.isSaving = false;
    this.timer = null;
    this.offerLocal();
    addEventListener("pagehide", () => this.leave());
    addEventListener("online", () => this.keepNow());
    addEventListener("beforeunload", (event) => {
      if (this.isDirty && !this.isSaving && !this.isSafe && !this.keepHere()) event.preventDefault();
    });
  }

  get key() {
    const { thing, thing_id: id } = this.form.elements;
    return `postroom-unsaved:${this.notices.dataset.person}:${thing.value}:${id.value}`;
  }

  typed() {
    this.isDirty = true;
    this.isSafe = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keepNow(), WAIT_MS);
  }

  saving() {
    this.isSaving = true;
    clearTimeout(this.timer);
    this.running?.abort();
    this.forgetHere();
  }

  async keepNow() {
    if (!this.isDirty || this.isSafe || this.isSaving) return;
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    this.isSafe = true; // what is typed from here on makes it false again
    try {
      const answer = await fetch(this.url, {
        method: "POST",
        body: new FormData(this.form),
        redirect: "error",
        signal: running.signal,
      });
      if (!answer.ok) throw new Error(`keep: ${answer.status}`);
      this.forgetHere();
      this.tell(this.notices.dataset.textKept, (await answer.json()).kept_at);
    } catch {
      if (running.signal.aborted) return;
      this.isSafe = false;
      const isHere = this.keepHere();
      this.tell(isHere ? this.notices.dataset.textHere : this.notices.dataset.textLost, new Date().toISOString());
    }
  }

  tell(text, moment) {
    if (this.status) this.status.textContent = text.replace("{time}", clock(moment));
  }

  leave() {
    if (!this.isDirty || this.isSafe || this.isSaving) return;
    const isHere = this.keepHere();
    const body = new FormData(this.form);
    const length = [...body.values()].reduce((sum, value) => sum + value.length, 0);
    if (length < MAX_LEAVING_CHARS) fetch(this.url, { method: "POST", body, keepalive: true }).catch(() => isHere);
  }

  keepHere() {
    try {
      const fields = [...new FormData(this.form)].filter(([name]) => name !== "csrfmiddlewaretoken");
      localStorage.setItem(this.key, JSON.stringify({ at: Date.now(), fields }));
      return true;
    } catch {
      return false;
    }
  }

  forgetHere() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // A browser that keeps nothing has nothing to forget.
    }
  }

  // What only this browser has goes to the portal, which offers it; unless it stands in the form already.
  async offerLocal() {
    const kept = this.keptHere();
    if (!kept) return;
    const body = new FormData();
    for (const [name, value] of kept.fields) body.append(name, value);
    body.append("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    if (same(body, new FormData(this.form))) return this.forgetHere();
    const answer = await fetch(this.url, { method: "POST", body, redirect: "error" }).catch(() => null);
    if (!answer?.ok) return;
    this.forgetHere();
    const box = this.notices.querySelector("[data-unsaved]");
    this.notices.querySelector("[data-unsaved-at]").textContent = clock(new Date(kept.at).toISOString());
    box.hidden = false;
  }

  keptHere() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  }
}

function same(one, other) {
  const typed = (fields) =>
    JSON.stringify([...fields].filter(([name]) => name !== "csrfmiddlewaretoken" && !name.startsWith("preview_")).sort());
  return typed(one) === typed(other);
}

export function clock(moment) {
  const day = new Date(moment);
  const isToday = day.toDateString() === new Date().toDateString();
  const time = { hour: "2-digit", minute: "2-digit" };
  const lang = document.documentElement.lang || undefined;
  return day.toLocaleString(lang, isToday ? time : { ...time, day: "numeric", month: "short" });
}
