/* Drafts that save themselves. A form with data-autosave is posted there soon after the typing stops; until the server
   has confirmed it, a copy stays in this browser for the same person, so that nothing typed is ever lost. What was sent
   and not answered may have arrived: it is sent again as it was before anything newer (`form.unsure`). */
(() => {
  "use strict";
  const PAUSE = 2000; // ms of quiet before a draft is sent
  const AGAIN = 15000; // ms before a failed save is tried again
  const OLDEST = 14 * 24 * 3600 * 1000; // ms that a forgotten copy is kept

  const texts = (form) => [...new FormData(form)].filter(([, value]) => typeof value === "string");
  const typed = (fields) => fields.filter(([name]) => !["csrf", "version"].includes(name));
  const values = (form) => typed(texts(form));

  const start = (form) => {
    if (form.dataset.autosaving) return;
    form.dataset.autosaving = "yes";
    const place = form.querySelector("[data-save-state]") ?? document.createElement("div");
    const copyName = `kipina:${document.body.dataset.person ?? ""}:${form.id}:${form.dataset.autosave}`;
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
      if (sending || !dirty || !form.dataset.autosave || form.dataset.waiting) return;
      sending = true;
      dirty = false;
      form.unsure ??= { to: form.dataset.autosave, fields: texts(form), tried: true, draft: true };
      const sent = JSON.stringify(typed(form.unsure.fields));
      const body = new FormData();
      for (const [name, value] of form.unsure.fields) body.append(name, value);
      say("saving", place.dataset.saving);
      try {
        const answer = await fetch(form.unsure.to, {
          method: "POST",
          body,
          redirect: "manual",
          headers: { "Kipina-Autosave": "1", Accept: "text/plain" },
        });
        if (answer.status < 500) form.unsure = null;
        if (form.dataset.waiting) return;
        if (answer.ok) {
          const version = answer.headers.get("Kipina-Version");
          const field = form.querySelector("input[name=version]");
          if (version && field) field.value = version;
          confirmed = sent;
          if (JSON.stringify(values(form)) === sent) forget();
          else dirty = true;
          const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "numeric", minute: "2-digit" });
          say("saved", `${place.dataset.saved} ${time.format(new Date())}`);
        } else {
          const out = answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403;
          say("failed", out ? place.dataset.signedOut : place.dataset.refused);
          dirty = dirty || answer.status >= 500;
        }
      } catch {
        if (form.dataset.waiting) return;
        dirty = true;
        say("failed", place.dataset.kept);
      } finally {
        sending = false;
      }
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
      answer(place.dataset.restore, () => fillIn(form, copy.values));
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
    form.addEventListener("kipina:waits", () => {
      dirty = false; // unsent.js has it now
      forget();
      say("", "");
    });
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
