// What script adds to pages that work without it: parts of lists swapped in place, drafts, menus, keyboard, charts.
import htmx from "htmx.org";
import { drafts } from "./drafts.js";
import { lists } from "./lists.js";
import { looks } from "./looks.js";

document.documentElement.classList.add("js");

Object.assign(htmx.config, {
  allowEval: false, // the content policy forbids it
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0, // nothing of a park stays in the browser's storage
  refreshOnHistoryMiss: true,
  scrollBehavior: "auto",
  defaultSettleDelay: 0,
});

/** Runs `start` on the whole page now, and on every part that is swapped in later. */
function everywhere(start) {
  start(document);
  document.addEventListener("htmx:afterSwap", (event) => start(event.target));
}

function menus() {
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.menu[open], details.chip[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = event.target.closest?.("details.menu[open], details.chip[open]") ?? document.querySelector("details.menu[open], details.chip[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
}

function keyboard() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const box = [...document.querySelectorAll('input[type="search"]')].find((input) => input.offsetParent);
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
}

/** A second click while the first is on its way does nothing; the deed's key would stop it on the server, too. */
function once() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    event.submitter?.classList.add("busy");
    // An answer that is a file leaves the page where it is: it may be asked for again.
    setTimeout(() => again(form), 8000);
  });
  const again = (form) => {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll(".btn.busy")) button.classList.remove("busy");
  };
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) again(form);
  });
}

/** A whole page in answer to a part (signed out, an error) is shown as a page, never inside the part. */
function wholePages() {
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig } = event.detail;
    if (xhr.status < 400 && !/^\s*<!doctype/i.test(xhr.responseText)) return;
    event.detail.shouldSwap = false;
    event.detail.isError = false;
    location.assign(event.detail.pathInfo?.finalRequestPath ?? requestConfig.path);
  });
}

function charts(root) {
  // The drawing library weighs more than the rest of a page: it comes when a chart is about to be seen.
  const near = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      import("./charts.js").then(({ draw }) => draw(target));
    }
  }, { rootMargin: "300px" });
  for (const plot of root.querySelectorAll("[data-chart]")) {
    plot.closest(".chart")?.querySelector("details")?.removeAttribute("open");
    near.observe(plot);
  }
}

menus();
keyboard();
once();
wholePages();
looks();
everywhere(lists);
everywhere(drafts);
everywhere(charts);
