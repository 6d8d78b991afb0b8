// With scripts off everything is there but live updates and dragging: the five flows once more.

import assert from "node:assert/strict";
import { test } from "node:test";

import { inWindow, signIn } from "./lib/browser.mjs";
import { session } from "./lib/demo.mjs";
import { asItWas, bookedOf, cardOf, linkOf, noted, offers, statusOf, timeIn, undone, unplanned } from "./lib/flows.mjs";
import { staged } from "./lib/stage.mjs";

const DESK = { role: "desk", javaScriptEnabled: false };
const options = { timeout: 60_000 };

test("no scripts: signing in and out", options, async () => {
  await inWindow({ javaScriptEnabled: false }, async ({ page }) => {
    await signIn(page, "desk");
    assert.equal(new URL(page.url()).pathname, "/desk");
    await page.getByRole("button", { name: "Lock" }).click();
    await page.getByRole("heading", { name: "Locked" }).waitFor();
    await page.getByLabel("Password").fill("demonstration");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.locator("article.card").first().waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  });
});

test("no scripts: a phone caller is booked, and it is undone", options, async () => {
  const { day, waiting } = await staged();
  await inWindow(DESK, async ({ page }) => {
    await page.goto(`/desk?day=${day}`);
    await page.locator("input[name=q]").fill(waiting[0].patient.phone);
    await page.keyboard.press("Enter");
    const times = await offers(page);
    const start = timeIn(await times.first().innerText());
    await times.first().click();
    await noted(page, /Booked/);
    assert.deepEqual((await bookedOf(waiting[0].id)).map((one) => one.local_start), [start]);
    await undone(page);
  });
});

test("no scripts: a session is moved, by choosing and by naming a time", options, async () => {
  const { day, later } = await staged();
  await asItWas(later);
  await inWindow(DESK, async ({ page }) => {
    await page.goto(`/desk?day=${day}`);
    await linkOf(page, later.id).click();
    const first = page.locator("[data-moves] button").first();
    const start = timeIn(await first.innerText());
    await first.click();
    await noted(page, /Moved/);
    assert.equal((await session(later.id)).local_start, start);
    await undone(page);
    await page.getByLabel("Another time").fill(start);
    await page.getByRole("button", { name: "Look at it" }).click();
    assert.equal(timeIn(await page.getByRole("heading", { name: /Move to .*\?/ }).innerText()), start);
    await page.getByRole("button", { name: "Move", exact: true }).click();
    await noted(page, /Moved/);
    await undone(page);
    assert.equal((await session(later.id)).local_start, later.local_start);
  });
});

test("no scripts: checked in, and a no-show", options, async () => {
  const { day, soon, late } = await staged();
  await asItWas(late);
  await asItWas(soon);
  await inWindow(DESK, async ({ page }) => {
    await page.goto(`/desk?day=${day}`);
    await cardOf(page, soon.id).getByRole("button", { name: /Check in/ }).click();
    await noted(page, /Checked in|Arrived/);
    await undone(page);
    assert.equal(await statusOf(soon.id), "booked");
    await linkOf(page, late.id).click();
    await page.locator(".panel").getByText("Did not come", { exact: true }).click();
    await page.getByRole("button", { name: "Excused" }).click();
    await noted(page, /did not come/);
    await offers(page);
    await undone(page);
    assert.equal(await statusOf(late.id), "booked");
  });
});

test("no scripts: a course is planned, with a date swapped", options, async () => {
  const { plan } = await staged();
  await inWindow(DESK, async ({ page }) => {
    await page.goto(`/desk/courses/${plan.id}/plan`);
    await page.getByLabel("Tue", { exact: true }).check();
    await page.getByRole("button", { name: "Propose dates" }).click();
    const dates = page.locator("ol.dates select");
    const before = await dates.evaluateAll((all) => all.map((one) => one.value));
    await dates.nth(1).selectOption({ index: 1 });
    const swapped = await dates.nth(1).inputValue();
    await page.getByRole("button", { name: /Follow from session 2/ }).click();
    await page.waitForURL(/swapped=2/);
    const after = await dates.evaluateAll((all) => all.map((one) => one.value));
    assert.equal(after[0].slice(0, 25), before[0].slice(0, 25), "the date before it stays");
    assert.equal(after[1].slice(0, 25), swapped.slice(0, 25), "the date that was chosen is kept");
    assert.ok(after[2] > after[1], "those after it follow");
    await page.getByRole("button", { name: "Book all" }).click();
    await noted(page, /whole course is booked/);
    const booked = (await bookedOf(plan.id)).map((one) => one.start.slice(0, 16)).sort();
    assert.deepEqual(booked, after.map((one) => one.slice(0, 16)).sort());
    await unplanned(plan.id);
  });
});
