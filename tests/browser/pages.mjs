// Every page: axe-core in both schemes, names, the walk by Tab, 320 px, 200 %, paper, weight, a picture.

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";

import { controlsAreNamed, holdsToAxe } from "./lib/axe.mjs";
import { DESK, forgetSignIns, inWindow, screenshots } from "./lib/browser.mjs";
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

async function look(page, { name, path: where, must }) {
  let answer = null;
  const weight = await weigh(page, async () => {
    answer = await page.goto(where, { waitUntil: "load" });
    // What a page asks for of itself, it asks for at once.
    await page.waitForTimeout(150);
  });
  const status = answer.status();
  await note(() => assert.ok(status === 200 || (name === "nothing-here" && status === 404), `${name} (${where}) answers ${status}`));
  if (status !== 200 && name !== "nothing-here") return;
  // The page of a mail runs no scripts at all, so what it holds is looked at outside of it.
  if (name.startsWith("mail-")) {
    const html = await answer.text();
    await page.goto("about:blank");
    await page.setContent(html);
  }
  const words = await page.evaluate(() => document.body.innerText);
  await note(() => assert.match(words, must, `${name} lacks what it is about`));
  await note(() => assert.ok(weight.octets < MOST_OCTETS, `${name} weighs ${weight.octets} octets in ${weight.requests} requests`));
  await note(async () => assert.ok((await page.title()).trim(), `${name} has no title`));
  const picture = (kind, full = true) => page.screenshot({ path: path.join(screenshots, `${name}.${kind}.png`), fullPage: full, animations: "disabled" });
  await note(() => holdsToAxe(page, `${name}, light`));
  await picture("light");
  await page.emulateMedia({ colorScheme: "dark" });
  await note(() => holdsToAxe(page, `${name}, dark`));
  await picture("dark");
  await page.emulateMedia({ colorScheme: "light" });
  await note(() => controlsAreNamed(page, name));
  if ((await page.locator("a[href], button").count()) > 0) await note(() => walksByTab(page, name));
  await note(() => fitsZoomed(page, name));
  await note(() => fitsNarrow(page, name));
  await picture("narrow");
  await page.setViewportSize(DESK.viewport);
  await note(() => prints(page, name, must));
  await picture("print");
  console.log(`# ${name}: ${weight.octets} octets, ${weight.requests} requests`);
}

test("every page is well-formed for everybody who uses it", async (t) => {
  const pages = await everyPage();
  for (const one of pages) {
    await t.test(one.name, { timeout: 60_000 }, async () => {
      faults.length = 0;
      await inWindow({ role: one.role }, ({ page }) => look(page, one)).catch((error) => faults.push(error.message));
      assert.equal(faults.length, 0, `${faults.length} faults:\n${faults.join("\n")}`);
    });
  }
  forgetSignIns();
});
