"use strict";
// Sorts and filters the table of statements; without it, the table stands there whole and in order.
(() => {
  const table = document.getElementById("all");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows, (row) => ({
    row,
    side: row.dataset.side,
    speakers: row.dataset.speakers.split(" "),
    text: plain(`${row.cells[1].textContent} ${row.cells[4].textContent} ${row.dataset.simple || ""}`),
  }));
  const words = document.getElementById("words");
  const speaker = document.getElementById("speaker");
  const stance = document.getElementById("stance");
  const count = document.getElementById("count");
  const language = document.documentElement.lang;

  function plain(text) {
    return text.normalize("NFKC").toLowerCase();
  }

  function filter() {
    const wanted = plain(words.value).split(/\s+/).filter(Boolean);
    const sides = stance.value ? stance.value.split(" ") : null;
    let shown = 0;
    for (const one of rows) {
      const fits =
        (!sides || sides.includes(one.side)) &&
        (!speaker.value || one.speakers.includes(speaker.value)) &&
        wanted.every((word) => one.text.includes(word));
      one.row.hidden = !fits;
      shown += fits;
    }
    count.textContent = count.dataset.text.replace("{shown}", shown).replace("{all}", rows.length);
  }

  function sort(header) {
    const ascending = header.getAttribute("aria-sort") !== "ascending";
    const key = (one) => one.row.cells[header.cellIndex];
    const compare =
      header.dataset.sort === "number"
        ? (a, b) => key(a).dataset.key - key(b).dataset.key
        : (a, b) => key(a).textContent.localeCompare(key(b).textContent, language);
    rows.sort((a, b) => (ascending ? compare(a, b) : compare(b, a)));
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    body.append(...rows.map((one) => one.row));
  }

  for (const header of table.tHead.querySelectorAll("[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    button.addEventListener("click", () => sort(header));
    header.append(button);
  }
  table.tHead.rows[0].cells[0].setAttribute("aria-sort", "ascending");
  words.addEventListener("input", filter);
  speaker.addEventListener("change", filter);
  stance.addEventListener("change", filter);
  document.getElementById("filter").hidden = false;
  filter();
})();
