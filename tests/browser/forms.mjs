// Every form of the desk and of managers: empty, absurd, too long, with HTML and scripts in names. A form that fails
// comes back filled in, says why, and nothing that was typed runs.

import assert from "node:assert/strict";
import { test } from "node:test";

import { holdsToAxe } from "./lib/axe.mjs";
import { inWindow } from "./lib/browser.mjs";
import { all, api, session } from "./lib/demo.mjs";
import { fitsNarrow } from "./lib/fit.mjs";
import { asItWas, linkOf, newPhone, noted, openDay, patientWith } from "./lib/flows.mjs";
import { staged } from "./lib/stage.mjs";

const options = { timeout: 90_000 };
const HOSTILE = `"><script>globalThis.ran=1</script><img src=x onerror=globalThis.ran=1>{{7*7}}`;

/** Nothing that was typed ran. */
const ranNothing = async (page) => assert.equal(await page.evaluate(() => globalThis.ran), undefined, "a script that was typed ran");

/** Lets a form be sent that the browser itself would hold back: the server is asked here. */
const letThrough = (page) => page.evaluate(() => document.querySelectorAll("form").forEach((form) => {
  form.noValidate = true;
  form.querySelectorAll("[maxlength]").forEach((field) => field.removeAttribute("maxlength"));
}));

test("forms: a new caller, empty, absurd and too long", options, async () => {
  const { day } = await staged();
  await inWindow({ role: "desk" }, async ({ page }) => {
    const send = async (name, phone) => {
      await page.goto(`/desk?day=${day}&new`);
      await letThrough(page);
      await page.getByLabel("Name").fill(name);
      await page.getByLabel("Phone").fill(phone);
      await page.getByRole("button", { name: "Register" }).click();
      await page.getByRole("alert").waitFor();
      assert.deepEqual([(await page.getByLabel("Name").inputValue()).trim(), await page.getByLabel("Phone").inputValue()], [name.trim(), phone], "what was typed stays");
    };
    await send("", "");
    for (const label of ["Name", "Phone"]) {
      const field = page.getByLabel(label);
      assert.equal(await field.getAttribute("aria-invalid"), "true");
      const words = await page.locator(`#${await field.getAttribute("aria-describedby")}`).innerText();
      assert.ok(words.length > 8, `${label} says what is wrong with it`);
    }
    await holdsToAxe(page, "a new caller, refused");
    await send("Ori Toolong".repeat(60), "4165559051");
    await send("Ori Absurd", "12");
    await send("Ori Absurd", "not a phone");
    await send("  ", "4165559051");
    assert.deepEqual((await all("/patients?q=4165559051", "front_desk")).length, 0, "nobody was registered");
  });
});

test("forms: HTML and scripts in a name stay words, wherever the name is shown", options, async () => {
  const phone = newPhone();
  const { day } = await staged();
  await inWindow({ role: "desk" }, async ({ page }) => {
    await page.goto(`/desk?day=${day}&new`);
    await page.getByLabel("Name").fill(`Ori ${HOSTILE} O'Äé日本語`);
    await page.getByLabel("Phone").fill(phone);
    await page.getByRole("button", { name: "Register" }).click();
    await noted(page, /Registered/);
    await ranNothing(page);
    await page.locator(".panel .times button").first().click();
    const status = await noted(page, /Booked/);
    const { id } = await patientWith(phone);
    const [course] = await all(`/courses?patient_id=${id}`);
    const booked = new URL(page.url()).searchParams.get("day");
    for (const path of [`/desk?day=${booked}`, `/desk?q=${encodeURIComponent(HOSTILE)}`, `/desk/week?day=${booked}`, `/desk/courses/${course.id}`, `/desk?patient=${id}`]) {
      await page.goto(path);
      await ranNothing(page);
      if (!path.includes("q=")) assert.match(await page.innerText("main"), /<script>globalThis/, `${path} shows the name as it was typed`);
      assert.equal(await page.locator("main img").count(), 0);
      await fitsNarrow(page, `${path}, a name of many letters`);
      await page.setViewportSize({ width: 1280, height: 800 });
    }
    assert.ok(status);
    const one = (await api("GET", `/courses/${course.id}`)).sessions[0];
    await api("POST", `/sessions/${one.id}/cancel`, { reason: "booked_by_mistake" }, "front_desk", { "if-match": `"${one.version}"` });
  });
});

