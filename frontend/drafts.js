// Forms with data-draft keep what is typed every few seconds, and say so. Files and passwords are never kept.

const EVERY = 4000;

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

  const tell = (text) => says && (says.textContent = text);

  async function save() {
    timer = 0;
    if (over) return;
    if (sending) return plan();
    const now = body(form);
    if (now === last) return;
    sending = new AbortController();
    try {
      const answer = await fetch(form.dataset.draft, {
        method: "POST",
        body: new URLSearchParams(now),
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
    const answer = await fetch(form.dataset.draft, { redirect: "manual" }).catch(() => null);
    if (answer?.ok) {
      form.elements.csrfmiddlewaretoken.value = (await answer.json()).csrf;
      return plan();
    }
    tell("登录已过期。已填写的内容还在本页：请在新窗口登录，回到这里后会自动保存。");
    plan();
  }

  function plan() {
    timer ||= setTimeout(save, EVERY);
  }

  form.addEventListener("input", plan);
  form.addEventListener("change", plan);
  document.addEventListener("visibilitychange", () => document.hidden && save());
  // What is handed in is no draft any more: nothing may be kept after it.
  form.addEventListener("submit", () => {
    over = true;
    clearTimeout(timer);
    sending?.abort();
  });
  addEventListener("pageshow", () => (over = false));
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
