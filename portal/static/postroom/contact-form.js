// A contact form of a website sends without leaving its page: <form data-postroom-form data-endpoint="…/sendEmail"
// data-form-id="…" data-failed="…">. Without this script the same form is posted to its action. What is wrong stands at
// its field, in the words of the answer. No dependency; it writes no style and no markup of its own but text.
(() => {
  "use strict";
  const FIELDS = ["email", "subject", "message"];
  const openedAt = performance.now();

  function place(form, name) {
    return form.querySelector(`[data-error-for="${name}"]`);
  }

  function showProblem(form, name, text) {
    const field = form.elements[name];
    const note = place(form, name);
    if (!field || !note) return;
    note.textContent = text;
    note.hidden = !text;
    if (text) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }

  function say(form, text, isGood) {
    const status = form.querySelector("[data-status]");
    if (!status) return;
    status.textContent = text;
    status.hidden = !text;
    status.classList.toggle("is-good", isGood);
  }

  function written(form) {
    const data = { formId: form.dataset.formId, elapsedMs: Math.round(performance.now() - openedAt) };
    for (const name of [...FIELDS, "homepage"]) if (form.elements[name]) data[name] = form.elements[name].value;
    return data;
  }

  function showAnswer(form, answer, told) {
    if (answer.ok) {
      form.reset();
      say(form, told.message || "", true);
      return;
    }
    const problems = told.fields || {};
    for (const name of FIELDS) showProblem(form, name, problems[name] || "");
    const first = FIELDS.find((name) => problems[name]);
    if (first) form.elements[first].focus();
    say(form, first ? "" : told.error || form.dataset.failed, false);
  }

  async function send(form) {
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    for (const name of FIELDS) showProblem(form, name, "");
    say(form, "", false);
    try {
      const answer = await fetch(form.dataset.endpoint, {
        method: "POST",
        mode: "cors",
        credentials: "omit",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(written(form)),
      });
      showAnswer(form, answer, await answer.json());
    } catch {
      say(form, form.dataset.failed, false);
    } finally {
      button.disabled = false;
    }
  }

  for (const form of document.querySelectorAll("form[data-postroom-form]")) {
    form.noValidate = true; // the answer names what is wrong, in the form's language
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
  }
})();
