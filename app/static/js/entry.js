/* Coming in without typing: passkeys, and the way back from a city's own sign-in. Without this file a link by mail
   remains, and a button leads on. */
(() => {
  "use strict";

  document.querySelector("form[data-at-once]")?.requestSubmit();

  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) return;
  for (const part of document.querySelectorAll("form[data-passkey], [data-passkey-part]")) part.hidden = false;

  const ask = async (form) => {
    const asked = new FormData(form);
    asked.append("press", crypto.randomUUID()); // asked again, it is another question
    const question = await fetch(form.dataset.question, { method: "POST", body: asked });
    const told = await question.json();
    if (!question.ok) throw new Error(told.trouble);
    const credential =
      form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(told) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(told) });
    return JSON.stringify(credential);
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-passkey]");
    if (!form) return;
    event.preventDefault();
    const trouble = form.querySelector("[data-passkey-trouble]");
    const button = form.querySelector("button");
    trouble.hidden = true;
    button.disabled = true;
    try {
      form.elements.answer.value = await ask(form);
      form.submit();
    } catch {
      trouble.hidden = false;
    } finally {
      button.disabled = false;
    }
  });
})();
