/* A programme that is open while the next version is released becomes that version, and says so. */
(() => {
  "use strict";
  const line = () => document.getElementById("programme-live");
  const pause = (seconds) => new Promise((go) => setTimeout(go, seconds * 1000));
  const seen = () => new Promise((go) => {
    if (!document.hidden) go();
    else document.addEventListener("visibilitychange", go, { once: true });
  });

  const newest = async (here) => {
    const answer = await fetch(`${here.dataset.live}?release=${here.dataset.release}`);
    if (!answer.ok) throw new Error(answer.status);
    return String((await answer.json()).release);
  };

  const follow = async () => {
    while (line()) {
      await seen(); // a phone in a pocket asks for nothing
      try {
        if ((await newest(line())) !== line().dataset.release) {
          await pause(Math.random() * 2); // a hall full of phones does not ask all at once
          const before = line().dataset.release;
          await htmx.ajax("GET", location.pathname + location.search, { target: "#main", select: "#main", swap: "outerMorph" });
          if (line().dataset.release !== before) line().textContent = line().dataset.told;
        }
        await pause(1);
      } catch {
        await pause(5 + Math.random() * 10);
      }
    }
  };
  follow();
})();
