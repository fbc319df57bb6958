// The form of an SMTP user: while somebody types, the server says which lines are wrong, how long the policy is, what it
// looks like, and whether the address in "May it send as" is allowed.

const form = document.querySelector("#smtp-user-form");
const senders = form.elements.namedItem("allowed_senders");
const asked = document.querySelector("[data-policy-asked]");
const WAIT_MS = 300;
let timer = null;
let newest = 0;

const part = (name) => document.querySelector(`[data-policy-${name}]`);

function writeList(list, lines) {
  list.replaceChildren(
    ...lines.map((line) => {
      const item = document.createElement("li");
      item.textContent = line;
      return item;
    }),
  );
  list.hidden = lines.length === 0;
}

function show(news) {
  part("used").textContent = news.used_words;
  const picture = part("meter").querySelector("svg");
  picture.setAttribute("aria-label", news.used_words);
  const bar = picture.querySelector("rect:last-of-type");
  bar.setAttribute("width", Math.min(100, news.share * 100).toFixed(1));
  bar.setAttribute("class", `fill-${news.tone}`);
  writeList(part("problems"), news.problems);
  writeList(part("cautions"), news.cautions);
  part("document").textContent = news.document;
  part("answer").textContent = news.answer;
}

async function ask() {
  const mine = ++newest;
  const body = new URLSearchParams({
    csrfmiddlewaretoken: form.elements.namedItem("csrfmiddlewaretoken").value,
    allowed_senders: senders.value,
    asked: asked.value,
  });
  const answer = await fetch(form.dataset.previewUrl, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (answer?.ok && mine === newest) show(await answer.json());
}

for (const field of [senders, asked]) {
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
}
