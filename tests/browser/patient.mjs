// A patient with a telephone: the page behind the link, in both languages, with scripts off as it has none.

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";

import { holdsToAxe } from "./lib/axe.mjs";
import { inWindow, PHONE, screenshots } from "./lib/browser.mjs";
import { all, clock, session, visitPath } from "./lib/demo.mjs";
import { fitsNarrow } from "./lib/fit.mjs";
import { staged } from "./lib/stage.mjs";

const options = { timeout: 60_000 };
const TELEPHONE = { screen: PHONE, javaScriptEnabled: false };

/** The path of a patient's page, once the message about the visit went out. */
async function linkTo(visit) {
  await clock({ advance: "PT4M" });
  return visitPath(visit.id);
}

/** Fails if something to tap is smaller than a fingertip, or if the page says what is treated. */
async function fitsAThumb(page, what) {
  const small = await page.locator("button, a.deed").evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.innerText));
  assert.deepEqual(small, [], `${what}: too small to tap`);
  const words = `${await page.title()} ${await page.innerText("body")}`;
  assert.doesNotMatch(words, /laser|removal|tattoo|pigment|scalp|consult|review|détatouage|dermato/i, `${what} tells what is treated`);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${what} is wider than the telephone`);
}

const answers = [
  { who: "english", lang: "en", locale: "en-CA", title: "Your appointment", yes: "Yes, I’ll be there", thanks: /is confirmed/, no: "I can’t come", choose: /Choose another time/, moved: /has been moved/ },
  { who: "french", lang: "fr", locale: "fr-CA", title: "Votre rendez-vous", yes: "Oui, je serai là", thanks: /confirmé/, no: "Je ne peux pas venir", choose: /autre (moment|heure|date)/i, moved: /déplacé/ },
];

for (const { who, lang, locale, title, yes, thanks, no, choose, moved } of answers) {
  test(`telephone, ${lang}: when and where, confirmed, then another time is chosen`, options, async () => {
    const visit = (await staged())[who];
    const link = await linkTo(visit);
    await inWindow({ ...TELEPHONE, locale }, async ({ page }) => {
      await page.goto(link);
      assert.equal(await page.locator("html").getAttribute("lang"), lang);
      assert.equal(await page.locator("h1").innerText(), title);
      const hour = Number(visit.local_start.slice(11, 13));
      const shown = await page.locator(".visit").innerText();
      assert.match(shown, lang === "en" ? new RegExp(`\\b${hour % 12 || 12}:${visit.local_start.slice(14)} p\\.m\\.`) : new RegExp(`\\b${hour}\\s?h`), "the hour in Toronto");
      assert.match(shown, /\d{4}/);
      await fitsAThumb(page, "the visit");
      await page.screenshot({ path: path.join(screenshots, `telephone-${lang}.png`), fullPage: true });
      for (const name of ["Google", "Outlook"]) assert.match(await page.getByRole("link", { name }).getAttribute("href"), /^https:\/\/[a-z.]+\//);
      assert.match(await page.locator('a[href^="tel:"]').getAttribute("href"), /^tel:\+?\d{10,}$/);
      // The file of the visit is one that calendars read.
      const ics = await page.request.get(`${link}/appointment.ics`);
      assert.match(ics.headers()["content-type"], /^text\/calendar/);
      assert.match(await ics.text(), new RegExp(`UID:${visit.uid}`));

      await page.getByRole("button", { name: yes }).tap();
      await page.getByRole("status").getByText(thanks).waitFor();
      assert.ok((await session(visit.id)).confirmed_at, "the clinic knows that they come");

      await page.getByRole("button", { name: no }).tap();
      await page.getByRole("heading", { name: choose }).waitFor();
      await fitsAThumb(page, "the times to choose from");
      await page.screenshot({ path: path.join(screenshots, `telephone-choose-${lang}.png`), fullPage: true });
      const times = page.locator("button.quiet.wide");
      assert.equal(await times.count(), 3, "three times to choose from");
      const tasks = await all("/tasks?status=open", "front_desk");
      assert.ok(tasks.some((task) => task.session_id === visit.id || JSON.stringify(task).includes(visit.id)), "the desk has a task");
      await times.first().tap();
      await page.getByRole("status").getByText(moved).waitFor();
      assert.notEqual((await session(visit.id)).local_start, visit.local_start, "the session has its new time");
      assert.notEqual(await page.locator(".visit").innerText(), shown);
    });
  });
}

test("telephone: opening the link changes nothing, and a wrong one opens nothing", options, async () => {
  const { reader: visit } = await staged();
  const link = await linkTo(visit);
  await inWindow(TELEPHONE, async ({ page }) => {
    await page.goto(link);
    assert.equal((await session(visit.id)).version, visit.version, "opened, and nothing more");
    assert.equal((await session(visit.id)).confirmed_at ?? null, null);
    const answer = await page.goto(`${link.slice(0, -1)}${link.endsWith("A") ? "B" : "A"}`);
    assert.equal(answer.status(), 404);
    await page.getByRole("heading", { name: /Page not found/ }).waitFor();
  });
});

test("telephone: messages are stopped and begun again", options, async () => {
  // Who reads English: the other language has words of its own.
  const { reader } = await staged();
  const link = await linkTo(reader);
  await inWindow(TELEPHONE, async ({ page }) => {
    await page.goto(link);
    await page.getByRole("link", { name: "Unsubscribe from messages" }).tap();
    await page.getByRole("button", { name: "Unsubscribe from messages" }).tap();
    await page.getByText("You are unsubscribed").waitFor();
    await page.goto(`${link}/messages`);
    await page.getByText("You do not receive messages here.").waitFor();
    await page.getByRole("button", { name: "Get messages again" }).tap();
    await page.getByText("You will receive messages again.").waitFor();
  });
});

test("telephone: a consultation is asked for, and becomes a task for the desk", options, async () => {
  await inWindow({ screen: PHONE }, async ({ page }) => {
    await page.goto("/consultation");
    await holdsToAxe(page, "consultation on a telephone");
    await page.getByLabel(/name/i).first().fill("Ori Wishful");
    await page.getByLabel(/phone/i).first().fill("416 555 9031");
    const wish = page.locator("textarea");
    if ((await wish.count()) > 0) await wish.fill("Fade an old line <b>please</b>");
    // Whoever sends it within a breath is taken for a program.
    await clock({ advance: "PT30S" });
    await page.locator("main form button").last().tap();
    await page.getByText(/^Thank/).first().waitFor();
    await fitsNarrow(page, "consultation, sent");
  });
  await inWindow({ role: "desk" }, async ({ page }) => {
    const task = (await all("/tasks?status=open", "front_desk")).findLast((one) => one.kind === "consultation_wished");
    await page.goto(`/desk/tasks/${task.id}`);
    const words = await page.innerText("main");
    for (const typed of ["Ori Wishful", "Fade an old line <b>please</b>"]) assert.ok(words.includes(typed), `the desk's task says ${typed}`);
    assert.match(words.replace(/\D/g, ""), /4165559031/, "the desk's task says whom to call");
  });
});
