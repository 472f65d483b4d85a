// Small helpers of the public pages; everything works without them.
const banner = document.querySelector("#banner[data-status]");
const countdown = document.querySelector(".countdown[data-until]");

if (countdown) {
  const until = Date.parse(countdown.dataset.until);
  const words = countdown.dataset;
  const tick = () => {
    const left = Math.max(0, Math.floor((until - Date.now()) / 1000));
    countdown.hidden = left === 0;
    const days = Math.floor(left / 86400);
    const clock = [Math.floor(left / 3600) % 24, Math.floor(left / 60) % 60, left % 60];
    const units = [words.hours, words.minutes, words.seconds];
    const parts = clock.map((number, index) => `${String(number).padStart(2, "0")} ${units[index]}`);
    countdown.querySelector("b").textContent = (days > 0 ? `${days} ${words.days} ` : "") + parts.join(" ");
    if (left > 0) setTimeout(tick, 1000);
  };
  tick();
}

if (banner) {
  const ask = async () => {
    try {
      const answer = await fetch(banner.dataset.status, { headers: { "Accept-Language": document.documentElement.lang } });
      if (answer.ok) {
        const status = await answer.json();
        banner.textContent = status.banner ?? "";
        banner.hidden = !status.banner;
        const gone = status.state === "withdrawn" || status.state === "taken_down";
        if (gone || status.state !== banner.dataset.state) location.reload();
      }
    } catch {
      // Offline for a moment: the next round asks again.
    }
    setTimeout(ask, 15000);
  };
  setTimeout(ask, 15000);
}

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
