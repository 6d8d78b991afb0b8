// Every page of who is signed in: it locks when nobody is there, says so to the server while
// somebody is, and takes the password without losing what was typed.

const minutes = Number(document.body.dataset.lockMinutes);
const dialog = document.getElementById("locked");
let last = Date.now(), told = Date.now();

function lock() {
  if (dialog.open) return;
  document.body.classList.add("covered");
  dialog.showModal();
}

for (const sign of ["pointerdown", "pointermove", "keydown", "scroll"]) {
  addEventListener(sign, () => {
    last = Date.now();
    // Typing at length asks the server for nothing; it should not think that nobody is there.
    if (!dialog.open && last - told > 60_000) {
      told = last;
      fetch("/still-here", { method: "POST" }).then((answer) => { if (answer.status === 401) lock(); }).catch(() => {});
    }
  }, { passive: true });
}
setInterval(() => { if (Date.now() - last >= minutes * 60_000) lock(); }, 5_000);

const form = dialog.querySelector("form");
dialog.addEventListener("cancel", (event) => event.preventDefault());
// A second Escape closes it all the same; then it opens again, or the page would be blank.
dialog.addEventListener("close", () => { if (document.body.classList.contains("covered")) dialog.showModal(); });
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const problem = form.querySelector(".problem");
  const answer = await fetch("/unlock", { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" }).catch(() => null);
  form.password.value = "";
  if (answer && (answer.type === "opaqueredirect" || answer.ok)) {
    problem.hidden = true;
    last = told = Date.now();
    document.body.classList.remove("covered");
    dialog.close();
    return;
  }
  problem.textContent = !answer ? "The server is not to be reached."
    : answer.status === 429 ? "Too many tries. Wait a little."
    : answer.status === 403 ? "You were signed out. Sign in in another window, then open this one with your password."
    : "That is not the password.";
  problem.hidden = false;
  form.password.focus();
});

// What is sent twice by a quick hand is sent once. A page that one comes back to sends anew.
const sent = new Set();
addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  if (sent.has(event.target)) return event.preventDefault();
  sent.add(event.target);
  setTimeout(() => sent.delete(event.target), 5_000);
});
addEventListener("pageshow", () => sent.clear());

// The button locks at once, here and at the server, and keeps the page as it is.
document.querySelector("form[data-lock]").addEventListener("submit", async (event) => {
  event.preventDefault();
  lock();
  await fetch("/lock", { method: "POST", redirect: "manual" }).catch(() => {});
});
