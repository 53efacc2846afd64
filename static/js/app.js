/*
 * The console's own script. Every page and form works without it; it only shortens ways.
 *
 * What the settings of htmx in the page's <meta name="htmx-config"> hold:
 *   mode same-origin        a request to another origin fails, whatever an attribute says
 *   history reload          Back loads the page from the server; no copy of a page is kept in the browser
 *   includeIndicatorCSS no  htmx writes no style of its own (style-src 'self')
 *   defaultTimeout 20 s     a silent server becomes a message, not a spinner
 *   noSwap 204, 304         every other status is shown: 422, 403, 409, 429 and 5xx bring words to read
 *   extensions none         no extension may register itself
 * Nothing here or in htmx as used needs eval: templates carry no hx-on and no js: values, and script-src 'self' refuses it.
 * htmx sends HX-Request-Type: "partial" wants a fragment, "full" a whole page of which a part is taken (dialogs).
 */
(() => {
  "use strict";

  const on = (type, selector, act) =>
    document.addEventListener(type, (event) => {
      const found = event.target.closest?.(selector);
      if (found) act(found, event);
    });
  const byId = (id) => document.getElementById(id);

  function announce(words) {
    const live = byId("live");
    if (!live || !words) return;
    live.textContent = "";
    setTimeout(() => { live.textContent = words; }, 50);
  }

  // Once for each piece of the page: after loading and after each swap.
  const greeted = new WeakSet();
  function once(selector, act) {
    for (const found of document.querySelectorAll(selector)) {
      if (greeted.has(found)) continue;
      greeted.add(found);
      act(found);
    }
  }
  function greet() {
    once("[data-announce]", (said) => announce(said.dataset.announce));
    once(".error-summary", (summary) => summary.focus());
    once("[data-counter-for]", (counter) => count(byId(counter.dataset.counterFor)));
    once("dialog[data-open]", (dialog) => dialog.showModal());
  }

  // Copy: the clipboard where it is allowed, else the value is selected for the reader's own keys.
  on("click", "[data-copy]", async (button) => {
    const source = byId(button.dataset.copy);
    const text = source.value ?? source.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      if (source.select) source.select();
      else getSelection().selectAllChildren(source);
      if (!document.execCommand?.("copy")) {
        announce("Selected. Copy it with your keyboard.");
        return;
      }
    }
    if (source.matches("[data-secret]")) tokenKept = true;
    announce("Copied");
    relabel(button, "Copied", "check");
    button.classList.add("button--copied");
    clearTimeout(button.copyTimer);
    button.copyTimer = setTimeout(() => { restore(button); button.classList.remove("button--copied"); }, 4000);
  });

  // A button's words and icon for a while; the width stays.
  function relabel(button, words, icon) {
    button.wasInside ??= [...button.childNodes];
    button.style.minWidth = `${button.offsetWidth}px`;
    const sprite = document.querySelector("meta[name=icons]").content;
    const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${sprite}#${icon}`);
    picture.setAttribute("class", "icon");
    picture.setAttribute("aria-hidden", "true");
    picture.append(use);
    button.replaceChildren(picture, words);
  }
  function restore(button) {
    if (!button.wasInside) return;
    button.replaceChildren(...button.wasInside);
    button.wasInside = undefined;
    button.style.minWidth = "";
  }

  on("click", "[data-show-password]", (button) => {
    const field = byId(button.dataset.showPassword);
    const hidden = field.type === "password";
    field.type = hidden ? "text" : "password";
    button.firstElementChild.textContent = hidden ? "Hide" : "Show";
  });

  function count(field) {
    const counter = field && document.querySelector(`[data-counter-for="${CSS.escape(field.id)}"]`);
    if (!counter) return;
    const used = [...field.value].length;
    counter.textContent = `${used} / ${counter.dataset.max}`;
    counter.classList.toggle("field__counter--over", used > Number(counter.dataset.max));
  }
  on("input", ".input", count);

  // Sent once: a second press while the first is under way does nothing.
  const sending = new Map();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter ?? form.querySelector("[type=submit]");
    if ((button?.getAttribute("formmethod") ?? form.method) !== "post") return;
    if (sending.has(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    sending.set(form, button);
    if (form.matches("[data-stored]")) tokenKept = true;
    if (!button?.matches(".button")) return;
    relabel(button, button.dataset.sending ?? "Saving", "loader-circle");
    button.setAttribute("aria-busy", "true");
    announce(button.dataset.sending ?? "Saving");
  }, true);
  function sent(form) {
    const button = sending.get(form);
    sending.delete(form);
    if (!button) return;
    restore(button);
    button.removeAttribute("aria-busy");
  }

  // The page that shows a token: nothing stays in the browser's memory of pages, and leaving early warns.
  let tokenKept = false;
  const secrets = () => document.querySelectorAll("[data-secret]");
  on("click", "[data-stored]", () => { tokenKept = true; });
  addEventListener("beforeunload", (event) => {
    if (secrets().length && !tokenKept) event.preventDefault();
  });
  addEventListener("pagehide", () => {
    for (const secret of secrets()) {
      if ("value" in secret) secret.value = secret.defaultValue = "";
      else secret.textContent = "";
    }
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted && secrets().length) location.reload();
    for (const form of [...sending.keys()]) sent(form);
  });

  // Another tab may have opened another account: the server refuses to fill this page from it.
  const account = document.querySelector("meta[name=account]")?.content;
  const ofAccount = account ? { "X-Account": account } : {};
  document.addEventListener("htmx:config:request", ({ detail }) => { Object.assign(detail.ctx.request.headers, ofAccount); });

  // A link with data-dialog opens its page's [data-dialog-content] here; without script it is that page.
  on("click", "a[data-dialog]", (link, event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    ask(link.href, link, event);
  });
  // The same for a switch that asks before it goes off: a form that only leads to the question.
  on("submit", "form[data-dialog]", (form, event) => ask(form.action, event.submitter, event));
  async function ask(address, opener, event) {
    const dialog = byId("dialog-root");
    if (!dialog) return;
    event.preventDefault();
    const answer = await fetch(address, { mode: "same-origin", headers: { "HX-Request": "true", "HX-Request-Type": "full", ...ofAccount } }).catch(() => null);
    const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
    const content = page && page.querySelector("[data-dialog-content]");
    if (!content) {
      location.assign(address);
      return;
    }
    dialog.replaceChildren(...document.importNode(content, true).childNodes);
    htmx.process(dialog);
    dialog.opener = opener;
    dialog.showModal();
    const first = "[autofocus], .dialog__body input:not([type=hidden]), .dialog__foot a, .dialog__foot button";
    dialog.querySelector(first)?.focus();
    greet();
  }
  on("click", "dialog [data-close]", (button, event) => {
    event.preventDefault();
    button.closest("dialog").close();
  });
  document.addEventListener("close", ({ target }) => {
    const opener = target.opener?.closest("details.menu:not([open])")?.querySelector("summary") ?? target.opener;
    opener?.focus();
    if (target.id === "dialog-root") target.replaceChildren();
  }, true);

  on("click", "[data-dismiss]", (button) => button.closest(".flash, .banner").remove());
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open], details.names[open]")) {
      if (!menu.contains(event.target) || event.target.closest(".menu__panel a")) menu.open = false;
    }
  });
  document.addEventListener("focusout", ({ target, relatedTarget }) => {
    const menu = target.closest?.("details.menu[open], details.names[open]");
    if (menu && relatedTarget && !menu.contains(relatedTarget)) menu.open = false;
  });
  on("keydown", "details.menu[open], details.names[open]", (menu, event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // Scopes: search, presets, and the summary that the server words.
  on("input", "[data-scope-filter]", (field) => {
    const wanted = field.value.trim().toLowerCase();
    let shown = 0;
    for (const grid of document.querySelectorAll(".scope-grid")) {
      let rows = 0;
      for (const row of grid.querySelectorAll(".scope-grid__row")) {
        row.hidden = !`${row.textContent} ${row.dataset.words ?? ""}`.toLowerCase().includes(wanted);
        rows += row.hidden ? 0 : 1;
      }
      grid.hidden = rows === 0;
      const fold = grid.closest("details");
      if (fold && wanted) fold.open = rows > 0 || fold.open;
      shown += rows;
    }
    announce(shown === 1 ? "1 result" : `${shown} results`);
  });
  on("click", "[data-preset]", (chip, event) => {
    event.preventDefault();
    const chosen = chip.dataset.preset.split(" ");
    for (const box of chip.form.querySelectorAll(".scope-grid .checkbox")) box.checked = chosen.includes(box.value);
    for (const other of chip.form.querySelectorAll("[data-preset]")) other.setAttribute("aria-pressed", String(other === chip));
    summarise(chip.form);
  });
  on("change", ".scope-grid .checkbox", (box) => {
    for (const chip of box.form.querySelectorAll("[data-preset]")) chip.setAttribute("aria-pressed", "false");
    summarise(box.form);
  });
  let summaryTimer;
  function summarise(form) {
    for (const grid of form.querySelectorAll(".scope-grid")) {
      const boxes = grid.querySelectorAll(".checkbox");
      const counter = grid.querySelector(".scope-grid__count");
      if (counter) counter.textContent = `${[...boxes].filter((box) => box.checked).length} of ${boxes.length}`;
    }
    if (form.querySelector(".scope-grid .checkbox:checked")) mended("scopes");
    if (!form.dataset.summaryUrl) return;
    clearTimeout(summaryTimer);
    // Morphed, not exchanged: its buttons stay where a hand is about to press them, and keep the focus.
    summaryTimer = setTimeout(() => {
      const asked = new URLSearchParams([...new FormData(form)].filter(([name]) => name !== "csrf"));
      htmx.ajax("GET", `${form.dataset.summaryUrl}?${asked}`, { source: byId("summary"), target: "#summary", swap: "outerMorph" });
    }, 150);
  }

  // What was wrong with a field is right now: neither beside it nor above the form is it said any more.
  function mended(field) {
    byId(`${field}-error`)?.remove();
    const link = document.querySelector(`.error-summary a[href="#${CSS.escape(field)}"]`);
    const summary = link?.closest(".error-summary");
    link?.parentElement.remove();
    if (summary && !summary.querySelector("a")) summary.remove();
  }

  // A form whose switches are saved together: the changed ones are marked. What they mean is worded by the server.
  function mark(box) {
    const cell = box.closest("td");
    const changed = box.checked !== (box.dataset.was === "on");
    cell.classList.toggle("table__changed", changed);
    cell.querySelector("small, .field__error")?.remove();
    box.removeAttribute("aria-invalid");
    box.removeAttribute("aria-describedby");
    if (!changed) return;
    const was = document.createElement("small");
    was.textContent = `was ${box.dataset.was}`;
    box.parentElement.after(was);
  }
  // What includes another switch takes it along, and says so.
  function follow(box) {
    const others = box.checked ? [byId(box.dataset.includes)] : [...box.form.querySelectorAll(`[data-includes="${CSS.escape(box.id)}"]`)];
    for (const other of others) {
      if (!other || other.checked === box.checked) continue;
      other.checked = box.checked;
      mark(other);
      announce(`${other.getAttribute("aria-label")} is ${other.checked ? "on" : "off"} too`);
    }
  }
  on("change", "form[data-changes] .switch", (box) => {
    const said = box.form.querySelector(".save-bar__count");
    if (said) said.textContent = "Working out what changes";
    mark(box);
    follow(box);
  });

  // The network failed: say so, in words of the page, with a way to try again.
  document.addEventListener("htmx:error", ({ detail }) => {
    const template = byId("network-alert");
    const place = byId("alerts");
    if (!template || !place) return;
    const source = detail.ctx?.sourceElement;
    const trigger = detail.ctx?.sourceEvent?.type;
    const submitter = detail.ctx?.request?.submitter ?? undefined;
    place.replaceChildren(template.content.cloneNode(true));
    place.querySelector("[data-retry]").addEventListener("click", () => {
      place.replaceChildren();
      if (source?.matches("form")) source.requestSubmit(submitter);
      else if (source?.id === "summary") summarise(document.querySelector("[data-summary-url]"));
      else if (source && trigger) source.dispatchEvent(new Event(trigger, { bubbles: true, cancelable: true }));
      else location.reload();
    });
  });
  document.addEventListener("htmx:finally:request", ({ detail }) => {
    if (detail.ctx?.sourceElement) sent(detail.ctx.sourceElement);
  });
  document.addEventListener("htmx:after:swap", () => greet());

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", greet);
  else greet();
})();
