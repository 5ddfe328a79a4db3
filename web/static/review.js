// Single keys on the page of a pair: S same, D different, K skip, U undo. Everything works without this file.
(() => {
  "use strict";
  const STORED = "evidence-single-keys";
  const box = document.getElementById("single-keys");
  const remembered = () => {
    try {
      return localStorage.getItem(STORED) !== "off";
    } catch {
      return true; // storage may be refused; then the keys are on, as the box says
    }
  };
  if (box) {
    // Keys without a modifier must be possible to turn off: WCAG 2.2, 2.1.4.
    box.checked = remembered();
    box.closest("p").hidden = false;
    box.addEventListener("change", () => {
      try {
        localStorage.setItem(STORED, box.checked ? "on" : "off");
      } catch {
        // it holds for this page then
      }
    });
  }
  const on = () => (box ? box.checked : remembered());
  const typing = (target) =>
    target instanceof Element && target.closest("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])");
  let sent = false; // one decision a page, however fast the key is pressed
  document.addEventListener("keydown", (event) => {
    if (sent || !on() || event.defaultPrevented || event.repeat || event.isComposing) return;
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || typing(event.target)) return;
    const wanted = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!wanted) return;
    event.preventDefault();
    sent = true;
    wanted.click();
  });
  document.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.formMethod === "dialog") return; // Enter in a field: nothing is sent
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    sent = false;
    for (const form of document.forms) delete form.dataset.sent;
  });
})();
