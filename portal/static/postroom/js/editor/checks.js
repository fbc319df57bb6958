// What the portal says about the words while they are written: checks, the line in an inbox, the links.
//
// <form data-check-url="…"> names the address; every text of ours comes from the page.

export class Checks {
  constructor(form) {
    this.form = form;
    this.writing = null; // the editor, once it is there
    this.news = null;
    this.asked = 0;
    this.markedFields = [];
  }

  use(writing) {
    this.writing = writing;
    if (this.news) this.show(this.news);
  }

  // Asks and shows; false when the message cannot be shown as it stands.
  async ask() {
    if (!this.form.dataset.checkUrl) return true;
    const mine = ++this.asked;
    try {
      const body = new FormData(this.form);
      const answer = await fetch(this.form.dataset.checkUrl, { method: "POST", body, redirect: "error" });
      if (!answer.ok || mine !== this.asked) return mine === this.asked;
      this.news = await answer.json();
      this.show(this.news);
      return this.news.renders;
    } catch {
      return true; // the next change asks again; Save and Review tell what is wrong in any case
    }
  }

  show(news) {
    const list = document.querySelector("[data-checks]");
    list?.replaceChildren(...news.checks.map((check) => this.checkLine(check, list)));
    const faults = news.checks.filter((check) => check.level !== "good");
    for (const place of document.querySelectorAll("[data-fault-count]")) {
      place.textContent = faults.length || "";
      place.hidden = !faults.length;
    }
    this.markEditor(faults);
    this.markFields(faults);
    this.showInbox(news);
    this.showLinks(news.links ?? []);
  }

  checkLine(check, list) {
    const line = element("li", { className: `check-${check.level}` });
    const icon = document.querySelector(`[data-check-icon="${check.level}"]`);
    const mark = element("span", { className: "check-mark" });
    if (icon) mark.append(icon.content.cloneNode(true));
    const text = element("span", { className: "check-text" });
    if (check.where) text.append(this.jump(check, `${check.where}:`), " ");
    text.append(check.text);
    if (check.cure) text.append(" ", element("span", { className: "quiet", textContent: check.cure }));
    if (check.link) text.append(" ", element("a", { href: check.link, textContent: list.dataset.textMore }));
    line.append(mark, text);
    return line;
  }

  // A button that leads to the line where it was typed; plain words where there is none.
  jump({ place, line, column }, words) {
    if (place !== "body" || !line || !this.writing) return element("strong", { textContent: words });
    const button = element("button", { type: "button", className: "link-button", textContent: words });
    button.addEventListener("click", () => this.goTo(line, column));
    return button;
  }

  goTo(line, column) {
    this.form.dispatchEvent(new CustomEvent("pane:show", { detail: "write" }));
    this.writing.goTo(line, column);
  }

  markEditor(faults) {
    if (!this.writing) return;
    const problems = faults
      .filter((check) => check.place === "body" && check.line)
      .map((check) => ({
        line: check.line,
        column: check.column,
        length: check.length,
        level: check.level === "bad" ? "error" : "warning",
        message: [check.text, check.cure].filter(Boolean).join("\n"),
      }));
    this.writing.showProblems(problems);
  }

  markFields(faults) {
    for (const field of this.markedFields) field.removeAttribute("aria-invalid");
    const names = { subject: "subject", preheader: "preheader", text: "text_body" };
    const wrong = faults.filter((check) => check.level === "bad" && names[check.place]);
    this.markedFields = wrong.map((check) => this.form.elements[names[check.place]]).filter(Boolean);
    for (const field of this.markedFields) field.setAttribute("aria-invalid", "true");
  }

  showLinks(links) {
    const box = document.querySelector("[data-links]");
    if (!box) return;
    box.querySelector("[data-links-empty]").hidden = links.length > 0;
    box.querySelector("[data-links-table]").hidden = !links.length;
    box.querySelector("[data-links-count]").textContent = links.length || "";
    box.querySelector("tbody").replaceChildren(...links.map((link) => this.linkRow(box, link)));
  }

  linkRow(box, link) {
    const row = document.createElement("tr");
    const kind = box.querySelector(`template[data-leads="${link.leads}"]`);
    const leads = document.createElement("td");
    if (kind) leads.append(kind.content.cloneNode(true));
    const place = document.createElement("td");
    const words = link.line ? box.dataset.textLine.replace("{line}", link.line) : link.where;
    place.append(link.line ? this.jump({ ...link, place: "body" }, words) : words);
    const shown = document.createElement("td");
    shown.append(
      element("strong", { textContent: link.words || "–" }),
      element("span", { textContent: link.href || "–", className: "link-address mono quiet" }),
    );
    row.append(shown, leads, place);
    return row;
  }

  // The next fault by keyboard: in the text, else the first field that is marked.
  next() {
    this.form.dispatchEvent(new CustomEvent("pane:show", { detail: "write" }));
    if (!this.writing?.nextProblem()) this.markedFields[0]?.focus();
  }

  showInbox(news) {
    const box = document.querySelector("[data-inbox]");
    if (!box) return;
    const { from_name: name, from_address: address } = this.form.elements;
    const shown = { subject: news.subject, preheader: news.preheader, from: name?.value || address?.value };
    for (const [part, text] of Object.entries(shown)) {
      if (text !== undefined) box.querySelector(`[data-preview-${part}]`).textContent = text;
    }
    box.hidden = !news.subject;
  }
}

export function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}
