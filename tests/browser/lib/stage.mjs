// The stage: a day of the clinic with enough on it, at whose morning the clock stands.

import { all, api, clock, dayAfter, now } from "./demo.mjs";

const SERVICES = ["laser_partial", "laser_full", "review", "adjustment", "chemical", "saline"];

const NOW = "10:30";
// The sessions of the stage: when each begins, or soon after but before `until`, and what the checks need of it. The
// clock then stands between them. Whichever day it is, each check has a session that it can do its work with.
const WANTED = [
  { as: "late", at: "09:00", until: "10:15" },
  // With the laser that is always here, whose settings the checks know.
  { as: "treated", at: "09:45", until: NOW, services: ["laser_partial", "laser_full"], device: "LASER-OWN-1" },
  { as: "soon", at: "10:45" },
  { as: "next", at: "11:00" },
  { as: "later", at: "13:00", until: "15:00", isMovable: true },
  // Patients who answer by themselves, in either language.
  { as: "reader", at: "14:00", language: "en" },
  { as: "english", at: "15:00", language: "en" },
  { as: "french", at: "16:00", language: "fr" },
];
// Those of whom there are fewest are found first.
const ORDER = ["treated", "french", "later", "late", "soon", "next", "reader", "english"];

const timeOf = (slot) => slot.start.slice(11, 16);

/** Free times of a course on a day. */
async function freeTimes(courseId, service, day, more = {}) {
  const query = new URLSearchParams({ course_id: courseId, service, from: day, to: day, limit: 400, ...more });
  return (await api("GET", `/slots?${query}`)).items.sort((one, other) => one.start.localeCompare(other.start));
}

/** A free time of a course on a day that is as `wanted`; nothing where no service has one. */
async function free(courseId, day, { at, until = "24:00", services = SERVICES, device, isMovable }) {
  for (const service of services) {
    const found = await freeTimes(courseId, service, day, device ? { device_id: device } : {});
    for (const slot of found.filter((one) => timeOf(one) >= at && timeOf(one) < until)) {
      if (!isMovable) return { service, ...slot };
      // Where it can be dragged to: other hours of the same column, in sight.
      const column = await freeTimes(courseId, service, day, { practitioner_id: slot.practitioner_id });
      const others = column.map(timeOf).filter((time) => time > "11:00" && time < "16:00" && time !== timeOf(slot));
      if (others.length > 1) return { service, ...slot };
    }
  }
  return null;
}

/** Courses at the clinic whose next session may be booked, each with its patient. */
async function open() {
  const patients = new Map((await all("/patients")).map((patient) => [patient.id, patient]));
  const courses = await all("/courses");
  // Who has several courses is not opened at the one that is meant.
  const single = (one) => courses.filter((other) => other.patient_id === one.patient_id).length === 1;
  return courses
    .filter((one) => one.status === "active" && one.delivery === "onsite" && one.phase === "treating")
    .filter((one) => one.progress.booked === 0 && one.progress.left !== 0 && single(one))
    .map((one) => ({ ...one, patient: patients.get(one.patient_id) }));
}

/** A long course that can be planned on one day of the week, with other dates to choose from. */
async function plannable(courses) {
  for (const one of courses.filter(({ progress }) => progress.left >= 8)) {
    const wanted = { service: "laser_partial", count: one.progress.left, weekdays: ["tue"] };
    const found = await api("POST", `/courses/${one.id}/plan`, wanted).catch(() => null);
    if (found?.proposals.length >= 8 && found.proposals.every(({ alternatives }) => alternatives.length > 0)) return one;
  }
  throw new Error("no course of the demo can be planned");
}

async function set() {
  const today = (await now()).slice(0, 10);
  const courses = await open();
  // Those that may be treated soonest come first.
  const soonest = (one) => one.next_window?.from ?? "9999";
  courses.sort((one, other) => soonest(one).localeCompare(soonest(other)));
  const plan = await plannable(courses);
  const others = courses.filter((one) => one !== plan);
  const devices = new Map((await all("/devices")).map((device) => [device.code, device.id]));
  const wanted = new Map(WANTED.map((one) => [one.as, { ...one, device: devices.get(one.device) }]));
  // Not today, whose hours may be over; not a day on which the clinic is closed, or on which nobody is there.
  for (let days = 3; days < 14; days += 1) {
    const day = dayAfter(today, days);
    if ([0, 6].includes(new Date(`${day}T12:00:00Z`).getUTCDay()) || !(await free(others[0].id, day, { at: "16:00" }))) continue;
    const left = [...others];
    const found = {};
    for (const as of ORDER) {
      const { language } = wanted.get(as);
      for (const one of left.filter(({ patient }) => patient.preferred_language === (language ?? patient.preferred_language))) {
        const slot = await free(one.id, day, wanted.get(as));
        if (!slot) continue;
        const { service, start, practitioner_id, device_id } = slot;
        const place = { practitioner_id, ...(device_id ? { device_id } : {}) };
        found[as] = { ...(await api("POST", "/sessions", { course_id: one.id, service, start, ...place })), patient: one.patient };
        left.splice(left.indexOf(one), 1);
        break;
      }
      if (!found[as]) break;
    }
    // A day on which nobody can be treated has nothing booked yet, so another will do.
    if (Object.keys(found).length === 0) continue;
    const missing = ORDER.filter((as) => !found[as]);
    if (missing.length > 0) throw new Error(`no session for “${missing[0]}” fits into ${day}`);
    // The first of those who wait is who can be treated on this very day.
    const treatable = [];
    for (const one of left.filter(({ next_window }) => next_window && next_window.suggested <= day)) {
      if ((await freeTimes(one.id, "laser_partial", day)).filter((slot) => timeOf(slot) > "11:00").length >= 3) treatable.push(one);
    }
    if (treatable.length === 0) throw new Error(`no caller can be treated on ${day}`);
    await clock({ to: `${day}T${NOW}:00${found.soon.start.slice(-6)}` });
    return {
      day,
      /** All of them, in the order of the day. */
      booked: WANTED.map(({ as }) => found[as]),
      /** A course of eight or more sessions to be planned. */
      plan,
      /**
       * `late`, whose patient has not come; `treated`, by the laser that is always here; `soon`, who is expected;
       * `later`, which can be moved within its column; `reader`, `english` and `french`, whose patients answer by
       * themselves.
       */
      ...found,
      /** Courses of which nothing is booked; the first can be treated on this very day. */
      waiting: [...new Set([...treatable, ...left])],
    };
  }
  throw new Error("no day of the coming fortnight has a free time");
}

let stage = null;
/** The stage, set once. Checks leave it as they find it, by taking back what they do. */
export function staged() {
  stage ??= set();
  return stage;
}
