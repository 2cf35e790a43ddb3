// 关怀版 can read the page aloud where the browser has a voice.

export function looks() {
  const button = document.querySelector("[data-read-aloud]");
  if (!button || !("speechSynthesis" in window)) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    if (speechSynthesis.speaking) {
      speechSynthesis.cancel();
      button.setAttribute("aria-pressed", "false");
      return;
    }
    const chosen = String(getSelection()).trim();
    const words = new SpeechSynthesisUtterance(chosen || document.querySelector("main").innerText);
    words.lang = "zh-CN";
    words.rate = 0.9;
    words.addEventListener("end", () => button.setAttribute("aria-pressed", "false"));
    button.setAttribute("aria-pressed", "true");
    speechSynthesis.speak(words);
  });
}
