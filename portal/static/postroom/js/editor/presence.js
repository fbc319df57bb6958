// Tells the portal that this form is open, and its reader who else has it open and whether somebody saved it meanwhile.
import { clock } from "./keeping.js";

export function tellPresence(form, notices) {
  const url = notices.dataset.presenceUrl;
  const { thing, thing_id: id, read_at: readAt, csrfmiddlewaretoken: token } = form.elements;
  if (!url || id.value === "0") return;

  const body = (leaves) => {
    const data = new FormData();
    data.append("thing", thing.value);
    data.append("thing_id", id.value);
    data.append("csrfmiddlewaretoken", token.value);
    if (leaves) data.append("leaves", "yes");
    return data;
  };
  const ask = async () => {
    const answer = await fetch(url, { method: "POST", body: body(false), redirect: "error" }).catch(() => null);
    if (answer?.ok) show(await answer.json());
  };
  const show = ({ others, stamp }) => {
    showOthers(notices, others);
    notices.querySelector("[data-stale]").hidden = !stamp || stamp === readAt.value;
  };

  ask();
  setInterval(() => document.hidden || ask(), Number(notices.dataset.every) * 1000);
  document.addEventListener("visibilitychange", () => document.hidden || ask());
  addEventListener("pagehide", () => navigator.sendBeacon(url, body(true)));
}

function showOthers(notices, others) {
  const box = notices.querySelector("[data-others]");
  box.hidden = !others.length;
  if (!others.length) return;
  const { textOne, textMany, textAnd } = notices.dataset;
  const names = others
    .map((person) => person.name)
    .reduce((all, name) => textAnd.replace("{names}", () => all).replace("{name}", () => name));
  const one = textOne.replace("{name}", () => names).replace("{since}", clock(others[0].since));
  const text = others.length === 1 ? one : textMany.replace("{names}", () => names);
  const place = box.querySelector("[data-others-text]");
  if (place.textContent !== text) place.textContent = text;
}
