// Two desks side by side: each sees within a second, without reloading, what the other did.

import assert from "node:assert/strict";
import { test } from "node:test";

import { inWindow } from "./lib/browser.mjs";
import { asItWas, bookedOf, cardOf, linkOf, noted, offers, openDay, statusOf, undone } from "./lib/flows.mjs";
import { staged } from "./lib/stage.mjs";

const MOST = 1_000;
const options = { timeout: 60_000 };
const DESK = { role: "desk" };

/** Waits at one desk for what another did just now; fails if it takes more than a second. */
async function sees(page, what, seen, argument) {
  const begun = Date.now();
  await page.waitForFunction(seen, argument, { timeout: 5_000, polling: 20 });
  const took = Date.now() - begun;
  console.log(`# ${what}: seen after ${took} ms`);
  assert.ok(took <= MOST, `${what} is seen only after ${took} ms`);
}

const hasStatus = ([id, status]) => {
  const card = document.querySelector(`.card[data-session="${id}"]`);
  return card && (status === "booked") === (card.dataset.status === "booked");
};

test("two desks see each other's changes within a second", options, async () => {
  const { day, soon, waiting } = await staged();
  await asItWas(soon);
  await inWindow(DESK, async ({ page: one }) => {
    await inWindow(DESK, async ({ page: other }) => {
      for (const page of [one, other]) await openDay(page, day);
      // What is typed at one desk while the other works stays as it is; so does the focus.
      await one.evaluate(() => {
        globalThis.sameDocument = true;
      });
      await one.locator("input[name=q]").pressSequentially("half a na");
      await one.waitForTimeout(300);
      await cardOf(other, soon.id).getByRole("button", { name: /Check in/ }).click();
      await noted(other, /Checked in|Arrived/);
      await sees(one, "a check-in", hasStatus, [soon.id, "here"]);
      assert.match(await cardOf(one, soon.id).innerText(), /arrived|checked in/);
      await undone(other);
      await sees(one, "an undo", hasStatus, [soon.id, "booked"]);
      assert.equal(await statusOf(soon.id), "booked");
      await other.locator("input[name=q]").fill(waiting[0].patient.phone);
      await other.keyboard.press("Enter");
      // A booking of today appears, and goes again.
      const times = await offers(other);
      const today = (await times.allInnerTexts()).findIndex((words) => words.includes(` ${Number(day.slice(8))} `));
      if (today >= 0) {
        await times.nth(today).click();
        await noted(other, /Booked/);
        const [made] = await bookedOf(waiting[0].id);
        await sees(one, "a booking", (id) => document.querySelector(`.card[data-session="${id}"]`), made.id);
        await undone(other);
        await sees(one, "a booking taken back", (id) => !document.querySelector(`.card[data-session="${id}"]`), made.id);
      } else assert.fail("no offered time is of today");
      assert.equal(await one.locator("input[name=q]").inputValue(), "half a na", "nothing typed is lost");
      assert.equal(await one.evaluate(() => document.activeElement?.name), "q", "the focus stays where it is");
      assert.ok(await one.evaluate(() => globalThis.sameDocument), "the page was not loaded anew");
    });
  });
});

test("the week too hears of changes", options, async () => {
  const { day, soon } = await staged();
  await asItWas(soon);
  await inWindow(DESK, async ({ page: week }) => {
    await week.goto(`/desk/week?day=${day}`);
    assert.ok((await week.locator(".week .card").count()) > 3);
    await week.waitForTimeout(300);
    await inWindow(DESK, async ({ page: other }) => {
      await openDay(other, day);
      await cardOf(other, soon.id).getByRole("button", { name: /Check in/ }).click();
      await noted(other, /Checked in|Arrived/);
      await sees(week, "a check-in in the week", hasStatus, [soon.id, "here"]);
      await undone(other);
    });
  });
});

test("two desks at once: the second is told, and what it wanted is not done over the first", options, async () => {
  const { day, later } = await staged();
  await asItWas(later);
  // The second has no scripts, so it cannot have heard.
  await inWindow({ ...DESK, javaScriptEnabled: false }, async ({ page: second }) => {
    await openDay(second, day);
    await linkOf(second, later.id).click();
    await second.locator("[data-moves] button").first().waitFor();
    await inWindow(DESK, async ({ page: first }) => {
      await openDay(first, day);
      await linkOf(first, later.id).click();
      await first.locator("[data-moves] button").nth(1).click();
      await noted(first, /Moved/);
      await second.locator("[data-moves] button").first().click();
      await second.getByRole("alert").getByText(/Somebody changed it/).waitFor();
      await second.locator("[data-moves] button").first().waitFor();
      await undone(first);
    });
  });
});
