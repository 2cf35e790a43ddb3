// Forms with data-draft keep what is typed every few seconds, and say so. Files and passwords are never kept.

const EVERY = 4000;
const WORDS = {
  out: "登录已过期。已填写的内容还在本页：请在新窗口登录，回到这里再提交。",
  offline: "网络中断，没有提交。已填写的内容还在本页：恢复后请再提交一次。",
  other: "本浏览器已改以另一个账号登录，本页内容没有保存，也不会提交。请退出后登录原来的账号，再回到这里。",
};

export function drafts(root) {
  for (const form of root.querySelectorAll("form[data-draft]")) keep(form);
  for (const input of root.querySelectorAll('.file input[type="file"]')) files(input);
  root.querySelector("#errors")?.focus();
}

function keep(form) {
  const says = form.querySelector("[data-kept]");
  let last = body(form);
  let timer = 0;
  let sending = null;
  let over = false;

  let asking = false;
  let ready = false;

  const tell = (text) => says && (says.textContent = text);
  const key = () => form.elements.deed_key?.value ?? "";

  async function save() {
    timer = 0;
    if (over || asking) return;
    if (sending) return plan();
    const now = body(form);
    if (now === last) return;
    sending = new AbortController();
    try {
      const answer = await fetch(form.dataset.draft, {
        method: "POST",
        body: new URLSearchParams(`${now}&deed_key=${encodeURIComponent(key())}`),
        headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
        redirect: "manual",
        signal: sending.signal,
      });
      if (answer.ok) {
        last = now;
        tell(`草稿已保存 ${new Date().toTimeString().slice(0, 5)}`);
      } else if (answer.type === "opaqueredirect" || answer.status === 403) {
        await again();
      } else {
        tell("草稿暂时没有存上，稍后会再试；请不要关闭本页。");
        plan();
      }
    } catch {
      if (over) return;
      tell("网络中断，草稿没有存上；恢复后会自动再存，请不要关闭本页。");
      plan();
    } finally {
      sending = null;
    }
  }

  /** The session ended or was renewed in another window: take its new token, or ask to sign in there. */
  async function again() {
    const stands = await standing();
    if (stands !== "here") tell(WORDS[stands]);
    if (stands !== "other") plan();
  }

  /** Who is signed in now: "here" (as this page was drawn for), "out", "other" or "offline". */
  async function standing() {
    const answer = await fetch(form.dataset.draft, { redirect: "manual", signal: AbortSignal.timeout(8000) }).catch((error) => error);
    if (answer.name === "TimeoutError") return "here"; // slow: let the form itself find out
    if (answer instanceof Error) return "offline";
    if (!answer.ok) return answer.type === "opaqueredirect" ? "out" : "here";
    const { csrf, person } = await answer.json();
    const whose = key().split(".")[1];
    if (whose && whose !== person) return "other";
    form.elements.csrfmiddlewaretoken.value = csrf;
    return "here";
  }

  function plan() {
    timer ||= setTimeout(save, EVERY);
  }

  form.addEventListener("input", plan);
  form.addEventListener("change", plan);
  document.addEventListener("visibilitychange", () => document.hidden && save());
  // Before it is handed in: is the network there, is the same person still signed in? If not, the page stays with everything
  // on it. What is handed in is no draft any more: nothing may be kept after it.
  form.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    timer = 0;
    sending?.abort();
    over = true;
    if (ready) return;
    event.preventDefault();
    if (asking) return;
    asking = true;
    const stands = await standing();
    asking = false;
    if (stands === "here") {
      ready = true;
      if (event.submitter?.isConnected) form.requestSubmit(event.submitter);
      else form.requestSubmit();
      return;
    }
    over = false;
    tell(WORDS[stands]);
    says?.scrollIntoView({ block: "nearest" });
    if (stands !== "other") plan();
  });
  addEventListener("pageshow", () => (over = ready = false));
}

function body(form) {
  const secret = new Set([...form.querySelectorAll('input[type="password"]')].map((input) => input.name));
  const pairs = [...new FormData(form)].filter(
    ([name, value]) => typeof value === "string" && !secret.has(name) && !["csrfmiddlewaretoken", "deed_key"].includes(name),
  );
  return new URLSearchParams(pairs).toString();
}

/** Says at once which files were chosen, how large they are, and whether they are too large or of a wrong kind. */
function files(input) {
  const box = input.closest(".file");
  const list = document.createElement("ul");
  list.setAttribute("aria-live", "polite");
  box.append(list);
  input.addEventListener("change", () => {
    const most = Number(input.dataset.most || Infinity);
    const kinds = (input.accept || "").split(",").map((kind) => kind.trim().toLowerCase()).filter(Boolean);
    list.replaceChildren(
      ...[...input.files].map((file) => {
        const line = document.createElement("li");
        const kind = !kinds.length || kinds.some((k) => (k.startsWith(".") ? file.name.toLowerCase().endsWith(k) : file.type.match(k.replace("*", ".*"))));
        const wrong = file.size > most ? "文件过大，请压缩后再选" : kind ? "" : "格式不符，请换一份";
        line.textContent = `${file.name} · ${size(file.size)}${wrong ? ` · ${wrong}` : ""}`;
        if (wrong) line.className = "ink-late";
        return line;
      }),
    );
  });
  for (const [event, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    box.addEventListener(event, () => box.classList.toggle("over", over));
  }
}

function size(bytes) {
  return bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}
