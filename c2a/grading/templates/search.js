"use strict";
const rows = Array.from(document.querySelectorAll("#table tbody tr"));
const field = document.getElementById("search");
const found = document.getElementById("found");
const texts = rows.map((row) => row.textContent.toLowerCase());
document.getElementById("search-line").hidden = false;
field.addEventListener("input", () => {
  const words = field.value.toLowerCase().split(/\s+/);
  let count = 0;
  rows.forEach((row, i) => {
    row.hidden = !words.every((word) => texts[i].includes(word));
    count += !row.hidden;
  });
  found.textContent = `${count} of ${rows.length}`;
});
