/* The decision meeting by keys: Ctrl + Enter saves and goes on; arrows and a presenter's clicker turn the page. */
(() => {
  "use strict";
  const turns = { ArrowRight: "[data-next]", PageDown: "[data-next]", ArrowLeft: "[data-previous]", PageUp: "[data-previous]" };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      document.querySelector("form[data-meeting]")?.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.target.closest?.("input, textarea, select, dialog, summary")) return;
    const link = turns[event.key] && document.querySelector(turns[event.key]);
    if (!link) return;
    event.preventDefault();
    link.click();
  });
})();