test("forms: searches that find nothing, or cannot", options, async () => {
  const { day } = await staged();
  await inWindow({ role: "desk" }, async ({ page }) => {
    for (const q of ["zzzzzz", "<script>globalThis.ran=1</script>nobody", "%", "''--", "a".repeat(3000), "東京", "\u202Eabc", "0"]) {
      const answer = await page.goto(`/desk?day=${day}&q=${encodeURIComponent(q)}`);
      assert.ok(answer.status() < 500, `a search for ${q.slice(0, 20)} answers ${answer.status()}`);
      assert.match(await page.innerText(".panel"), /found|look for/i, `a search for ${q.slice(0, 20)} says what came of it`);
      await ranNothing(page);
    }
  });
});

test("forms: addresses that make no sense are answered in words", options, async () => {
  const { later } = await staged();
  await asItWas(later);
  await inWindow({ role: "desk" }, async ({ page }) => {
    for (const path of ["/desk?day=junk", "/desk?day=9999-99-99", "/desk?day=0000-01-01", "/desk?by=moon", "/desk?session=junk", "/desk?patient=00000000-0000-7000-8000-000000000000", `/desk?session=${later.id}&to=junk`, "/desk/week?day=junk", "/desk/courses/junk", "/desk/courses/junk/plan", "/desk/tasks/junk", "/desk/tasks?after=junk", "/nowhere"]) {
      const answer = await page.goto(path);
      assert.ok(answer.status() < 500, `${path} answers ${answer.status()}`);
      assert.ok((await page.innerText("body")).trim().length > 20, `${path} says something`);
    }
  });
});

test("forms: a plan of nothing, of too many, and on no day", options, async () => {
  const { plan } = await staged();
  await inWindow({ role: "desk" }, async ({ page }) => {
    const propose = async (fill) => {
      await page.goto(`/desk/courses/${plan.id}/plan`);
      await letThrough(page);
      await fill();
      await page.getByRole("button", { name: "Propose dates" }).click();
      await page.locator("main .problem").waitFor();
      assert.ok((await page.innerText("main .problem")).length > 10, "it says why");
    };
    await propose(() => page.getByLabel("Sessions").fill("0"));
    await propose(() => page.getByLabel("Sessions").fill("5000"));
    assert.equal(await page.getByLabel("Sessions").inputValue(), "5000", "what was typed stays");
    await propose(async () => {
      await page.getByLabel("Not before").fill("23:00");
      await page.getByLabel("Not after").fill("01:00");
    });
    assert.equal(await page.getByLabel("Not before").inputValue(), "23:00");
    await holdsToAxe(page, "a plan that cannot be");
  });
});

test("forms: a session cannot be moved where a rule or somebody is in the way, and it says why", options, async () => {
  const { day, later } = await staged();
  await asItWas(later);
  await inWindow({ role: "desk" }, async ({ page }) => {
    await openDay(page, day);
    await linkOf(page, later.id).click();
    for (const to of [`${day}T03:00`, "2020-01-01T10:00"]) {
      await page.getByLabel("Another time").fill(to);
      await page.getByRole("button", { name: "Look at it" }).click();
      await page.getByRole("alert").waitFor();
      assert.ok((await page.getByRole("alert").innerText()).length > 15, "why not");
      assert.equal(await page.getByLabel("Another time").inputValue(), to, "what was typed stays");
    }
    assert.equal((await session(later.id)).local_start, later.local_start);
  });
});

