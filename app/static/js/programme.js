/* The organizers' grid: items moved by dragging their handle, or by its arrow keys. The form of an item does the same. */
(() => {
  "use strict";
  const STEP = 5;
  let busy = false;

  const grid = () => document.querySelector("[data-programme]");
  const token = () => document.querySelector("input[name=csrf]")?.value ?? "";

  const refused = () => {
    const note = document.createElement("div");
    note.className = "ds-alert alert flash";
    note.dataset.color = "danger";
    note.setAttribute("role", "alert");
    note.append(Object.assign(document.createElement("p"), { textContent: grid().dataset.failed }));
    document.getElementById("flashes")?.replaceChildren(note);
    note.scrollIntoView({ block: "nearest" });
  };

  const move = async (item, startsAt, place, back = () => {}) => {
    if (busy) { back(); return; }
    busy = true;
    const handle = item.querySelector(".session-handle")?.id;
    const body = new URLSearchParams({ starts_at: startsAt, place, version: item.dataset.version, csrf: token() });
    try {
      const answer = await fetch(item.dataset.move, { method: "POST", body, headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-programme]");
      const kept = [...document.querySelectorAll(".table-wrap")].map((wrap) => wrap.scrollLeft);
      grid().replaceWith(fresh);
      [...document.querySelectorAll(".table-wrap")].forEach((wrap, n) => { wrap.scrollLeft = kept[n] ?? 0; });
      start();
      const moved = document.getElementById(item.id);
      document.getElementById(handle)?.focus();
      fresh.querySelector("[data-moved]").textContent = moved?.querySelector(".session-time")?.textContent ?? "";
    } catch {
      back();
      refused();
    } finally {
      busy = false;
    }
  };

  const onKey = (event) => {
    const item = event.target.closest(".session");
    const later = { ArrowUp: -STEP, ArrowDown: STEP }[event.key];
    const aside = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!item || (!later && !aside) || !item.dataset.starts) return;
    event.preventDefault();
    const starts = new Date(item.dataset.starts);
    if (later) starts.setMinutes(starts.getMinutes() + later);
    const places = grid().dataset.places.split(" ").filter(Boolean);
    const here = places.indexOf(item.dataset.place);
    const place = aside ? places[Math.min(Math.max(here + aside, 0), places.length - 1)] : item.dataset.place;
    if (aside && place === item.dataset.place) return;
    move(item, starts.toISOString(), place ?? "");
  };

  // The place of a cell is that of the column its left edge lies in: cells span rows, so counting them would not tell.
  const placeOf = (cell) => {
    const heads = [...cell.closest("table").querySelectorAll("thead th")].slice(1);
    const left = cell.getBoundingClientRect().left + 1;
    const head = heads.findIndex((th) => { const box = th.getBoundingClientRect(); return left >= box.left && left < box.right; });
    return heads[head]?.dataset.place ?? "";
  };

  const start = () => {
    const root = grid();
    if (!root) return;
    for (const handle of root.querySelectorAll(".session-handle")) {
      handle.hidden = false;
      handle.addEventListener("keydown", onKey);
    }
    for (const cell of root.querySelectorAll(".programme-grid td, .session-shelf")) {
      Sortable.create(cell, {
        group: "programme",
        draggable: ".session",
        handle: ".session-handle",
        sort: false,
        delay: 120,
        delayOnTouchOnly: true,
        animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
        ghostClass: "session-moving",
        onEnd: ({ item, from, to }) => {
          if (from === to) return;
          const back = () => from.append(item);
          if (to.dataset.starts) move(item, to.dataset.starts, placeOf(to), back);
          else back();
        },
      });
    }
  };

  start();
})();
