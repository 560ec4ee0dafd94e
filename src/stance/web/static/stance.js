"use strict";

// Everything works without this file; it adds dropping, keys, and a word before too large a text is sent.

const form = document.getElementById("paste");

if (form) {
  const most = Number(form.dataset.most);
  const text = form.elements.text;
  const file = form.elements.file;
  const warning = document.getElementById("too-large");
  const veil = document.getElementById("drop");
  const size = () =>
    new Blob([text.value]).size + [...file.files].reduce((sum, one) => sum + one.size, 0);

  form.addEventListener("submit", (event) => {
    // The form around the text takes a little room too.
    const tooLarge = size() > most - 2000;
    warning.hidden = !tooLarge;
    if (tooLarge) {
      event.preventDefault();
      return;
    }
    const button = form.querySelector("button");
    button.textContent = form.dataset.working;
    button.setAttribute("aria-busy", "true");
  });
  document.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) {
      event.preventDefault();
      veil.hidden = false;
    }
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) veil.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    veil.hidden = true;
    file.files = event.dataTransfer.files;
    form.requestSubmit();
  });
  // A page that the browser brings back must not still say that it works.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.target.matches("input, textarea, select")) {
    if (event.key === "Escape") event.target.blur();
    // Enter in a field must not press the first button, which would label.
    if (event.key === "Enter" && event.target.closest("#annotator")) {
      event.preventDefault();
      event.target.blur();
    }
    return;
  }
  const key = event.key.toLowerCase();
  const field = document.querySelector(`#annotator [data-focus="${CSS.escape(key)}"]`);
  const button = document.querySelector(`#annotator button[data-key="${CSS.escape(key)}"]`);
  if (field) {
    event.preventDefault();
    field.focus();
    field.select();
  } else if (button) {
    event.preventDefault();
    button.click();
  }
});

document.addEventListener("htmx:afterSettle", () => {
  const task = document.getElementById("task");
  if (task) task.focus({ preventScroll: false });
});
