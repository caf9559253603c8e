/* Cases moved by dragging, or by keys on a card. The form behind each card's "Move" does the same without a script. */
(() => {
  "use strict";
  const token = () => document.querySelector("input[name=csrf]")?.value ?? "";

  /* A column may count more cards than it shows, so its number is changed, not counted anew. */
  const add = (list, number) => {
    const place = list.closest(".board-column")?.querySelector("[data-count]");
    if (place) place.textContent = Number(place.textContent) + number;
  };
  const recount = (from, to) => {
    add(from, -1);
    add(to, 1);
  };

  const start = (board) => {
    if (board.dataset.started) return;
    board.dataset.started = "yes";
    const refused = (text) => {
      const place = document.getElementById("flashes");
      const note = document.createElement("div");
      note.className = "ds-alert alert flash";
      note.dataset.color = "danger";
      note.setAttribute("role", "alert");
      note.append(Object.assign(document.createElement("p"), { textContent: text }));
      place?.replaceChildren(note);
      note.scrollIntoView({ block: "nearest" });
    };
    const move = async (item, from, to, putBack) => {
      recount(from, to);
      const back = () => {
        putBack();
        recount(to, from);
      };
      const body = new URLSearchParams({ stage: to.dataset.stage, version: item.dataset.version ?? "", csrf: token() });
      try {
        const answer = await fetch(item.dataset.move, { method: "POST", body, redirect: "manual", headers: { "Kipina-Board": "1", Accept: "text/plain" } });
        if (answer.ok) {
          item.dataset.version = answer.headers.get("Kipina-Version") ?? item.dataset.version;
          return;
        }
        back();
        // The new stage needs something that a card cannot ask for: on to the form that does.
        const form = answer.headers.get("Kipina-Form");
        if (form) {
          location.assign(form);
          return;
        }
        const text = (answer.headers.get("content-type") ?? "").startsWith("text/plain") ? await answer.text() : "";
        refused(text || board.dataset.failed);
      } catch {
        back();
        refused(board.dataset.failed);
      }
    };

    for (const list of board.querySelectorAll("[data-stage]")) {
      Sortable.create(list, {
        group: "cases",
        draggable: ".board-card",
        filter: "a, button, summary, select, input",
        preventOnFilter: false,
        delay: 150,
        delayOnTouchOnly: true,
        animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
        ghostClass: "board-card-moving",
        onEnd: ({ item, from, to, oldDraggableIndex }) => {
          if (from === to) return;
          move(item, from, to, () => from.insertBefore(item, from.querySelectorAll(".board-card")[oldDraggableIndex] ?? null));
        },
      });
    }

    /* Alt and Shift with an arrow, on a card: to the stage beside it. */
    board.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const item = event.target.closest?.(".board-card");
      if (!step || !item || !event.altKey || !event.shiftKey) return;
      event.preventDefault();
      const lists = [...board.querySelectorAll("[data-stage]")];
      const from = item.parentElement;
      const to = lists[lists.indexOf(from) + step];
      if (!to) return;
      const after = item.nextElementSibling;
      const focused = document.activeElement;
      const put = (list, before) => {
        list.insertBefore(item, before);
        focused?.focus();
        item.scrollIntoView({ block: "nearest", inline: "nearest" });
      };
      put(to, to.firstElementChild);
      move(item, from, to, () => put(from, after));
    });
  };

  const startAll = () => document.querySelectorAll("[data-board]").forEach(start);
  document.addEventListener("htmx:after:swap", startAll);
  startAll();
})();
