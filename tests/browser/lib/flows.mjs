// What the five flows of the desk come to, however they are done: asked of the API, not of the page
// that did them. Each is taken back afterwards, so that the next way to do it begins alike.

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";

import { all, api, course, session } from "./demo.mjs";

/** Opens the day and waits until its scripts have begun. */
export async function openDay(page, day, more = "") {
  await page.goto(`/desk?day=${day}${more}`, { waitUntil: "load" });
  await assertCards(page);
}

async function assertCards(page) {
  assert.ok((await page.locator("article.card").count()) > 3, "the day has next to nothing on it");
}

export const cardOf = (page, id) => page.locator(`.grid article.card[data-session="${id}"]`);
export const linkOf = (page, id) => cardOf(page, id).locator("> .who");

/** The note on what was just done. */
export async function noted(page, words) {
  const note = page.locator("[role=status]");
  await note.waitFor();
  assert.match(await note.innerText(), words);
  return note;
}

/** Presses Undo in the note; what was done is then as if it had not been. */
export async function undone(page) {
  await page.locator("[role=status]").getByRole("button", { name: "Undo" }).click();
  await noted(page, /undone/i);
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** The time that a button or a heading names, `Tue 1 Dec 2026, 15:30` or in full, as `2026-12-01T15:30`. */
export function timeIn(words) {
  const found = /([A-Z]\w+) (\d{1,2}) ([A-Z]\w+) (\d{4})(?:,| at) (\d{2}:\d{2})/.exec(words);
  assert.ok(found, `no time is named in “${words}”`);
  const [, weekday, day, month, year, time] = found;
  const two = (number) => String(number).padStart(2, "0");
  const date = `${year}-${two(MONTHS.indexOf(month.slice(0, 3).toLowerCase()) + 1)}-${two(day)}`;
  const right = new Date(`${date}T12:00:00Z`).toLocaleDateString("en", { weekday: "long", timeZone: "UTC" });
  assert.ok(right.startsWith(weekday), `${date} is a ${right}, and “${words}” says otherwise`);
  return `${date}T${time}`;
}

/** Sessions of a course that take place. */
export async function bookedOf(courseId) {
  return (await course(courseId)).sessions.filter((one) => ["booked", "pending"].includes(one.status));
}

/** Takes back what a check that failed left behind, so that it is the only one that fails. */
export async function asItWas(one) {
  for (let tries = 0; tries < 3; tries += 1) {
    const now = await session(one.id);
    if (now.status === "booked" && now.local_start === one.local_start) return one;
    await api("POST", `/sessions/${one.id}/undo`, undefined, "front_desk", { "if-match": `"${now.version}"` });
  }
  return assert.fail(`the session ${one.id} is not as it was`);
}

/** Takes a plan back, session by session. */
export async function unplanned(courseId) {
  for (const one of await bookedOf(courseId)) {
    await api("POST", `/sessions/${one.id}/cancel`, { reason: "booked_by_mistake" }, "front_desk", { "if-match": `"${one.version}"` });
  }
}

export async function statusOf(id) {
  return (await session(id)).status;
}

/** Three offers, or what is in the way of more: each names its time and says why it is there. */
export async function offers(page) {
  const times = page.locator(".panel .times button");
  await times.first().waitFor();
  await page.waitForLoadState();
  const words = await times.allInnerTexts();
  assert.equal(words.length, 3, `three times are offered, not ${words.length}`);
  words.forEach(timeIn);
  return times;
}

/** A number that nobody has, so that a demo can be checked twice. */
export const newPhone = () => `4167${randomInt(200_000, 1_000_000)}`;

/** The patient with that phone number. */
export async function patientWith(phone) {
  const found = await all(`/patients?q=${encodeURIComponent(phone)}`, "front_desk");
  assert.equal(found.length, 1, `${found.length} patients have the number ${phone}`);
  return found[0];
}
