// The buttons above the editor, and what other parts of the page put into the text.
//
// <button data-edit="bold">; the event "postroom:insert" at the textarea, with {text}, writes at the cursor.

export function showBar(box, writing) {
  const bar = box.querySelector("[data-editor-bar]");
  if (bar) {
    bar.hidden = false;
    bar.addEventListener("click", (event) => {
      const button = event.target.closest("[data-edit]");
      if (button) writing.command(button.dataset.edit);
    });
  }
  for (const hint of box.querySelectorAll("[data-editor-keys]")) hint.hidden = false;
  writing.textarea.addEventListener("postroom:insert", (event) => {
    event.preventDefault();
    writing.insert(event.detail.text);
  });
}
