// The five flows of the desk with the mouse, each within the number of actions that the desk is promised.

import assert from "node:assert/strict";
import { test } from "node:test";

import { api, session } from "./lib/demo.mjs";
import { inWindow } from "./lib/browser.mjs";
import { asItWas, bookedOf, cardOf, linkOf, newPhone, noted, offers, openDay, patientWith, statusOf, timeIn, undone, unplanned } from "./lib/flows.mjs";
import { Hand } from "./lib/hand.mjs";
import { staged } from "./lib/stage.mjs";

const DESK = { role: "desk", screen: { viewport: { width: 1400, height: 1100 } } };
const options = { timeout: 60_000 };

test("mouse: a phone caller is booked in three", options, async () => {
  const { day, waiting } = await staged();
  await inWindow(DESK, async ({ page }) => {
    await openDay(page, day);
    const hand = new Hand(page);
    const search = page.locator("input[name=q]");
    await hand.typeInto(search, waiting[0].patient.phone.slice(-7));
    await hand.click(page.getByRole("button", { name: "Find" }));
    const times = await offers(page);
    const start = timeIn(await times.first().innerText());
    await hand.click(times.first());
    await noted(page, /Booked/);
    hand.atMost(3, "book a phone caller, mouse");
    const [made, ...more] = await bookedOf(waiting[0].id);
    assert.deepEqual([made?.local_start, more.length], [start, 0], "what was booked");
    await undone(page);
    assert.deepEqual(await bookedOf(waiting[0].id), [], "undone, nothing is booked");
  });
});

test("mouse: a new caller takes one small form more", options, async () => {
  const { day } = await staged();
  const phone = newPhone();
  await inWindow(DESK, async ({ page }) => {
    await openDay(page, day);
    const hand = new Hand(page);
    await hand.typeInto(page.locator("input[name=q]"), phone);
    await hand.click(page.getByRole("button", { name: "Find" }));
    await hand.click(page.getByRole("link", { name: "New caller" }));
    await hand.typeInto(page.getByLabel("Name"), "Ori Mousebook");
    // Whatever was typed into the search is not typed again.
    const field = page.getByLabel("Phone");
    if ((await field.inputValue()) === "") await hand.typeInto(field, phone);
    await hand.click(page.getByRole("button", { name: "Register" }));
    const times = await offers(page);
    await hand.click(times.first());
    await noted(page, /Booked/);
    // The three of a known caller; the form is opened, filled in and sent.
    hand.atMost(3 + 4, "book a new caller, mouse");
    assert.equal((await patientWith(phone)).family_name, "Mousebook");
    await undone(page);
  });
});

test("mouse: a session is moved in two, by choosing", options, async () => {
  const { day, later } = await staged();
  await asItWas(later);
  await inWindow(DESK, async ({ page }) => {
    await openDay(page, day);
    const hand = new Hand(page);
    await hand.click(linkOf(page, later.id));
    const first = page.locator("[data-moves] button").first();
    const words = await first.innerText();
    assert.match(words, /nothing else changes|moves|too soon/, "what the move does to later sessions");
    await hand.click(first);
    await noted(page, /Moved/);
    hand.atMost(2, "move a session, mouse");
    assert.equal((await session(later.id)).local_start, timeIn(words));
    await undone(page);
    assert.equal((await session(later.id)).local_start, later.local_start);
  });
});

test("mouse: a session is moved in two, by dragging", options, async () => {
  const { day, later } = await staged();
  await asItWas(later);
  await inWindow(DESK, async ({ page }) => {
    await openDay(page, day);
    const slots = await api("GET", `/slots?course_id=${later.course_id}&service=${later.service}&session_id=${later.id}&practitioner_id=${later.practitioner_id}&from=${day}&to=${day}&limit=400`);
    const column = page.locator(`.column:has(article[data-session="${later.id}"])`);
    const [box, head, first] = [await column.boundingBox(), await column.locator("h2").boundingBox(), Number(await page.locator(".grid").getAttribute("data-first-minute"))];
    const card = await cardOf(page, later.id).boundingBox();
    const row = await column.evaluate((one) => parseFloat(getComputedStyle(one).gridTemplateRows.split(" ")[1]));
    // The card hangs at the point at which it is held, which is its middle; a hand reaches no further than the window.
    const heightOf = (start) => head.y + head.height + ((Number(start.slice(11, 13)) * 60 + Number(start.slice(14)) - first) / 15) * row + card.height / 2;
    const inSight = (start) => heightOf(start) < page.viewportSize().height - card.height;
    const to = slots.items.map((slot) => slot.start.slice(0, 16)).find((start) => start > `${later.local_start.slice(0, 11)}11:00` && start !== later.local_start && inSight(start));
    assert.ok(to, "no other time of the day is legal");
    const hand = new Hand(page);
    await hand.drag(cardOf(page, later.id), { x: box.x + box.width / 2, y: heightOf(to) });
    const asked = page.getByRole("heading", { name: /Move to .*\?/ });
    await asked.waitFor();
    assert.equal(timeIn(await asked.innerText()), to, "the time at which it was dropped");
    assert.equal((await session(later.id)).local_start, later.local_start, "nothing is moved before it is confirmed");
    await hand.click(page.getByRole("button", { name: "Move", exact: true }));
    await noted(page, /Moved/);
    hand.atMost(2, "move a session, dragged");
    assert.equal((await session(later.id)).local_start, to);
    await undone(page);
  });
});