test("forms: a user is added by a manager; what makes no sense comes back", options, async () => {
  await inWindow({ role: "manager" }, async ({ page }) => {
    await page.goto("/manage/users");
    await letThrough(page);
    const name = page.getByLabel(/name/i).first();
    const email = page.getByLabel(/email/i).first();
    await name.fill(HOSTILE);
    await email.fill("not an email");
    await page.getByLabel(/^Role/).selectOption({ label: "Front desk" });
    await page.locator("main form button").last().click();
    await page.locator("main .field-problem").first().waitFor();
    assert.equal(await email.getAttribute("aria-invalid"), "true", "the email is marked");
    assert.deepEqual([await name.inputValue(), await email.inputValue()], [HOSTILE, "not an email"], "what was typed stays");
    await ranNothing(page);
    await holdsToAxe(page, "a user, refused");
  });
});

test("forms: a session is written up, and what is refused stays as it was typed", options, async () => {
  const { treated: one, day } = await staged();
  await inWindow({ role: "desk" }, async ({ page }) => {
    await openDay(page, day);
    await page.goto(`/desk?day=${day}&session=${one.id}`);
    const consent = page.getByLabel("The patient consented to the laser, by the text");
    if (await consent.count()) {
      await consent.fill("2026-1");
      await page.getByRole("button", { name: "Write it down" }).click();
      await noted(page, /written down/);
    }
    await page.locator(".panel").getByRole("button", { name: "Check in" }).click();
    await noted(page, /Checked in/);
    assert.equal((await session(one.id)).status, "checked-in");
    assert.equal(await page.getByRole("link", { name: "Write up" }).count(), 0, "the desk writes nothing up");
  });
  await inWindow({ role: "practitioner" }, async ({ page }) => {
    await page.goto(`/desk?day=${day}&session=${one.id}`);
    await page.keyboard.press("r");
    await page.waitForURL(/\/record$/);
    await holdsToAxe(page, "a session to be written up");
    await fitsNarrow(page, "a session to be written up");
    await page.getByLabel("How it ended").selectOption("completed");
    await page.getByLabel("Note").fill(HOSTILE);
    await page.getByRole("button", { name: "Write it up" }).click();
    await page.getByRole("alert").waitFor();
    assert.equal(await page.getByLabel("Pain (0 to 10)").getAttribute("aria-invalid"), "true", "what is missing is marked");
    assert.equal(await page.getByLabel("Note").inputValue(), HOSTILE);
    await ranNothing(page);
    await holdsToAxe(page, "a session written up in vain");
    const typed = { "Fluence (J/cm²)": "3", "Spot diameter (mm)": "4", "Pulse width": "6", "Frequency (Hz)": "2", "Pulses fired (number)": "300", "Passes (number)": "1", "Pain (0 to 10)": "4" };
    for (const [label, text] of Object.entries(typed)) await page.getByLabel(label, { exact: true }).first().fill(text);
    await page.getByLabel("Wavelength (nm)").first().selectOption("1064");
    await page.getByLabel("Unit of the pulse width").first().selectOption("ns");
    await page.getByLabel("Reaction of the skin").selectOption("frosting");
    await page.getByLabel("Everybody wore eye protection").check();
    await page.getByRole("button", { name: "Write it up" }).click();
    await noted(page, /Written up/);
    const done = await session(one.id);
    assert.deepEqual([done.status, done.record.note], ["fulfilled", HOSTILE]);
  });
});

test("forms: a hand that presses twice does it once", options, async () => {
  const phone = newPhone();
  const { day } = await staged();
  await inWindow({ role: "desk" }, async ({ page }) => {
    await page.goto(`/desk?day=${day}&new`);
    await page.getByLabel("Name").fill("Ori Twice");
    await page.getByLabel("Phone").fill(phone);
    await page.getByRole("button", { name: "Register" }).dblclick({ noWaitAfter: true });
    await noted(page, /Registered/);
    assert.equal((await all(`/patients?q=${phone}`, "front_desk")).length, 1, "one patient");
  });
});
