/* Score sheets on a bad line. A press on a form with data-unsent is kept in this browser, for this person alone, until
   the server has confirmed it, and is sent again with the same key until then: docs/decisions/0031. */
(() => {
  "use strict";
  const OLDEST = 14 * 24 * 3600 * 1000; // ms that a sheet is kept, as long as a sign-in
  const PATIENCE = 30_000; // ms for one answer
  const FIRST = 2_000; // ms before it is tried again, twice as long each time
  const LONGEST = 60_000;
  const AT_ONCE = 60_000; // ms in which a press still leads on to the next sheet

  const line = document.querySelector("[data-unsent-line]");
  const store = (() => {
    try {
      localStorage.getItem("kipina");
      return localStorage;
    } catch {
      return null;
    }
  })();
  if (!line || !store) return;
  const words = line.dataset;
  const person = document.body.dataset.person ?? "";
  const every = "kipina:unsent:";
  const mine = `${every}${person}:`;
  const told = new BroadcastChannel("kipina:unsent");
  let timer = 0;
  let pause = FIRST;
  let sending = false;
  let out = false;
  let waited = false;
  let pressed = null; // the press on this page that is under way

  /* A sheet: { title, page, at, refused, presses: [{ to, fields, tried, draft }] }, under the name of its application.
     A draft is there only because it may have arrived: its version is then that of what follows. */
  const read = (name) => JSON.parse(store.getItem(name) ?? "null");
  const write = (name, sheet) => (sheet ? store.setItem(name, JSON.stringify(sheet)) : store.removeItem(name));
  const names = (start) => Object.keys(store).filter((name) => name.startsWith(start)).sort((a, b) => read(a).at - read(b).at);
  const nameOf = (form) => mine + form.dataset.unsent;
  const forms = () => [...document.querySelectorAll("form[data-unsent]")];
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const typed = (fields) => fields.filter(([name]) => !["csrf", "version", "step"].includes(name));

  for (const name of names(every)) if (Date.now() - read(name).at > OLDEST) write(name, null);

  /* What the juror reads. */
  const clock = (at) => {
    const far = new Date(at).toDateString() !== new Date().toDateString();
    const parts = far ? { dateStyle: "short", timeStyle: "short" } : { hour: "numeric", minute: "2-digit" };
    return new Intl.DateTimeFormat(document.documentElement.lang, parts).format(new Date(at));
  };
  const part = (kind, more) => Object.assign(document.createElement(kind), more);
  const sentence = (...parts) => {
    const one = part("p");
    one.append(...parts.flatMap((each) => [each, " "]).slice(0, -1));
    return one;
  };
  const button = (text, act) => {
    const one = part("button", { type: "button", className: "link-button", textContent: text });
    one.addEventListener("click", act);
    return one;
  };
  const link = (text, href) => part("a", { className: "ds-link", href, textContent: text });
  const say = (state, ...parts) => {
    line.dataset.state = state;
    const before = line.textContent;
    const fresh = part("div");
    fresh.append(...parts);
    if (fresh.textContent === before) return;
    line.replaceChildren(...fresh.childNodes);
  };

  const refusal = (name, sheet) => {
    const form = forms().find((each) => nameOf(each) === name);
    const drop = () => {
      write(name, null);
      show();
    };
    const open = form
      ? button(words.restore, () => {
          fillIn(form, sheet.presses.at(-1).fields);
          drop();
        })
      : link(words.open, sheet.page);
    const why = sheet.refused === 409 ? words.changed : words.refused;
    return sentence(part("b", { textContent: `${sheet.title}:` }), why, open, button(words.discard, drop));
  };

  const show = (next = "") => {
    const all = names(person ? mine : every);
    const kept = all.filter((name) => !read(name).refused);
    const parts = person ? all.filter((name) => read(name).refused).map((name) => refusal(name, read(name))) : [];
    if (kept.length && !pressed?.fresh) {
      const count = (kept.length === 1 ? words.one : words.many).replace("{count}", kept.length).replace("{time}", clock(read(kept[0]).at));
      const what = out || !person ? words.signedOut : words.line;
      const act = out ? [link(words.signIn, location.href)] : person ? [button(words.again, () => send())] : [];
      parts.unshift(sentence(part("b", { textContent: count }), what, ...act));
      waited = true;
    }
    if (parts.length) say("failed", ...parts);
    else if (pressed?.fresh) say("saving", sentence(words.saving));
    else if (waited) say("saved", sentence(`${words.saved} ${clock(Date.now())}.`, ...(next ? [link(words.next, next)] : [])));
    else say("");
    for (const form of forms()) {
      if (kept.includes(nameOf(form))) form.dataset.waiting = "yes";
      else delete form.dataset.waiting;
    }
    for (const leave of document.querySelectorAll("form[action$='/sign-out'] button")) {
      if (all.length && person) Object.assign(leave.dataset, { confirm: words.leave, cancel: words.stay });
      else delete leave.dataset.confirm;
    }
  };

  /* The server has it: the sheet that is open here goes on from that version. */
  const confirmed = ({ name, fields, version, next }) => {
    const form = forms().find((each) => nameOf(each) === name);
    if (form) {
      const field = form.querySelector("input[name=version]");
      if (version) field.value = version;
      if (fields.some(([key, value]) => key === "step" && value === "next")) delete form.dataset.autosave;
    }
    const on = form && pressed && same(typed(pressed.fields), typed(fields)) ? pressed : null;
    if (on) pressed = null;
    if (on && next && Date.now() - on.at < AT_ONCE && same(typed([...new FormData(form)]), typed(fields))) {
      form.dataset.waiting = "yes"; // nothing more is saved from here
      location.assign(next);
    } else show(on ? next : "");
  };
  told.addEventListener("message", (message) => confirmed(message.data));

  /* One press, as it was; with the token of whoever is signed in now and the key that it had. */
  const post = (press) => {
    const token = document.querySelector("input[name=csrf]").value;
    const fields = new URLSearchParams(press.fields);
    fields.set("csrf", `${token.split(".")[0]}.${fields.get("csrf").split(".")[1] ?? ""}`);
    return fetch(press.to, {
      method: "POST",
      body: fields,
      redirect: "manual",
      headers: { "Kipina-Unsent": "1" },
      signal: AbortSignal.timeout(PATIENCE),
    });
  };

  const takeOff = (name, press, version) => {
    const sheet = read(name);
    if (!sheet || !same(sheet.presses[0]?.fields, press.fields)) return; // another window was faster
    sheet.presses.shift();
    const following = sheet.presses[0]?.fields.find(([key]) => key === "version");
    if (following && version) following[1] = version;
    write(name, sheet.presses.length ? sheet : null);
  };

  /* The first press of a sheet. True when the next can go, false when the line is bad. */
  const deliver = async (name) => {
    const sheet = read(name);
    const press = sheet.presses[0];
    press.tried = true;
    write(name, sheet);
    const answer = await post(press);
    if (answer.status === 204) {
      const version = answer.headers.get("Kipina-Version");
      takeOff(name, press, version);
      const news = { name, fields: press.fields, version, next: answer.headers.get("Kipina-Next") };
      told.postMessage(news);
      confirmed(news);
      return true;
    }
    if (answer.status === 401) out = true;
    const final = answer.status >= 400 && answer.status < 500 && ![401, 408, 425, 429].includes(answer.status);
    if (final && press.draft) takeOff(name, press);
    else if (final) refuse(name, press, answer.status);
    return final;
  };

  /* It is never sent again by itself. Whoever has just pressed sees the page that says why. */
  const refuse = (name, press, status) => {
    const now = read(name);
    if (now && same(now.presses[0]?.fields, press.fields)) write(name, { ...now, refused: status });
    const form = forms().find((each) => nameOf(each) === name);
    if (!form || !pressed?.fresh) return show();
    const [, step] = press.fields.find(([key]) => key === "step") ?? [];
    form.append(part("input", { type: "hidden", name: "step", value: step ?? "" }));
    form.submit();
  };

  const send = async () => {
    if (sending || !person || out) return;
    clearTimeout(timer);
    sending = true;
    let good = true;
    try {
      while (good) {
        const name = names(mine).find((each) => !read(each).refused);
        if (!name) break;
        good = await deliver(name);
      }
    } catch {
      good = false;
    }
    sending = false;
    if (good) {
      pause = FIRST;
      return;
    }
    if (pressed) pressed.fresh = false;
    show();
    timer = setTimeout(send, pause * (0.75 + Math.random() / 2));
    pause = Math.min(pause * 2, LONGEST);
  };
  const atOnce = () => {
    pause = FIRST;
    send();
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.unsent === undefined || event.defaultPrevented) return;
    const name = nameOf(form);
    const fields = [...new FormData(form)];
    if (event.submitter?.name) fields.push([event.submitter.name, event.submitter.value]);
    const before = read(name);
    const sheet = before && !before.refused ? before : { title: form.dataset.title, page: form.dataset.page, at: Date.now(), refused: 0, presses: [] };
    if (!sheet.presses.length && form.unsure) sheet.presses.push(form.unsure);
    if (sheet.presses.length && !sheet.presses.at(-1).tried) sheet.presses.pop();
    if (!same(sheet.presses.at(-1)?.fields, fields)) sheet.presses.push({ to: form.getAttribute("action"), fields });
    try {
      write(name, sheet);
    } catch {
      return; // a full store: the browser sends the form itself
    }
    event.preventDefault();
    form.unsure = null;
    form.dataset.waiting = "yes";
    form.dispatchEvent(new Event("kipina:waits"));
    pressed = { name, fields, at: Date.now(), fresh: true };
    out = false;
    show();
    atOnce();
  });

  for (const form of forms()) {
    const sheet = read(nameOf(form));
    const last = sheet?.presses.at(-1).fields;
    if (!sheet) continue;
    if (!sheet.refused) fillIn(form, last, true);
    else if (same(typed([...new FormData(form)]), typed(last))) write(nameOf(form), null); // the page of the refusal shows it
  }
  addEventListener("online", atOnce);
  addEventListener("pageshow", atOnce);
  addEventListener("storage", () => show());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && atOnce());
  show();
})();
