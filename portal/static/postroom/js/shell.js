// What every page gets: navigation on phones, readers' own time zone, card labels, dialogs, copy, countdown.

const root = document.documentElement;
const language = root.lang || undefined;

function setUpNavigation() {
  const button = document.querySelector("[data-nav-toggle]");
  const sidebar = document.getElementById("nav-sidebar");
  if (!button) return;
  if (!sidebar) {
    button.hidden = true;
    return;
  }
  const show = (open) => {
    root.classList.toggle("nav-open", open);
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => show(!root.classList.contains("nav-open")));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && root.classList.contains("nav-open")) {
      show(false);
      button.focus();
    }
  });
  document.querySelector(".main > .content")?.addEventListener("click", () => show(false));
}

const timeZone = document.querySelector("meta[name=time-zone]")?.content; // the reader's own choice; else this device's

const timeStyles = {
  moment: { dateStyle: "medium", timeStyle: "short" },
  date: { dateStyle: "medium" },
  time: { timeStyle: "short" },
};

function showLocalTimes() {
  for (const element of document.querySelectorAll("time[datetime][data-style]")) {
    const moment = new Date(element.dateTime);
    if (!Number.isNaN(moment.getTime())) {
      element.textContent = new Intl.DateTimeFormat(language, { ...timeStyles[element.dataset.style], timeZone }).format(moment);
    }
  }
}

function labelCells() {
  for (const table of document.querySelectorAll("#result_list, .table-cards")) {
    const labels = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent.trim());
    for (const row of table.querySelectorAll("tbody tr")) {
      [...row.children].forEach((cell, index) => {
        if (labels[index] && !cell.dataset.label && !cell.matches(".action-checkbox")) cell.dataset.label = labels[index];
      });
    }
  }
}

// On narrow screens filters stand above the list: those not in use are closed.
function closeIdleFilters() {
  if (!window.matchMedia("(max-width: 1180px)").matches) return;
  for (const filter of document.querySelectorAll("#changelist-filter details[open]")) {
    if (filter.querySelector("li.selected:first-child")) filter.open = false;
  }
}

// <button data-opens="dialog-id"> opens; <button data-closes> inside closes. Without a script the form is not reached.
function setUpDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens)?.showModal();
    event.target.closest("[data-closes]")?.closest("dialog")?.close();
  });
}

// <button data-copy="text"> or data-copy-from="#selector"; says data-copied for two seconds.
function setUpCopyButtons() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from]");
    if (!button) return;
    const source = button.dataset.copyFrom && document.querySelector(button.dataset.copyFrom);
    await navigator.clipboard.writeText(source ? (source.value ?? source.textContent.trim()) : button.dataset.copy);
    const label = button.querySelector("[data-copy-label]") ?? button;
    const before = label.textContent;
    label.textContent = button.dataset.copied || before;
    setTimeout(() => (label.textContent = before), 2000);
  });
}

// <span data-countdown="ISO time">: minutes and seconds left; at zero the page is loaded again.
function setUpCountdowns() {
  for (const element of document.querySelectorAll("[data-countdown]")) {
    const end = new Date(element.dataset.countdown).getTime();
    const show = () => {
      const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      element.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      if (left > 0) return;
      clearInterval(timer);
      if (element.dataset.countdownReload !== "no") setTimeout(() => location.reload(), 1500);
    };
    const timer = setInterval(show, 500);
    show();
  }
}

setUpNavigation();
showLocalTimes();
labelCells();
closeIdleFilters();
setUpDialogs();
setUpCopyButtons();
setUpCountdowns();