test("mouse: a patient is checked in with one", options, async () => {
  const { day, soon } = await staged();
  await asItWas(soon);
  await inWindow(DESK, async ({ page }) => {
    await openDay(page, day);
    const hand = new Hand(page);
    await hand.click(cardOf(page, soon.id).getByRole("button", { name: /Check in/ }));
    await noted(page, /Checked in|Arrived/);
    hand.atMost(1, "check in, mouse");
    assert.match(await statusOf(soon.id), /^(arrived|checked-in)$/);
    assert.match(await cardOf(page, soon.id).innerText(), /arrived|checked in/, "the card says so in words");
    await undone(page);
    assert.equal(await statusOf(soon.id), "booked");
  });
});

test("mouse: a no-show is noted in two, and three times are offered", options, async () => {
  const { day, late } = await staged();
  await asItWas(late);
  await inWindow(DESK, async ({ page }) => {
    await openDay(page, day);
    const hand = new Hand(page);
    const onCard = cardOf(page, late.id).getByText("Did not come");
    if ((await onCard.count()) > 0) await hand.click(onCard);
    else {
      await hand.click(linkOf(page, late.id));
      await hand.click(page.locator(".panel").getByText("Did not come", { exact: true }));
    }
    await hand.click(page.getByRole("button", { name: "It counts" }));
    await noted(page, /did not come/);
    await offers(page);
    assert.equal(await statusOf(late.id), "noshow");
    await undone(page);
    assert.equal(await statusOf(late.id), "booked");
    hand.atMost(2, "no-show, mouse");
  });
});

test("mouse: a course of eight is planned in four", options, async () => {
  const { day, plan } = await staged();
  await inWindow(DESK, async ({ page }) => {
    await openDay(page, day, `&patient=${plan.patient_id}`);
    const hand = new Hand(page);
    await hand.click(page.getByRole("link", { name: /Plan the whole course/ }));
    assert.equal(await page.getByLabel("Sessions").inputValue(), String(plan.progress.left), "as many as are left");
    await hand.click(page.getByLabel("Tue", { exact: true }));
    await hand.click(page.getByRole("button", { name: /propose|show|dates/i }).first());
    const dates = page.locator("ol.dates select");
    assert.ok((await dates.count()) >= 8, `${await dates.count()} dates are proposed`);
    const choices = await dates.evaluateAll((all) => all.map((one) => one.options.length));
    assert.ok(choices.every((count) => count > 1), `any date can be swapped, of ${choices}`);
    const wanted = await dates.evaluateAll((all) => all.map((one) => one.value.slice(0, 16)));
    await hand.click(page.getByRole("button", { name: "Book all" }));
    await noted(page, /whole course is booked/);
    hand.atMost(4, "plan a whole course, mouse");
    const booked = (await bookedOf(plan.id)).map((one) => one.start.slice(0, 16)).sort();
    assert.deepEqual(booked, wanted.sort(), "what was booked is what was proposed");
    assert.ok(booked.every((start) => new Date(`${start.slice(0, 10)}T12:00:00Z`).getUTCDay() === 2), "each on a Tuesday");
    await unplanned(plan.id);
  });
});

test("mouse: each card says who, what and how it stands, in words that are seen", options, async () => {
  const { day } = await staged();
  await inWindow({ role: "desk" }, async ({ page }) => {
    for (const by of ["practitioner", "room", "device"]) {
      await openDay(page, day, `&by=${by}`);
      // What is cut off by the length of the card is not seen; a line is higher than its letters.
      const unseen = await page.locator(".grid article.card").evaluateAll((cards) =>
        cards.flatMap((card) => {
          const line = card.querySelector("p");
          // How it stands is what comes before the hours.
          const state = document.createRange();
          const text = [...line.childNodes].find((node) => node.nodeType === 3 && node.data.includes("·"));
          state.selectNodeContents(line);
          state.setEnd(text, text.data.indexOf("·"));
          const [box, inside] = [card.getBoundingClientRect(), line.getBoundingClientRect()];
          return [["who", card.querySelector(".who-is").getBoundingClientRect()], ["how it stands", state.getBoundingClientRect()]]
            .filter(([what, own]) => own.height === 0 || own.bottom > box.bottom + 4 || own.right > (what === "who" ? box : inside).right + 1)
            .map(([what]) => `${what}, of “${card.innerText.replace(/\s+/g, " ").slice(0, 60)}”`);
        }),
      );
      assert.deepEqual(unseen, [], `cut off, by ${by}`);
      if (by !== "device") assert.ok((await page.locator(".grid article.card p").filter({ hasText: /booked|confirmed/ }).count()) > 4);
    }
  });
});
