// Copying at a click: each button of class "copy" copies the text of the element that its data-copy names.
// Everything works without this file: the buttons are hidden, and the text can be selected.
(() => {
  "use strict";
  const SHOWN = 2500; // milliseconds for which a button says that it copied
  const said = document.getElementById("copied");
  // White space of the page is no white space of a reference; that of an entry is.
  const line = (source) => source.textContent.replace(/\s+/g, " ").trim();
  const text = (source) => {
    if (source.tagName === "PRE") return source.textContent.trim();
    const items = [...source.querySelectorAll("li, p")]; // a list of references: a line each, with its number
    const lines = items.map((item, at) => (item.tagName === "LI" ? `${at + 1}. ${line(item)}` : line(item)));
    return lines.length ? lines.join("\n") : line(source);
  };
  const old = (source) => {
    // Pages without TLS have no clipboard of their own (https://www.w3.org/TR/clipboard-apis/); they can copy a selection.
    const selection = getSelection();
    selection.selectAllChildren(source);
    const done = document.execCommand("copy");
    if (done) selection.removeAllRanges();
    return done;
  };
  const copy = async (source) => {
    try {
      if (!navigator.clipboard) return old(source);
      if (source.dataset.rich !== undefined && window.ClipboardItem && navigator.clipboard.write) {
        // A word processor takes the italics, an editor the text.
        const parts = { "text/plain": text(source), "text/html": source.innerHTML.trim() };
        const blobs = Object.entries(parts).map(([type, part]) => [type, new Blob([part], { type })]);
        await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
      } else {
        await navigator.clipboard.writeText(text(source));
      }
      return true;
    } catch {
      return old(source); // refused: a policy, a window without focus
    }
  };
  for (const button of document.querySelectorAll("button.copy")) {
    const source = document.getElementById(button.dataset.copy);
    if (!source) continue;
    const words = button.textContent;
    let timer = 0;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const done = await copy(source);
      if (!done) getSelection().selectAllChildren(source);
      button.textContent = done ? "Copied" : "Selected";
      if (said) said.textContent = done ? `Copied: ${button.dataset.what}` : `Selected: ${button.dataset.what}. Copy it with your keyboard.`;
      clearTimeout(timer);
      timer = setTimeout(() => {
        button.textContent = words;
        if (said) said.textContent = "";
      }, SHOWN);
    });
  }
})();
