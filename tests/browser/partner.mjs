// A partner shop on a telephone: its list, its answers, its report, its calendar; nobody else's patients.

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";

import { holdsToAxe } from "./lib/axe.mjs";
import { inWindow, PHONE, screenshots } from "./lib/browser.mjs";
import { all, api } from "./lib/demo.mjs";
import { fitsNarrow } from "./lib/fit.mjs";
import { staged } from "./lib/stage.mjs";

const options = { timeout: 60_000 };
const SHOP = { role: "partner", screen: PHONE };
const SHOP_NO_SCRIPTS = { ...SHOP, javaScriptEnabled: false };

/** Before and after the shop has seen it. */
const WAITING = new Set(["requested", "received"]);
const referral = (id) => api("GET", `/referrals/${id}`, undefined, "manager");

/** Referrals by whether they are this shop's. */
async function referrals() {
  const shop = (await api("GET", "/me", undefined, "partner")).partner_id;
  const every = await all("/referrals");
  return [every.filter((one) => one.partner_id === shop), every.filter((one) => one.partner_id !== shop)];
}

/** The referrals that wait for an answer, in the order of the page. */
async function open(page, nth) {
  await page.goto("/partner?show=to-answer");
  await page.getByRole("link", { name: /^Answer/ }).nth(nth).tap();
  await page.waitForURL(/\/partner\/referrals\//);
  return new URL(page.url()).pathname.split("/").at(-1);
}

test("partner: the list has its own patients and nobody else's", options, async () => {
  await staged();
  const [own, others] = await referrals();
  const patients = new Map((await all("/patients")).map((patient) => [patient.id, patient]));
  await inWindow(SHOP, async ({ page }) => {
    await page.goto("/");
    await page.waitForURL("**/partner");
    const words = [];
    for (const where of ["/partner", "/partner?show=to-answer", "/partner?show=to-report"]) {
      assert.equal((await page.goto(where)).status(), 200, where);
      words.push(await page.innerText("main"));
    }
    const waiting = own.filter((one) => WAITING.has(one.status)).map((one) => patients.get(one.patient_id));
    assert.ok(waiting.length >= 2);
    for (const patient of waiting) assert.ok(words.join().includes(patient.given_name), `${patient.given_name} is on the list`);
    const ownPatients = new Set(own.map((one) => one.patient_id));
    for (const one of others.filter(({ patient_id }) => !ownPatients.has(patient_id))) {
      const { given_name, family_name } = patients.get(one.patient_id);
      assert.ok(!words.join().includes(`${given_name} ${family_name}`), "another shop's patient");
      assert.equal((await page.goto(`/partner/referrals/${one.id}`)).status(), 404, "another shop's referral");
    }
    await page.goto("/partner");
    await fitsNarrow(page, "the shop's list");
    await page.screenshot({ path: path.join(screenshots, "telephone-partner.png"), fullPage: true });
  });
});

test("partner: declined, but only with a reason; another time proposed; accepted", options, async () => {
  await staged();
  await inWindow(SHOP_NO_SCRIPTS, async ({ page }) => {
    const declined = await open(page, 0);
    await page.getByText("Decline", { exact: true }).first().tap();
    const reason = page.getByRole("textbox", { name: "Reason" });
    await reason.evaluate((field) => field.removeAttribute("required"));
    await page.getByRole("button", { name: "Decline" }).tap();
    await page.locator(".problem, .field-problem").first().waitFor();
    assert.ok(WAITING.has((await referral(declined)).status), "without a reason nothing is declined");
    const why = 'The room is <b>flooded</b> & "closed"';
    await page.getByRole("textbox", { name: "Reason" }).fill(why);
    await page.getByRole("button", { name: "Decline" }).tap();
    await page.getByRole("status").getByText("Declined").waitFor();
    assert.deepEqual([(await referral(declined)).status, (await referral(declined)).reason], ["rejected", why]);

    const accepted = await open(page, 0);
    assert.notEqual(accepted, declined);
    await page.getByText(/^Propose another time/).first().tap();
    const { sessions } = await referral(accepted);
    const day = sessions[0].start.slice(0, 10);
    const field = page.locator('input[type="datetime-local"]').first();
    await field.fill(`${day}T17:00`);
    await page.getByRole("button", { name: "Propose", exact: true }).first().tap();
    await page.getByRole("status").getByText("Proposed").waitFor();
    assert.equal((await referral(accepted)).proposals.length, 1, "the clinic has the proposal");
    await page.getByRole("button", { name: "Accept" }).tap();
    await page.getByRole("status").getByText("Accepted").waitFor();
    assert.equal((await referral(accepted)).status, "accepted");
  });
});

test("partner: what was done is recorded; what makes no sense stays typed, with a word beside it", options, async () => {
  await staged();
  const [own] = await referrals();
  await inWindow(SHOP, async ({ page }) => {
    await page.goto("/partner?show=to-report");
    await page.getByRole("link", { name: /Record what was done/ }).first().tap();
    await page.getByRole("heading", { name: "Record what was done" }).waitFor();
    await holdsToAxe(page, "a report on a telephone");
    await fitsNarrow(page, "a report");
    await page.setViewportSize(PHONE.viewport);
    await page.getByLabel("How it ended").selectOption({ index: 1 });
    await page.getByLabel(/^Wavelength/).first().selectOption({ index: 1 });
    const wavelength = await page.getByLabel(/^Wavelength/).first().inputValue();
    await page.getByLabel(/^Fluence/).first().fill("-3");
    await page.evaluate(() => document.querySelector("form.fields").setAttribute("novalidate", ""));
    await page.getByRole("button", { name: "Send the report" }).tap();
    await page.locator(".field-problem").first().waitFor();
    const fluence = page.getByLabel(/^Fluence/).first();
    assert.deepEqual([await fluence.inputValue(), await fluence.getAttribute("aria-invalid")], ["-3", "true"]);
    assert.equal(await page.getByLabel(/^Wavelength/).first().inputValue(), wavelength, "what was right is kept too");
    await holdsToAxe(page, "a report with faults");
    await page.goto("/partner?show=to-report");
    assert.ok((await page.getByRole("link", { name: /Record what was done/ }).count()) > 0, "nothing is reported yet");
  });
  assert.ok(own.some((one) => one.status === "accepted"));
});

test("partner: a calendar address and a link are made, shown once, and revoked", options, async () => {
  await staged();
  await inWindow(SHOP, async ({ page }) => {
    await page.goto("/partner/calendar");
    await page.locator("form[action='/partner/calendar/make'] button").tap();
    const address = await page.locator("#fresh").inputValue();
    assert.match(address, /^https?:\/\/.*\/feeds\//);
    const feed = await (await fetch(address)).text();
    assert.match(feed, /^BEGIN:VCALENDAR[^]*BEGIN:VEVENT/, "the feed has visits");
    await page.goto("/partner/calendar");
    assert.equal(await page.locator("#fresh").count(), 0, "the address is shown once");
    await page.locator("input[name=label], form[action='/partner/links'] input:not([type=hidden])").first().fill("The <i>till</i>");
    await page.locator("form[action='/partner/links'] button").tap();
    const link = await page.locator("#fresh").inputValue();
    assert.equal((await fetch(link)).status, 200);
    await page.getByRole("button", { name: /The <i>till<\/i>/ }).tap();
    await page.getByRole("status").waitFor();
    assert.equal((await fetch(link)).status, 404, "a revoked link opens nothing");
  });
});
