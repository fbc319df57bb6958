// Long groups of checkboxes get a box to type into; what does not match is hidden, what is ticked stays.
// <input type="checkbox" data-narrow="Find a list"> marks the group; the words name the box.

const FEW = 10;

function setUp(group, label) {
  const choices = [...group.querySelectorAll("label")];
  if (choices.length <= FEW) return;
  const box = document.createElement("input");
  box.type = "search";
  box.className = "narrow-box";
  box.placeholder = label;
  box.setAttribute("aria-label", label);
  box.addEventListener("input", () => {
    const wanted = box.value.trim().toLocaleLowerCase();
    for (const choice of choices) {
      const matches = choice.textContent.toLocaleLowerCase().includes(wanted);
      choice.parentElement.hidden = !matches && !choice.querySelector("input").checked;
    }
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // it narrows; it does not save the form
  });
  group.prepend(box);
  group.classList.add("narrow-group");
}

const groups = new Map();
for (const input of document.querySelectorAll("input[data-narrow]")) {
  groups.set(input.closest("div[id]"), input.dataset.narrow);
}
for (const [group, label] of groups) setUp(group, label);
