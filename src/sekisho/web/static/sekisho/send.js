"use strict";
// Files go to the vault as soon as they are chosen, in parts, and go on after a cut line. Without
// this script the form sends them itself.
(() => {
  const form = document.getElementById("send");
  if (!form) return;
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const table = document.getElementById("chosen");
  const body = table.tBodies[0];
  const chooser = document.getElementById("files");
  const drop = document.getElementById("drop");
  const going = document.getElementById("going");
  const PART = 8 * 1024 * 1024;
  const TRIES = 12;
  let draft = form.dataset.draft;
  let making = null;
  let busy = 0;
  let queue = Promise.resolve();

  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const ask = (url, options = {}) =>
    fetch(url, { credentials: "same-origin", ...options, headers: { "X-CSRFToken": token, "X-Requested-With": "fetch", ...options.headers } });

  // The rules of the chosen destination only.
  const showRules = () => {
    const chosen = form.querySelector("[name=to_node]:checked");
    for (const one of form.querySelectorAll("[data-place]")) {
      one.hidden = !chosen || one.dataset.place !== chosen.value;
    }
  };
  form.addEventListener("change", (event) => { if (event.target.name === "to_node") { showRules(); keepTexts().then(inspectAll); } });
  showRules();

  const texts = () => {
    const data = new FormData(form);
    data.delete("files");
    data.delete("password");
    data.set("verb", "keep");
    return data;
  };
  async function keepTexts() {
    if (!draft) return;
    await ask(`/send/${draft}/save`, { method: "POST", body: texts(), headers: { Accept: "application/json" } });
  }
  function ensureDraft() {
    if (draft) return Promise.resolve(draft);
    making ??= ask(form.dataset.new, { method: "POST", body: texts(), headers: { Accept: "application/json" } }).then((answer) => {
      const found = answer.url.match(/\/send\/(dr_[^/]+)\//);
      if (!found) throw new Error("no draft");
      draft = found[1];
      form.dataset.draft = draft;
      form.action = `/send/${draft}/save`;
      history.replaceState(null, "", `/send/${draft}/`);
      return draft;
    }).finally(() => { making = null; });
    return making;
  }

  function rowFor(path, size) {
    const row = body.insertRow();
    row.dataset.path = path;
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = path;
    row.append(head);
    const bytes = row.insertCell();
    bytes.className = "keep";
    bytes.textContent = size < 1048576 ? `${(size / 1024).toFixed(1)} KiB` : `${(size / 1048576).toFixed(1)} MiB`;
    const state = row.insertCell();
    const bar = document.createElement("progress");
    bar.max = Math.max(size, 1);
    bar.value = 0;
    bar.setAttribute("aria-label", path);
    state.append(bar);
    row.insertCell();
    table.hidden = false;
    return row;
  }
  function fail(row, told) {
    const cell = row.cells[2];
    cell.textContent = "";
    const badge = document.createElement("span");
    badge.className = "badge badge-alarm";
    badge.textContent = told.code || "";
    cell.append(badge, ` ${told.what || ""} ${told.next || ""}`);
  }

  async function send(file, path) {
    for (const old of body.rows) {
      if (old.dataset.path === path && !old.dataset.upload) { old.remove(); break; }
    }
    const row = rowFor(path, file.size);
    const bar = row.querySelector("progress");
    try {
      await ensureDraft();
      let answer = await ask(`/send/${draft}/announce`, {
        method: "POST",
        body: JSON.stringify({ path, bytes: file.size, modified: String(file.lastModified) }),
        headers: { "Content-Type": "application/json" },
      });
      let told = await answer.json();
      if (!answer.ok) { fail(row, told); return; }
      const upload = told.upload;
      for (const old of [...body.rows]) if (old !== row && old.dataset.upload === upload) old.remove();
      row.dataset.upload = upload;
      let at = told.received;
      let tries = 0;
      while (at < file.size) {
        bar.value = at;
        const part = file.slice(at, at + Math.min(PART, told.part_max || PART));
        try {
          answer = await ask(`/send/uploads/${upload}?offset=${at}`, { method: "PUT", body: part });
          const said = await answer.json();
          if (answer.ok) { at = said.received; tries = 0; going.textContent = form.dataset.sayWait; continue; }
          if (Number.isInteger(said.offset)) { at = said.offset; continue; }
          if (answer.status !== 503) { fail(row, said); return; }
        } catch (error) { /* the line was cut */ }
        if (++tries > TRIES) throw new Error("cut");
        going.textContent = form.dataset.sayCut;
        await wait(Math.min(30000, 500 * 2 ** tries));
      }
      await inspect(row);
    } catch (error) {
      fail(row, { code: "", what: form.dataset.sayCut });
    }
  }
  async function inspect(row) {
    const answer = await ask(`/send/uploads/${row.dataset.upload}/inspect`, { method: "POST" });
    if (!answer.ok) { fail(row, await answer.json()); return; }
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    row.replaceWith(made.content.querySelector("tr"));
  }
  async function inspectAll() {
    for (const row of [...body.querySelectorAll("tr[data-upload]")]) await inspect(row);
  }

  function take(files) {
    for (const [file, path] of files) {
      busy += 1;
      queue = queue.then(() => send(file, path)).finally(() => { busy -= 1; if (!busy) going.textContent = ""; });
    }
  }
  chooser.addEventListener("change", () => {
    take([...chooser.files].map((file) => [file, file.webkitRelativePath || file.name]));
    chooser.value = "";
  });

  // Dropping files and whole folders.
  for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("drop-over"); });
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("drop-over"));
  drop.addEventListener("drop", async (event) => {
    event.preventDefault();
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
    if (!entries.length) { take([...event.dataTransfer.files].map((file) => [file, file.name])); return; }
    const found = [];
    for (const entry of entries) await walk(entry, found);
    take(found);
  });
  async function walk(entry, found) {
    const path = entry.fullPath.replace(/^\//, "");
    if (entry.isFile) { found.push([await new Promise((done, failed) => entry.file(done, failed)), path]); return; }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (!some.length) break;
      for (const one of some) await walk(one, found);
    }
  }

  body.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-remove]");
    if (!button) return;
    event.preventDefault();
    const answer = await ask(button.dataset.remove, { method: "POST" });
    if (answer.ok) button.closest("tr").remove();
    table.hidden = !body.rows.length;
  });

  // What is still on its way is waited for, then the form goes.
  form.addEventListener("submit", (event) => {
    if (!busy) return;
    event.preventDefault();
    const button = event.submitter;
    going.textContent = form.dataset.sayWait;
    const goOn = () => { if (busy) queue.then(goOn); else form.requestSubmit(button); };
    queue.then(goOn);
  });
  addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });
})();
