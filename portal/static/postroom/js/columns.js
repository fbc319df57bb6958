// The columns step: another encoding, delimiter or header switch reads the file again at once.
//
// The form's "reread" button does the same without this module. Only <div data-reread-area> is exchanged, and the
// keyboard stays where it was.

const area = document.querySelector("[data-reread-area]");
let asked = 0;

async function readAgain(form, focusId) {
  const mine = ++asked;
  const body = new FormData(form);
  body.append("reread", "1");
  area.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-reread-area]");
    if (mine !== asked) return;
    if (!fresh) {
      location.assign(answer.url); // the import has moved on, or nobody is signed in any more
      return;
    }
    area.replaceChildren(...fresh.childNodes);
    document.getElementById(focusId)?.focus();
  } catch {
    form.requestSubmit(form.querySelector("[data-reread-button]"));
  } finally {
    if (mine === asked) area.removeAttribute("aria-busy");
  }
}

if (area) {
  area.classList.add("is-scripted");
  area.addEventListener("change", (event) => {
    const form = event.target.closest("[data-reread-form]");
    if (form && event.target.closest(".format-choices")) readAgain(form, event.target.id);
  });
}
