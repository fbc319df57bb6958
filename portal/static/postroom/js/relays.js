// The form of a relay: a chosen provider fills server, port, encryption and limits, and its hint alone is shown.

const form = document.querySelector("#relay-form");
const hints = [...form.querySelectorAll("[data-provider]")];

function field(name) {
  return form.elements.namedItem(name);
}

function show(preset) {
  for (const hint of hints) {
    hint.hidden = hint.dataset.provider !== preset;
  }
}

function fill(hint) {
  field("host").value = hint.dataset.host;
  field("port").value = hint.dataset.port;
  field("security").value = hint.dataset.security;
  if (!field("daily_limit").value) {
    field("daily_limit").value = hint.dataset.limit;
    field("max_rate_per_s").value = hint.dataset.rate;
  }
}

form.addEventListener("change", (event) => {
  if (event.target.name !== "preset") {
    return;
  }
  const hint = hints.find((one) => one.dataset.provider === event.target.value);
  show(event.target.value);
  if (hint) {
    fill(hint);
  }
});

// The usual port of an encryption, where the usual port of the other one stood.
const PORTS = { starttls: "587", tls: "465" };
field("security").addEventListener("change", (event) => {
  if (Object.values(PORTS).includes(field("port").value) && PORTS[event.target.value]) {
    field("port").value = PORTS[event.target.value];
  }
});

show(field("preset").value);
