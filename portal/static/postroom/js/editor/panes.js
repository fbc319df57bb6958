// On narrow screens the editor, the preview and the checks are shown one at a time.
//
// <div data-panes> holds the buttons; each names its pane in data-pane. Wide screens show all: the style sheet decides.

export function choosePanes(form) {
  const bar = document.querySelector("[data-panes]");
  const grid = document.querySelector(".compose-grid");
  if (!bar || !grid) return;
  const show = (pane) => {
    grid.dataset.pane = pane;
    for (const button of bar.querySelectorAll("[data-pane]")) {
      button.setAttribute("aria-pressed", String(button.dataset.pane === pane));
    }
  };
  bar.hidden = false;
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pane]");
    if (button) show(button.dataset.pane);
  });
  form.addEventListener("pane:show", (event) => show(event.detail));
  form.addEventListener("invalid", () => show("write"), true);
  show("write");
}
