// A secret on the page: counts down in [data-secret-left] and takes it out of the page at zero, or when the page is left.
//
// <div data-hide-after="60" data-hidden-text="hidden"> around [data-secret], its [data-secret-copy] and [data-secret-note].

function setUp(area) {
  const secret = area.querySelector("[data-secret]");
  const left = area.querySelector("[data-secret-left]");
  const ends = Date.now() + Number(area.dataset.hideAfter) * 1000;

  const hide = () => {
    clearInterval(timer);
    secret.textContent = area.dataset.hiddenText;
    area.querySelector("[data-secret-copy]")?.remove();
    area.querySelector("[data-secret-note]")?.remove();
  };

  const tick = () => {
    const seconds = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds === 0) hide();
  };

  const timer = setInterval(tick, 500);
  window.addEventListener("pagehide", hide);
  tick();
}

document.querySelectorAll("[data-hide-after]").forEach(setUp);
