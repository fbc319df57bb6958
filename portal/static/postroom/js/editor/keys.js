// Keys that work on the whole page of a form: save, show the preview, go to the next fault.

export function listenToKeys({ save, preview, nextFault }) {
  document.addEventListener("keydown", (event) => {
    const deed = deedOf(event, { save, preview, nextFault });
    if (!deed) return;
    event.preventDefault();
    event.stopPropagation();
    deed();
  }, true);
}

function deedOf(event, { save, preview, nextFault }) {
  if (document.querySelector("dialog[open]") || event.altKey || event.shiftKey) return null;
  const isCommand = event.ctrlKey || event.metaKey;
  if (isCommand && event.key.toLowerCase() === "s") return save;
  if (isCommand && event.key === "Enter") return preview;
  return event.key === "F8" && !isCommand ? nextFault : null;
}
