// Every page: axe-core in both schemes, names, the walk by Tab, 320 px, 200 %, paper, weight, a picture.

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";

import { controlsAreNamed, CRITERIA, holdsToAxe } from "./lib/axe.mjs";
import { DESK, inWindow, screenshots } from "./lib/browser.mjs";
import { fitsNarrow, fitsZoomed, prints, weigh } from "./lib/fit.mjs";
import { walksByTab } from "./lib/focus.mjs";
import { everyPage } from "./lib/list.mjs";

const MOST_OCTETS = 100_000;

const faults = [];
/** Goes on after a fault, so that one run tells all that is wrong with a page. */
async function note(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof assert.AssertionError)) throw error;
    faults.push(error.message);
    return null;
  }
}

async function look(page, { name, path: where, must, print = must }) {
  let answer = null;
  const weight = await weigh(page, async () => {
    answer = await page.goto(where, { waitUntil: "load" });
    // What a page asks for of itself, it asks for at once.
    await page.waitForTimeout(150);
  });
  const status = answer.status();
  await note(() => assert.ok(status === 200 || (name === "nothing-here" && status === 404), `${name} (${where}) answers ${status}`));
  if (status !== 200 && name !== "nothing-here") return [];
  // The page of a mail runs no scripts at all, so what it holds is looked at outside of it.
  const isMail = name.startsWith("mail-");
  if (isMail) {
    const html = await answer.text();
    await page.goto("about:blank");
    await page.setContent(html);
  }
  const words = await page.evaluate(() => document.body.innerText);
  await note(() => assert.match(words, must, `${name} lacks what it is about`));
  await note(() => assert.ok(weight.octets < MOST_OCTETS, `${name} weighs ${weight.octets} octets in ${weight.requests} requests`));
  await note(async () => assert.ok((await page.title()).trim(), `${name} has no title`));
  // A mail has no landmarks: it stands in another program's page.
  const tags = isMail ? CRITERIA : undefined;
  const picture = (kind, full = true) => page.screenshot({ path: path.join(screenshots, `${name}.${kind}.png`), fullPage: full, animations: "disabled" });
  await note(() => holdsToAxe(page, `${name}, light`, tags));
  await picture("light");
  await page.emulateMedia({ colorScheme: "dark" });
  await note(() => holdsToAxe(page, `${name}, dark`, tags));
  await picture("dark");
  await page.emulateMedia({ colorScheme: "light" });
  await note(() => controlsAreNamed(page, name));
  if ((await page.locator("a[href], button").count()) > 0) await note(() => walksByTab(page, name));
  await note(() => fitsZoomed(page, name));
  await note(() => fitsNarrow(page, name));
  await picture("narrow");
  await page.setViewportSize(DESK.viewport);
  await note(() => prints(page, name, print));
  await picture("print");
  const links = await page.locator("a[href^='/']").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  console.log(`# ${name}: ${weight.octets} octets, ${weight.requests} requests`);
  return links;
}

/** The kind of page that an address leads to: ids and secrets are not told apart. */
const kind = (where, role) => `${role ?? "anybody"} ${where.split("?")[0].replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ":id").replace(/^\/(a|shop)\/[^/]+/, "/$1/:secret")}`;
/** What is not a page. */
const FILES = /\.(ics|eml|csv|json|js)$|^\/(feeds|docs|api|demo\/mailbox\/)/;

test("every page is well-formed for everybody who uses it", async (t) => {
  const pages = await everyPage();
  const known = new Set(pages.map(({ path: where, role }) => kind(where, role)));
  // What is linked to and not on the list is a page too.
  for (const one of pages) {
    await t.test(one.name, { timeout: 60_000 }, async () => {
      faults.length = 0;
      const links = await inWindow({ role: one.role }, ({ page }) => look(page, one)).catch((error) => {
        faults.push(error.message);
      });
      for (const link of links ?? []) {
        if (FILES.test(link.split("?")[0]) || known.has(kind(link, one.role))) continue;
        known.add(kind(link, one.role));
        pages.push({ name: link.split("?")[0].slice(1).replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "id").replaceAll("/", "-"), path: link, role: one.role, must: /\w{3}/ });
      }
      assert.equal(faults.length, 0, `${faults.length} faults:\n${faults.join("\n")}`);
    });
  }
  assert.ok(pages.length > 40, `only ${pages.length} pages were found`);
});
