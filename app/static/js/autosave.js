/* Drafts that save themselves. A form with data-autosave is posted there soon after the typing stops; until the server
   has confirmed it, a copy stays in this browser, so that nothing typed is ever lost. */
(() => {
  "use strict";
  const PAUSE = 2000; // ms of quiet before a draft is sent
  const AGAIN = 15000; // ms before a failed save is tried again
  const OLDEST = 14 * 24 * 3600 * 1000; // ms that a forgotten copy is kept

  const values = (form) =>
    [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !["csrf", "version"].includes(name));

  const start = (form) => {
    if (form.dataset.autosaving) return;
    form.dataset.autosaving = "yes";
    const place = form.querySelector("[data-save-state]") ?? document.createElement("div");
    const copyName = `kipina:${form.id}:${form.dataset.autosave}`;
    let timer = 0;
    let sending = false;
    let dirty = false;
    let confirmed = JSON.stringify(values(form));

    const say = (state, text) => {
      place.dataset.state = state;
      place.textContent = text;
    };
    const remember = () => {
      try {
        localStorage.setItem(copyName, JSON.stringify({ at: Date.now(), values: values(form) }));
      } catch {
        /* A full or forbidden store: the server's copy has to do. */
      }
    };
    const forget = () => {
      try {
        localStorage.removeItem(copyName);
      } catch {
        /* Nothing was kept. */
      }
    };

    const save = async () => {
      clearTimeout(timer);
      if (sending || !dirty) return;
      sending = true;
      dirty = false;
      const sent = JSON.stringify(values(form));
      const body = new FormData(form);
      for (const [name, value] of [...body]) if (typeof value !== "string") body.delete(name);
      say("saving", place.dataset.saving);
      try {
        const answer = await fetch(form.dataset.autosave, {
          method: "POST",
          body,
          redirect: "manual",
          headers: { "Kipina-Autosave": "1", Accept: "text/plain" },
        });
        if (answer.ok) {
          const version = answer.headers.get("Kipina-Version");
          const field = form.querySelector("input[name=version]");
          if (version && field) field.value = version;
          confirmed = sent;
          if (JSON.stringify(values(form)) === sent) forget();
          const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "numeric", minute: "2-digit" });
          say("saved", `${place.dataset.saved} ${time.format(new Date())}`);
        } else {
          const out = answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403;
          say("failed", out ? place.dataset.signedOut : place.dataset.refused);
          dirty = dirty || answer.status >= 500;
        }
      } catch {
        dirty = true;
        say("failed", place.dataset.kept);
      }
      sending = false;
      if (dirty) timer = setTimeout(save, place.dataset.state === "failed" ? AGAIN : PAUSE);
    };

    const offer = (copy) => {
      const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });
      say("found", `${place.dataset.found} ${when.format(new Date(copy.at))}.`);
      const answer = (word, act) => {
        const button = document.createElement("button");
        Object.assign(button, { type: "button", className: "link-button", textContent: word });
        button.addEventListener("click", () => {
          say("", "");
          act();
        });
        place.append(" ", button);
      };
      answer(place.dataset.restore, () => {
        for (const [name] of copy.values) {
          const all = copy.values.filter(([other]) => other === name).map(([, value]) => value);
          form.querySelectorAll(`[name="${CSS.escape(name)}"]`).forEach((field, at) => {
            if (field.type === "checkbox" || field.type === "radio") field.checked = all.includes(field.value);
            else if (field.type !== "file" && field.type !== "hidden") field.value = all[at] ?? all[0];
            field.dispatchEvent(new Event("input", { bubbles: true }));
          });
        }
      });
      answer(place.dataset.discard, forget);
    };

    try {
      const copy = JSON.parse(localStorage.getItem(copyName) ?? "null");
      if (copy && Date.now() - copy.at > OLDEST) forget();
      else if (copy && JSON.stringify(copy.values) !== confirmed) offer(copy);
      else if (copy) forget();
    } catch {
      forget();
    }

    const touched = () => {
      dirty = true;
      remember();
      clearTimeout(timer);
      timer = setTimeout(save, PAUSE);
    };
    form.addEventListener("input", touched);
    form.addEventListener("change", touched);
    form.addEventListener("submit", () => clearTimeout(timer));
    addEventListener("online", save);
    addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save());
    addEventListener("beforeunload", (event) => {
      if (dirty && form.isConnected && place.dataset.state === "failed") event.preventDefault();
    });
  };

  const startAll = () => document.querySelectorAll("form[data-autosave]").forEach(start);
  document.addEventListener("htmx:after:swap", startAll);
  startAll();
})();
