// The desk: keys, dragging, and what keeps two desks together. Everything that it does can be
// done without it too, but for dragging and for hearing of changes.

const part = document.querySelector("[data-day]");
const { day, days, by } = part.dataset;
const typing = (target) => target.closest("input, select, textarea, dialog") !== null;
const press = (key) => document.querySelector(`[data-key="${key}"]`)?.click();
const board = () => part.querySelector(".grid, .week");

// What somebody at the desk hides, stays hidden on the next page of this window.
const privacy = document.getElementById("privacy");
const hide = () => document.body.classList.toggle("private", privacy.checked);
privacy.checked = sessionStorage.getItem("privacy") === "1";
hide();
privacy.addEventListener("change", () => { sessionStorage.setItem("privacy", privacy.checked ? "1" : "0"); hide(); });

// The list of keys.
const keys = document.getElementById("keys");
const button = document.querySelector("[data-show-keys]");
if (button) { button.hidden = false; button.addEventListener("click", () => keys.showModal()); }

const links = () => [...document.querySelectorAll(".card > .who")];
const current = () => document.activeElement?.closest(".card");

function step(by) {
  const all = links();
  if (all.length === 0) return;
  const at = all.indexOf(document.activeElement);
  all[(at + by + all.length) % all.length].focus();
}

function checkIn() {
  const own = current()?.querySelector("button");
  if (own) own.click(); else if (!current()) press("check-in");
}

function ask(about) {
  const card = current();
  if (card) location.assign(`${card.querySelector(".who").getAttribute("href")}&${about}`);
  else if (about === "no-show") press("no-show");
  else document.querySelector("[data-moves] button")?.focus();
}

function nextColumns() {
  const all = [...document.querySelectorAll("[data-by]")].filter((one) => one !== part);
  const at = all.findIndex((one) => one.dataset.by === by);
  all[(at + 1) % all.length]?.click();
}

const deeds = {
  "/": () => { const box = document.querySelector(".search input"); box ? (box.focus(), box.select()) : location.assign("/desk"); },
  "?": () => keys?.showModal(),
  t: () => press("today"), "[": () => press("prev"), "]": () => press("next"),
  j: () => step(1), k: () => step(-1), ArrowDown: () => step(1), ArrowUp: () => step(-1),
  c: checkIn, n: () => ask("no-show"), m: () => ask("move"), u: () => press("undo"), r: () => press("write-up"),
  v: nextColumns, w: () => location.assign(`/desk/week?day=${day}`),
  p: () => privacy.click(), l: () => document.querySelector("form[data-lock] button").click(),
};
document.addEventListener("keydown", (event) => {
  // Out of the search, to where one key is enough again.
  if (event.key === "Escape" && event.target.closest(".search")) return event.target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  // Arrows scroll, unless a session is in focus.
  if (event.key.startsWith("Arrow") && !current()) return;
  const deed = deeds[event.key];
  if (!deed) return;
  event.preventDefault();
  deed();
});
if (location.search.includes("&move")) document.querySelector("[data-moves] button")?.focus();

// A session that is dragged to another place is shown there first; only then is it moved.
let dragged = null;
document.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.(".card[draggable]");
  if (!card) return;
  dragged = { id: card.dataset.session, grip: event.clientY - card.getBoundingClientRect().top };
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.dataset.session);
  card.classList.add("dragging");
});
document.addEventListener("dragend", (event) => { dragged = null; event.target.classList?.remove("dragging"); clear(); if (missed) renew(); });
const clear = () => document.querySelectorAll(".column.target").forEach((one) => one.classList.remove("target"));
document.addEventListener("dragover", (event) => {
  const column = event.target.closest?.(".column");
  if (!dragged || !column) return;
  event.preventDefault();
  if (!column.classList.contains("target")) { clear(); column.classList.add("target"); }
});
document.addEventListener("drop", (event) => {
  const column = event.target.closest?.(".column");
  if (!dragged || !column) return;
  event.preventDefault();
  const head = column.querySelector("h2").getBoundingClientRect();
  const row = parseFloat(getComputedStyle(column).getPropertyValue("grid-template-rows").split(" ")[1]);
  const rows = Math.max(0, Math.round((event.clientY - dragged.grip - head.bottom) / row));
  const minutes = Number(board().dataset.firstMinute) + rows * 15;
  const two = (number) => String(number).padStart(2, "0");
  const to = `${day}T${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`;
  const whom = column.dataset.person ? `&with=${column.dataset.person}` : "";
  location.assign(`/desk?day=${day}&by=${by}&session=${dragged.id}&to=${to}${whom}`);
});

// Another desk's changes. What is missed while a session is dragged, or for want of an answer, is made up for.
let missed = false;
async function renew() {
  missed = true;
  const open = new URLSearchParams(location.search).get("session");
  const address = days === "7" ? `/desk/week/alone?day=${day}` : `/desk/grid?day=${day}&by=${by}${open ? `&session=${open}` : ""}`;
  const answer = await fetch(address).catch(() => null);
  // Whoever is locked out hears of it all when the page is opened again.
  if (answer && answer.status < 500 && !answer.ok) return;
  if (!answer?.ok) return void setTimeout(() => { if (missed) renew(); }, 3_000);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".grid, .week");
  if (!fresh || dragged) return;
  missed = false;
  const old = board();
  const held = current()?.dataset.session;
  const control = held && ["who", "act"].find((one) => document.activeElement.classList.contains(one));
  const { scrollLeft, scrollTop } = old;
  old.replaceWith(document.adoptNode(fresh));
  Object.assign(fresh, { scrollLeft, scrollTop });
  const card = held && document.querySelector(`.card[data-session="${held}"]`);
  if (card) (card.querySelector(control ? `.${control}` : "button") ?? card.querySelector(".who")).focus({ preventScroll: true });
}
function listen() {
  const source = new EventSource(`/desk/live?day=${day}&days=${days}&stamp=${encodeURIComponent(board().dataset.stamp)}`);
  source.addEventListener("changed", renew);
  // The stream ends now and then by itself; a new one begins at what is on the page by then.
  source.addEventListener("error", () => { source.close(); setTimeout(listen, 3_000); });
}
listen();
