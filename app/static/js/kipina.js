/* What scripts add to the pages. Nothing here is needed to get anything done. */
(() => {
  "use strict";

  /* Counters under fields: "120/300 words", and how many too many. */
  const count = (counter) => {
    const field = document.getElementById(counter.id.replace(/-count$/, ""));
    if (!field) return;
    const text = field.value.trim();
    const used = counter.dataset.counter === "words" ? (text ? text.split(/\s+/u).length : 0) : [...field.value].length;
    const max = Number(counter.dataset.max);
    const over = used - max;
    counter.textContent = `${used}/${max} ${counter.dataset.unit}` + (over > 0 ? ` – ${over} ${counter.dataset.over}` : "");
    counter.dataset.state = over > 0 ? "over" : "under";
    if (used > max * 0.9) counter.setAttribute("aria-live", "polite");
    else counter.removeAttribute("aria-live");
  };

  /* A form whose fields have changed since the page came. */
  const changed = new Set();
  const keep = (form) => form instanceof HTMLFormElement && form.dataset.keep !== undefined && !form.dataset.autosave;

  document.addEventListener("input", (event) => {
    const counter = event.target.id && document.getElementById(`${event.target.id}-count`);
    if (counter) count(counter);
    if (keep(event.target.form) && !event.detail?.kept) changed.add(event.target.form);
  });
  document.addEventListener("submit", (event) => changed.delete(event.target));
  addEventListener("beforeunload", (event) => {
    if ([...changed].some((form) => form.isConnected)) event.preventDefault();
  });

  /* Put what was typed earlier, pairs of name and value, into a form. `kept`: it waits to be sent, and is not lost. */
  window.fillIn = (form, values, kept = false) => {
    for (const name of new Set(values.map(([name]) => name))) {
      const all = values.filter(([other]) => other === name).map(([, value]) => value);
      form.querySelectorAll(`[name="${CSS.escape(name)}"]`).forEach((field, at) => {
        if (field.type === "checkbox" || field.type === "radio") field.checked = all.includes(field.value);
        else if (field.type !== "file" && field.type !== "hidden") field.value = all[at] ?? all[0];
        field.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: { kept } }));
      });
    }
  };

  /* The error summary takes the focus, and its links put it into the field. */
  const focusErrors = (root) => {
    const summary = root.matches?.(".error-summary") ? root : root.querySelector?.(".error-summary");
    if (!summary) return;
    summary.focus();
    summary.scrollIntoView({ block: "center" });
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".error-summary a[href^='#']");
    const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!field) return;
    event.preventDefault();
    const first = field.matches("fieldset") ? field.querySelector("input:not([type=hidden]), select, textarea") : field;
    first.scrollIntoView({ block: "center" });
    first.focus({ preventScroll: true });
  });

  /* A question before a step that matters. The dialog says what the button says. */
  let asked = null;
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-confirm]");
    const dialog = document.getElementById("confirm-dialog");
    if (!button || !dialog?.showModal || button === asked) return;
    event.preventDefault();
    const [yes, no] = dialog.querySelectorAll("button");
    dialog.querySelector(".confirm-question").textContent = button.dataset.confirm;
    yes.textContent = button.textContent.trim();
    no.textContent = button.dataset.cancel;
    if (button.dataset.color) yes.dataset.color = button.dataset.color;
    else delete yes.dataset.color;
    dialog.returnValue = "no";
    dialog.onclose = () => {
      button.focus();
      if (dialog.returnValue !== "yes") return;
      const answer = document.createElement("input");
      Object.assign(answer, { type: "hidden", name: "confirmed", value: "yes" });
      button.form.append(answer);
      asked = button;
      button.form.requestSubmit(button);
      asked = null;
    };
    dialog.showModal();
    no.focus();
  });

  /* Digits choose a step of a score row; "10" is typed as 1, then 0 at once. */
  let typed = { row: null, text: "", at: 0 };
  document.addEventListener("keydown", (event) => {
    if (!/^\d$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input:not([type=radio]), textarea, select")) return;
    const row = event.target.closest?.("[data-score]");
    if (!row) return;
    const again = typed.row === row && event.timeStamp - typed.at < 800;
    const pick = (text) => [...row.querySelectorAll("input[data-step]")].find((step) => Number(step.dataset.step) === Number(text));
    const text = again && pick(typed.text + event.key) ? typed.text + event.key : event.key;
    const step = pick(text);
    if (!step) return;
    event.preventDefault();
    typed = { row, text, at: event.timeStamp };
    step.checked = true;
    step.focus();
    step.dispatchEvent(new Event("input", { bubbles: true }));
    step.dispatchEvent(new Event("change", { bubbles: true }));
  });

  /* Picking from a long list by typing. htmx fetches the list; this moves in it. */
  const parts = (node) => {
    const box = node.closest?.("[data-combobox]");
    if (!box) return null;
    const input = box.querySelector("input");
    const list = box.querySelector(".combobox-list");
    return { box, input, list, options: [...list.querySelectorAll("[role=option]")], status: box.querySelector("[role=status]") };
  };
  const startCombobox = (box) => {
    const { input, list } = parts(box);
    list.setAttribute("role", "listbox");
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) input.setAttribute(name, value);
  };
  const openList = ({ input, list, options }, open) => {
    list.hidden = !open || options.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    if (list.hidden) input.removeAttribute("aria-activedescendant");
  };
  const mark = ({ input, list, options }, index) => {
    options.forEach((option, at) => {
      option.id ||= `${list.id}-${at}`;
      option.setAttribute("aria-selected", String(at === index));
    });
    if (!options[index]) return;
    input.setAttribute("aria-activedescendant", options[index].id);
    options[index].scrollIntoView({ block: "nearest" });
  };
  const choose = (own, option) => {
    own.input.value = option.dataset.value;
    openList(own, false);
    own.input.focus();
    own.input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  document.addEventListener("keydown", (event) => {
    const own = event.target.matches?.("[data-combobox] input") && parts(event.target);
    if (!own) return;
    const at = own.options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      openList(own, true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(own, (at + step + own.options.length) % (own.options.length || 1));
    } else if (event.key === "Enter" && !own.list.hidden && at >= 0) {
      event.preventDefault();
      choose(own, own.options[at]);
    } else if (event.key === "Escape" && !own.list.hidden) {
      event.preventDefault();
      openList(own, false);
    }
  });
  document.addEventListener("pointerdown", (event) => {
    const option = event.target.closest?.(".combobox-option");
    if (option) {
      event.preventDefault();
      choose(parts(option), option);
    }
    for (const menu of document.querySelectorAll("details[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("focusout", (event) => {
    const own = event.target.matches?.("[data-combobox] input") && parts(event.target);
    if (own) openList(own, false);
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest?.("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  const start = (root) => {
    root.querySelectorAll?.("[data-counter]").forEach(count);
    root.querySelectorAll?.("[data-combobox]").forEach(startCombobox);
  };
  document.addEventListener("htmx:after:swap", (event) => {
    const target = event.detail?.ctx?.target ?? event.target;
    const own = target?.closest && parts(target);
    if (own) {
      openList(own, own.input === document.activeElement);
      own.status.textContent = own.options.length ? `${own.status.dataset.found} ${own.options.length}` : own.status.dataset.none;
      return;
    }
    start(document);
    focusErrors(document);
  });

  /* What does not fit scrolls, and an edge with more behind it fades. Of tabs, the one that is open comes into sight. */
  const fade = (wide) => {
    wide.toggleAttribute("data-before", wide.scrollLeft > 1);
    wide.toggleAttribute("data-after", wide.scrollLeft + wide.clientWidth < wide.scrollWidth - 1);
  };
  for (const tabs of document.querySelectorAll(".subnav")) {
    const open = tabs.querySelector("[aria-current]");
    if (open) tabs.scrollLeft += open.getBoundingClientRect().left - tabs.getBoundingClientRect().left - (tabs.clientWidth - open.offsetWidth) / 2;
  }
  for (const wide of document.querySelectorAll(".subnav, .table-wrap, .board")) {
    fade(wide);
    wide.addEventListener("scroll", () => fade(wide), { passive: true });
    new ResizeObserver(() => fade(wide)).observe(wide);
  }

  start(document);
  focusErrors(document);
})();
