// The five flows of the desk with the keyboard alone, each within the number of actions that the desk is
// promised. The hand begins where a key of its own has led: in the search, or on a card.

import assert from "node:assert/strict";
import { test } from "node:test";

import { holdsToAxe } from "./lib/axe.mjs";
import { inWindow } from "./lib/browser.mjs";
import { session } from "./lib/demo.mjs";
import { asItWas, bookedOf, linkOf, newPhone, noted, offers, openDay, patientWith, statusOf, timeIn, undone, unplanned } from "./lib/flows.mjs";
import { walksByTab } from "./lib/focus.mjs";
import { Hand } from "./lib/hand.mjs";
import { staged } from "./lib/stage.mjs";

const DESK = { role: "desk", screen: { viewport: { width: 1400, height: 1100 } } };
const options = { timeout: 60_000 };

/** What has the focus, in words. */
const focused = (page) => page.evaluate(() => (document.activeElement?.closest("button, a, select") ?? document.activeElement)?.innerText ?? "");

/** The search has the focus at first, and takes letters for itself; Tab leads out of it. */
async function leaveSearch(page) {
  const inSearch = () => document.activeElement?.name === "q";
  await page.waitForFunction(inSearch, undefined, { timeout: 1_000 }).catch(() => {});
  if (await page.evaluate(inSearch)) await page.keyboard.press("Tab");
}

/** Goes to a card by the keys for that; how far it is, the day decides. */
async function goTo(page, id) {
  const own = () => page.evaluate(() => document.activeElement?.closest("[data-session]")?.dataset.session);
  const count = await page.locator(".grid article.card").count();
  await leaveSearch(page);
  for (let step = 0; step <= count; step += 1) {
    if ((await own()) === id) return;
    await page.keyboard.press("j");
  }
  assert.fail("the key j does not lead to every card");
}

/** Takes back by the key. */
async function undoneByKey(page) {
  await page.keyboard.press("u");
  await noted(page, /undone/i);
}

test("keyboard: a phone caller is booked in three", options, async () => {
  const { day, waiting } = await staged();
  await inWindow(DESK, async ({ page }) => {
    await openDay(page, day);
    const hand = new Hand(page);
    assert.equal(await page.evaluate(() => document.activeElement?.name), "q", "the search has the focus");
    await hand.type(waiting[0].patient.phone.slice(-7));
    await hand.key("Enter");
    const times = await offers(page);
    const start = timeIn(await times.first().innerText());
    assert.equal(timeIn(await focused(page)), start, "the best time has the focus");
    await hand.key("Enter");
    await noted(page, /Booked/);
    hand.atMost(3, "book a phone caller, keyboard");
    assert.deepEqual((await bookedOf(waiting[0].id)).map((one) => one.local_start), [start]);
    await undoneByKey(page);
    assert.deepEqual(await bookedOf(waiting[0].id), []);
  });
});

test("keyboard: a new caller takes one small form more", options, async () => {
  const { day } = await staged();
  const phone = newPhone();
  await inWindow(DESK, async ({ page }) => {
    await openDay(page, day);
    const hand = new Hand(page);
    await hand.type(phone);
    await hand.key("Enter");
    await page.getByRole("link", { name: "New caller" }).waitFor();
    assert.match(await focused(page), /New caller/, "where nobody is found, a new caller is one key away");
    await hand.key("Enter");
    await page.getByLabel("Name").waitFor();
    await hand.type("Ori Keybook");
    if ((await page.getByLabel("Phone").inputValue()) === "") {
      await hand.key("Tab");
      await hand.type(phone);
    }
    await hand.key("Enter");
    await offers(page);
    await hand.key("Enter");
    await noted(page, /Booked/);
    hand.atMost(3 + 4, "book a new caller, keyboard");
    assert.equal((await patientWith(phone)).family_name, "Keybook");
    await undoneByKey(page);
  });
});

test("keyboard: a session is moved in two", options, async () => {
  const { day, later } = await staged();
  await asItWas(later);
  await inWindow(DESK, async ({ page }) => {
    await openDay(page, day);
    await goTo(page, later.id);
    const hand = new Hand(page);
    await hand.key("m");
    await page.locator("[data-moves] button").first().waitFor();
    await page.waitForFunction(() => document.activeElement?.closest("[data-moves]"));
    const words = await focused(page);
    assert.match(words, /nothing else changes|moves|too soon/, "what the move does to later sessions");
    await hand.key("Enter");
    await noted(page, /Moved/);
    hand.atMost(2, "move a session, keyboard");
    assert.equal((await session(later.id)).local_start, timeIn(words));
    await undoneByKey(page);
    assert.equal((await session(later.id)).local_start, later.local_start);
  });
});

