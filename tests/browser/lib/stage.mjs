// The stage: a day of the clinic with enough on it, at whose morning the clock stands.

import { all, api, clock, dayAfter, now } from "./demo.mjs";

const SERVICES = ["laser_partial", "laser_full", "review", "adjustment", "chemical", "saline"];

// When sessions of the stage begin, or soon after; the clock then stands between them. The last two are those of
// patients who answer by themselves, in either language.
const WANTED = ["09:00", "09:45", "10:45", "11:00", "13:00", "14:00", "15:00", "16:00"];
const SPEAKS = { "15:00": "en", "16:00": "fr" };
const NOW = "10:30";

/** A free time of a course on a day at `wanted` or after it; nothing where no service is legal then. */
async function free(courseId, day, wanted) {
  for (const service of SERVICES) {
    const found = await api("GET", `/slots?course_id=${courseId}&service=${service}&from=${day}&to=${day}&limit=400`);
    const starts = found.items.map((one) => one.start).sort();
    const start = starts.find((one) => one.slice(11, 16) >= wanted);
    if (start) return { service, start };
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
  // Not today, whose hours may be over; not a day on which the clinic is closed, or on which nobody is there.
  for (let days = 3; days < 14; days += 1) {
    const day = dayAfter(today, days);
    if ([0, 6].includes(new Date(`${day}T12:00:00Z`).getUTCDay()) || !(await free(others[0].id, day, "16:00"))) continue;
    const left = [...others];
    const booked = [];
    for (const wanted of WANTED) {
      for (const one of left.filter(({ patient }) => patient.preferred_language === (SPEAKS[wanted] ?? patient.preferred_language))) {
        const slot = await free(one.id, day, wanted);
        if (!slot) continue;
        booked.push({ ...(await api("POST", "/sessions", { course_id: one.id, service: slot.service, start: slot.start })), patient: one.patient });
        left.splice(left.indexOf(one), 1);
        break;
      }
    }
    if (booked.length < WANTED.length) throw new Error(`only ${booked.length} sessions fit into ${day}`);
    await clock({ to: `${day}T${NOW}:00${(await now()).slice(-6)}` });
    // In the order in which they were wanted.
    const [late, , soon, , later, , english, french] = booked;
    return {
      day,
      booked,
      /** A course of eight or more sessions to be planned. */
      plan,
      /** Whose patient has not come; who is expected; one of the afternoon. */
      late,
      soon,
      later,
      /** Two whose patients answer by themselves. */
      english,
      french,
      /** Courses of which nothing is booked. */
      waiting: left,
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
