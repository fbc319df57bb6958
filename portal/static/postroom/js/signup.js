// The look of a sign-up form follows what is typed: <form data-look-form> is posted into the frame by
// <button data-look-button>, which also works without this module. Each look gets a fresh frame, so that "Back" does
// not lead through old ones.

const WAIT_MS = 600;

const form = document.querySelector("[data-look-form]");
const button = document.querySelector("[data-look-button]");
let frame = document.querySelector("iframe[name=look]");
let shown = 0;

function show() {
  const fresh = frame.cloneNode(false);
  fresh.name = `look-${++shown}`;
  frame.replaceWith(fresh);
  frame = fresh;
  button.formTarget = fresh.name;
  form.requestSubmit(button);
}

if (form && button && frame) {
  let timer = null;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, WAIT_MS);
  });
  for (const choice of form.elements) {
    if (choice.name === "preview_view") choice.addEventListener("change", show); // it stands outside of the form
  }
  show();
}