test("keyboard: a patient is checked in with one", options, async () => {
  const { day, soon } = await staged();
  await asItWas(soon);
  await inWindow(DESK, async ({ page }) => {
    await openDay(page, day);
    await goTo(page, soon.id);
    const hand = new Hand(page);
    await hand.key("c");
    await noted(page, /Checked in|Arrived/);
    hand.atMost(1, "check in, keyboard");
    assert.match(await statusOf(soon.id), /^(arrived|checked-in)$/);
    await undoneByKey(page);
    assert.equal(await statusOf(soon.id), "booked");
  });
});

test("keyboard: a no-show is noted in two, and three times are offered", options, async () => {
  const { day, late } = await staged();
  await asItWas(late);
  await inWindow(DESK, async ({ page }) => {
    await openDay(page, day);
    await goTo(page, late.id);
    const hand = new Hand(page);
    await hand.key("n");
    await page.getByRole("button", { name: "It counts" }).waitFor();
    assert.match(await focused(page), /It counts/);
    await hand.key("Enter");
    await noted(page, /did not come/);
    hand.atMost(2, "no-show, keyboard");
    assert.equal(await statusOf(late.id), "noshow");
    await offers(page);
    await undoneByKey(page);
    assert.equal(await statusOf(late.id), "booked");
  });
});

test("keyboard: a course of eight is planned in four", options, async () => {
  const { day, plan } = await staged();
  await inWindow(DESK, async ({ page }) => {
    // The patient is open, as after a search; the plan is a link of the course there.
    await openDay(page, day, `&patient=${plan.patient_id}`);
    await page.getByRole("link", { name: /Plan the whole course/ }).focus();
    const hand = new Hand(page);
    await hand.key("Enter");
    const dates = page.locator("ol.dates select");
    await dates.first().waitFor();
    const wanted = await dates.evaluateAll((all) => all.map((one) => one.value.slice(0, 16)));
    assert.ok(wanted.length >= 8, `${wanted.length} dates are proposed`);
    // The service and as many as are left stand there already; whoever wishes for more changes the form above.
    assert.match(await focused(page), /Book all/, "what is proposed can be booked at once");
    await hand.key("Enter");
    await noted(page, /whole course is booked/);
    hand.atMost(4, "plan a whole course, keyboard");
    assert.deepEqual((await bookedOf(plan.id)).map((one) => one.start.slice(0, 16)).sort(), wanted.sort());
    await unplanned(plan.id);
  });
});

test("keyboard: every key on the list does what the list says", options, async () => {
  const { day, soon } = await staged();
  await asItWas(soon);
  await inWindow(DESK, async ({ page }) => {
    await openDay(page, day);
    await leaveSearch(page);
    await page.keyboard.press("?");
    const list = page.getByRole("dialog", { name: "Keys" });
    await list.waitFor();
    const listed = await list.locator("kbd").allInnerTexts();
    for (const key of ["/", "c", "n", "m", "u", "t", "v", "w", "p", "l", "?"]) assert.ok(listed.includes(key), `the key ${key} is listed`);
    await walksByTab(page, "the list of keys");
    await holdsToAxe(page, "the list of keys");
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => !document.activeElement?.closest("dialog"));
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement?.name), "q", "/ leads to the search");
    await leaveSearch(page);
    const hidden = () => linkOf(page, soon.id).locator(".who-is").evaluate((one) => getComputedStyle(one).filter !== "none" || getComputedStyle(one).visibility === "hidden");
    assert.equal(await hidden(), false);
    await page.keyboard.press("p");
    assert.equal(await hidden(), true, "p hides names");
    await page.reload();
    assert.equal(await hidden(), true, "names stay hidden on the next page");
    await leaveSearch(page);
    await page.keyboard.press("p");
    assert.equal(await hidden(), false);
    for (const [key, by] of [["v", "room"], ["v", "device"], ["v", "practitioner"]]) {
      await page.keyboard.press(key);
      await page.waitForURL((url) => url.searchParams.get("by") === by);
      await leaveSearch(page);
    }
    await page.keyboard.press("]");
    await page.waitForURL((url) => url.searchParams.get("day") > day);
    await leaveSearch(page);
    await page.keyboard.press("t");
    await page.getByRole("link", { name: "Today", exact: true }).and(page.locator("[aria-current]")).waitFor();
    await leaveSearch(page);
    await page.keyboard.press("w");
    await page.waitForURL(/\/desk\/week/);
  });
});
