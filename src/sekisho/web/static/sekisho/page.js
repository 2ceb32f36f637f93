"use strict";
// Every page works without this file; it makes pages pleasanter.

// A form is sent once: a second press does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.dataset.sent) {
    if (form.dataset.sent) event.preventDefault();
    return;
  }
  if (!form.hasAttribute("hx-post") && !form.hasAttribute("data-download")) form.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// "Choose all" in the head of a table.
document.addEventListener("change", (event) => {
  const box = event.target;
  if (!box.matches("input[data-all]")) return;
  for (const one of box.closest("form, table").querySelectorAll(`input[name="${box.dataset.all}"]`)) {
    one.checked = box.checked;
  }
});

// Keys: links and buttons with data-key answer to one letter, when nothing is being typed and
// who sits here has not switched them off.
document.addEventListener("keydown", (event) => {
  if (document.documentElement.dataset.keys === "off") return;
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.target.matches("input, textarea, select, [contenteditable]")) return;
  const key = event.key === " " ? "Space" : event.key.toLowerCase();
  if (!/^[a-z0-9/?]$/.test(key)) return;
  if (key === "/") {
    const search = document.getElementById("quick");
    if (search) { search.focus(); event.preventDefault(); }
    return;
  }
  const target = document.querySelector(`[data-key="${key}"]`);
  if (target) { target.focus(); target.click(); event.preventDefault(); }
});

// Menus close by Escape and by a click elsewhere.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
