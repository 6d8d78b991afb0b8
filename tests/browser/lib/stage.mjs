// The stage: a day of the clinic with enough on it, at whose morning the clock stands.

import { all, api, clock, course, dayAfter, now } from "./demo.mjs";

const SERVICES = ["laser_partial", "laser_full", "review", "adjustment", "chemical", "saline"];

/** The first free time of a course on a day, as `{service, start, …}`; nothing where no service is legal then. */
async function firstFree(courseId, day, nth) {
  for (const service of SERVICES) {
    const found = await api("GET", `/slots?course_id=${courseId}&service=${service}&from=${day}&to=${day}&limit=200`);
    if (found.items.length > 0) return { service, ...found.items[Math.min(nth, found.items.length - 1)] };
  }
  return null;
}

async function book(courseId, { service, start }) {
  return api("POST", "/sessions", { course_id: courseId, service, start });
}

/** Courses at the clinic whose next session may be booked now, with their patients. */
async function open() {
  const patients = new Map((await all("/patients")).map((patient) => [patient.id, patient]));
  const courses = await all("/courses");
  // Who has several courses would not open by themselves with one of them.
  const single = (one) => courses.filter((other) => other.patient_id === one.patient_id).length === 1;
  return courses
    .filter((one) => one.status === "active" && one.delivery === "onsite" && one.phase === "treating" && one.progress.left > 0 && one.progress.booked === 0)
    .filter((one) => single(one) && patients.get(one.patient_id).phone)
    .map((one) => ({ ...one, patient: patients.get(one.patient_id) }));
}

async function set() {
  const today = (await now()).slice(0, 10);
  const courses = await open();
  if (courses.length < 12) throw new Error(`only ${courses.length} courses of the demo wait for a session`);
  // Not today, whose hours may be over; not a day on which the clinic is closed, or on which nobody is there.
  for (let days = 3; days < 14; days += 1) {
    const day = dayAfter(today, days);
    if (new Date(`${day}T12:00:00Z`).getUTCDay() === 6) continue;
    const free = await firstFree(courses[0].id, day, 0);
    if (!free) continue;
    const booked = [];
    const left = [...courses];
    for (let at = 0; booked.length < 9 && left.length > 6; at += 4) {
      const one = left.shift();
      const slot = await firstFree(one.id, day, at);
      if (slot) booked.push({ ...(await book(one.id, slot)), patient: one.patient });
    }
    if (booked.length < 6) throw new Error(`only ${booked.length} sessions fit into ${day}`);
    await clock({ to: `${day}T08:40:00${(await now()).slice(-6)}` });
    return { day, booked, waiting: left };
  }
  throw new Error("no day of the coming fortnight has a free time");
}

let stage = null;
/** The stage, set once. `day` is today; `booked` are sessions of today; `waiting` are courses that have no session booked. */
export function staged() {
  stage ??= set();
  return stage;
}

/** A session of today that no other check uses: each is given out once. */
export async function aSession() {
  const found = (await staged()).booked.shift();
  if (!found) throw new Error("the stage has no session left: book more");
  return found;
}

/** A course that waits for its next session, given out once. */
export async function aCourse() {
  const found = (await staged()).waiting.shift();
  if (!found) throw new Error("the stage has no course left");
  return { ...(await course(found.id)), patient: found.patient };
}
