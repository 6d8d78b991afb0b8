// Whether a page fits: narrow, zoomed, with wide letters, on paper; and how heavy it is.

import assert from "node:assert/strict";

/** Elements that are meant to scroll by themselves. */
const SCROLLERS = ".grid, .scroll, .week, pre, .panel, dialog";
/** What may be cut where it stands: the cards of the day are as long as their sessions, and open on a press. */
const CUT = ".grid .card, .column h2, .hidden, .skip";

/** Whatever of the page is wider than the screen, or cut off. */
async function lost(page) {
  return page.evaluate(
    ([scrollers, cut]) => {
      const wrong = [];
      const width = document.documentElement.clientWidth;
      const root = document.scrollingElement;
      if (root.scrollWidth > width + 1) wrong.push(`the page is ${root.scrollWidth} wide on a screen of ${width}`);
      const tell = (one) => `${one.tagName.toLowerCase()}${one.className ? `.${String(one.className).replaceAll(" ", ".")}` : ""} “${(one.innerText ?? "").trim().slice(0, 30)}”`;
      for (const one of document.body.querySelectorAll("*")) {
        if (one.closest("svg") || one.closest(cut)) continue;
        if (!one.checkVisibility({ visibilityProperty: true })) continue;
        const box = one.getBoundingClientRect();
        if (box.width === 0 || box.height === 0) continue;
        if (!one.parentElement.closest(scrollers) && (box.right > width + 1 || box.left < -1)) wrong.push(`${tell(one)} reaches from ${Math.round(box.left)} to ${Math.round(box.right)} of ${width}`);
        // What is typed into a field scrolls in it.
        if (one.matches("input, textarea, select")) continue;
        const style = getComputedStyle(one);
        const hides = (way) => ["hidden", "clip"].includes(way);
        if ((hides(style.overflowX) && one.scrollWidth > one.clientWidth + 2) || (hides(style.overflowY) && one.scrollHeight > one.clientHeight + 2)) wrong.push(`${tell(one)} is cut off`);
      }
      return wrong.slice(0, 8);
    },
    [SCROLLERS, CUT],
  );
}

async function at(page, size, what) {
  await page.setViewportSize(size);
  assert.deepEqual(await lost(page), [], `${what} at ${size.width} px`);
}

/** Fails if something is lost on 320 px, which is also 400 %; or with letters spaced as WCAG 1.4.12 has them. */
export async function fitsNarrow(page, what) {
  await at(page, { width: 320, height: 640 }, what);
  await page.evaluate(() => {
    const spaced = new CSSStyleSheet();
    spaced.replaceSync("*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-bottom:2em!important}");
    globalThis.before = [...document.adoptedStyleSheets];
    document.adoptedStyleSheets = [...globalThis.before, spaced];
  });
  const wrong = await lost(page);
  await page.evaluate(() => {
    document.adoptedStyleSheets = globalThis.before;
  });
  assert.deepEqual(wrong, [], `${what} with spaced letters`);
}

/** Fails if something is lost at 200 %, which halves the screen of a desk. */
export async function fitsZoomed(page, what) {
  await at(page, { width: 640, height: 400 }, what);
}

/** Counts what a page weighs while `work` opens it: every octet that came over the wire, of every request. */
export async function weigh(page, work) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  const finished = new Map();
  const received = new Map();
  session.on("Network.responseReceived", ({ requestId, response }) => received.set(requestId, response.encodedDataLength));
  session.on("Network.dataReceived", ({ requestId, encodedDataLength }) => received.set(requestId, (received.get(requestId) ?? 0) + encodedDataLength));
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => finished.set(requestId, encodedDataLength));
  await work();
  await session.detach();
  const ids = new Set([...finished.keys(), ...received.keys()]);
  let octets = 0;
  for (const id of ids) octets += finished.get(id) ?? received.get(id);
  return { octets, requests: ids.size };
}

/** Fails if paper shows the controls of the screen, or nothing of the page. */
export async function prints(page, what, must) {
  await page.emulateMedia({ media: "print" });
  const shown = await page.evaluate(() => [...document.querySelectorAll("nav, .panel, .skip, dialog, .search, .grid button, .grid .act, [data-show-keys]")].filter((one) => one.checkVisibility()).map((one) => one.outerHTML.slice(0, 80)));
  assert.deepEqual(shown, [], `${what}, printed, shows what only a screen needs`);
  // Heads of columns stand above what they head, wherever the page was scrolled to.
  const heads = await page.evaluate(() => [...document.querySelectorAll(".grid .column")].map((one) => one.querySelector("h2").getBoundingClientRect().top - one.getBoundingClientRect().top));
  assert.ok(heads.every((top) => Math.abs(top) < 2), `${what}, printed: heads stand ${heads} below the top of their columns`);
  const words = await page.evaluate(() => document.body.innerText);
  assert.match(words, must, `${what}, printed, lacks what it is about`);
}
