// Lists: a row opens on a click anywhere, picked rows show what can be done with them.

const PASSIVE = "a, button, input, label, select, summary, textarea";

export function lists(root) {
  for (const body of root.querySelectorAll("tbody[data-open]")) {
    body.addEventListener("click", (event) => {
      if (event.target.closest(PASSIVE) || String(getSelection())) return;
      const link = event.target.closest("tr")?.querySelector("a.name");
      if (!link) return;
      if (event.ctrlKey || event.metaKey) open(link.href, "_blank", "noopener");
      else link.click();
    });
  }
  for (const all of root.querySelectorAll("input[data-pick-all]")) {
    const table = all.closest("table");
    const list = all.closest(".list");
    const picks = () => [...table.querySelectorAll('tbody input[name="pick"]')];
    const show = () => {
      const on = picks().filter((pick) => pick.checked);
      for (const pick of picks()) pick.closest("tr").classList.toggle("picked", pick.checked);
      all.checked = on.length > 0 && on.length === picks().length;
      all.indeterminate = on.length > 0 && !all.checked;
      const bar = list.querySelector(".bulk");
      bar?.classList.toggle("some", on.length > 0);
      const count = bar?.querySelector("[data-count]");
      if (count) count.textContent = on.length;
    };
    all.addEventListener("change", () => {
      for (const pick of picks()) pick.checked = all.checked;
      show();
    });
    table.addEventListener("change", (event) => event.target.name === "pick" && show());
    show();
  }
  for (const form of root.querySelectorAll("form[data-live]")) live(form);
  // The search box is never swapped; when a link or a tab changed what is searched for, it follows.
  if (root.matches?.(".list-part")) {
    const box = root.closest(".list")?.querySelector(".list-find input");
    if (box && box !== document.activeElement) box.value = root.dataset.q;
  }
  for (const wrap of root.querySelectorAll(".list .table-wrap")) fit(wrap);
}

/** A table too wide for its place scrolls inside it. */
function fit(wrap) {
  const table = wrap.querySelector("table");
  const wide = wrap.classList.contains("scrolls");
  new ResizeObserver(() => wrap.classList.toggle("scrolls", wide || table.scrollWidth > wrap.clientWidth + 1)).observe(wrap);
}

/** Searches while typing, but never in the middle of a composed Chinese word. */
function live(form) {
  let timer = 0;
  const soon = (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(() => form.requestSubmit(), 300);
  };
  form.addEventListener("input", soon);
  form.addEventListener("compositionend", soon);
  form.addEventListener("submit", () => clearTimeout(timer));
}
