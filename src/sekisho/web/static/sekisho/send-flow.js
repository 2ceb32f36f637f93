"use strict";
// A flow that is chosen fills in at once what the server would fill in.
(() => {
  const choice = document.getElementById("flow");
  if (!choice) return;
  const form = choice.form;
  const names = document.getElementById("flow-files");

  choice.addEventListener("change", () => {
    const said = choice.selectedOptions[0].dataset;
    names.textContent = said.files ? `${names.dataset.say}: ${said.files}` : "";
    for (const name of ["addressees", "purpose", "label"]) {
      if (said[name]) form.elements[name].value = said[name];
    }
    const places = [...form.querySelectorAll("[name=to_node]")];
    const place = places.find((one) => one.value === said.to) || places.find((one) => one.checked);
    if (!place) return;
    place.checked = true;
    // The rules of the destination are shown, the draft is kept and its files are looked at anew.
    place.dispatchEvent(new Event("change", { bubbles: true }));
  });
})();
