// Books a session by the types that openapi-typescript generated beside this file.
//   node book.js URL TOKEN

import createClient from "openapi-fetch";
import type { components, paths } from "./fadeline.js";

declare const process: { argv: string[] };
const [url, token] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${token}` } });

/** What was answered, or an end with the problem that came instead. */
function must<T>({ data, error }: { data?: T; error?: components["schemas"]["Problem"] }): T {
  if (data === undefined) throw new Error(error?.detail ?? "no answer");
  return data;
}
function check(holds: boolean, what: unknown): asserts holds {
  if (!holds) throw new Error(JSON.stringify(what));
}

const me = must(await client.GET("/api/v1/me"));
check(me.role === "front_desk", me);

const patient = must(
  await client.POST("/api/v1/patients", {
    body: { given_name: "Client", family_name: "Typescript", phone: "(416) 555-0143", email: "typescript@example.test" },
  }),
);
const found = must(await client.GET("/api/v1/patients", { params: { query: { q: "typescript@example.test" } } }));
check(found.items.length === 1 && found.items[0]?.id === patient.id, found);
// Null takes a field away; one that is left out stays.
const changed = must(
  await client.PATCH("/api/v1/patients/{id}", { params: { path: { id: patient.id } }, body: { email: null } }),
);
check((changed.email ?? null) === null && changed.given_name === "Client", changed);

const course = must(await client.POST("/api/v1/courses", { body: { patient_id: patient.id, goal: "remove" } }));

const slots = must(
  await client.GET("/api/v1/slots", { params: { query: { course_id: course.id, service: "consultation" } } }),
);
const slot = slots.items[0];
check(slot !== undefined, slots);
const wanted: components["schemas"]["NewSession"] = {
  course_id: course.id,
  service: "consultation",
  start: slot.start,
  site_id: slot.site_id,
  practitioner_id: slot.practitioner_id,
  room_id: slot.room_id,
  device_id: slot.device_id,
};
const session = must(await client.POST("/api/v1/sessions", { body: wanted }));
check(session.start === slot.start && session.status === "booked", session);
const read = must(await client.GET("/api/v1/sessions/{id}", { params: { path: { id: session.id } } }));
check(read.uid === session.uid, read);

const refused = await client.POST("/api/v1/sessions", { body: wanted });
check([409, 422].includes(refused.response.status) && (refused.error?.violations ?? []).length > 0, refused.error);

// What the types are there to catch; the compiler complains if they stop catching it.
// @ts-expect-error: a booking names its course
const without: components["schemas"]["NewSession"] = { service: "consultation", start: slot.start };
// @ts-expect-error: there is no such state
const stateless: components["schemas"]["SessionView"]["status"] = "perhaps";
// @ts-expect-error: a start is not null
const nowhen: components["schemas"]["NewSession"] = { ...wanted, start: null };
void [without, stateless, nowhen];
console.log(`a client in TypeScript booked ${session.start}, and was refused the same again: ${refused.error?.code}`);
