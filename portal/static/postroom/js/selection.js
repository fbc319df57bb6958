// Lists on phones: the headings are hidden there, and the box that ticks the whole page with them. This one is in the bar
// of actions and does the same. The words that Django makes buttons of are reached by the space bar too.

const here = document.querySelector("[data-selects-page]");
const theirs = document.getElementById("action-toggle");

function follow() {
  const boxes = [...document.querySelectorAll(".action-select")];
  const chosen = boxes.filter((box) => box.checked).length;
  here.checked = chosen > 0 && chosen === boxes.length;
  here.indeterminate = chosen > 0 && chosen < boxes.length;
}

if (here && theirs) {
  here.addEventListener("change", () => {
    if (theirs.checked !== here.checked) theirs.click();
    else follow();
  });
  document.addEventListener("change", (event) => {
    if (event.target !== here) follow();
  });
  follow();
}

for (const link of document.querySelectorAll(".actions a[role=button]")) {
  link.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    link.click();
  });
}
