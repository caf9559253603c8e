/* Cases moved by dragging. The form in each card does the same for the keyboard. */
(() => {
  "use strict";
  const token = () => document.querySelector("input[name=csrf]")?.value ?? "";

  const counts = (board) => {
    for (const column of board.querySelectorAll(".board-column")) {
      const place = column.querySelector("[data-count]");
      if (place) place.textContent = column.querySelectorAll(".board-card").length;
    }
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
        onEnd: async ({ item, from, to, oldDraggableIndex }) => {
          if (from === to) return;
          const back = () => {
            const before = from.querySelectorAll(".board-card")[oldDraggableIndex] ?? null;
            from.insertBefore(item, before);
            counts(board);
          };
          counts(board);
          const body = new URLSearchParams({ stage: to.dataset.stage, version: item.dataset.version ?? "", csrf: token() });
          try {
            const answer = await fetch(item.dataset.move, { method: "POST", body, redirect: "manual", headers: { "Kipina-Board": "1", Accept: "text/plain" } });
            if (answer.ok) {
              item.dataset.version = answer.headers.get("Kipina-Version") ?? item.dataset.version;
              return;
            }
            back();
            const text = (answer.headers.get("content-type") ?? "").startsWith("text/plain") ? await answer.text() : "";
            refused(text || board.dataset.failed);
          } catch {
            back();
            refused(board.dataset.failed);
          }
        },
      });
    }
  };

  const startAll = () => document.querySelectorAll("[data-board]").forEach(start);
  document.addEventListener("htmx:after:swap", startAll);
  startAll();
})();
