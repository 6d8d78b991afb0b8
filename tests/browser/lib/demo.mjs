// The running demo, asked over HTTP as programs ask it: to set the stage, and to see what the pages really did.

import { readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";

const [file] = process.argv.slice(2);
const line = readFileSync(file, "utf8").split("\n")[0];
if (!line) throw new Error("the demo did not start");
export const demo = JSON.parse(line);
/** Where the demo is. */
export const home = demo.url;

/** Who signs in, by role; everybody has the same password. */
export const PASSWORD = "demonstration";
export const PEOPLE = {
  desk: "casey@example.test",
  practitioner: "noor@example.test",
  manager: "robin@example.test",
  partner: "maple@example.test",
};

/** What the API answers, which has to be a success: the stage cannot stand without it. */
export async function api(method, path, body, role = "front_desk", headers = {}) {
  const answer = await fetch(`${home}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${demo.tokens[role]}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(method === "GET" ? {} : { "idempotency-key": randomUUID() }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} ${JSON.stringify(body)} answers ${answer.status}: ${text}`);
  return text ? JSON.parse(text) : null;
}

/** Every item of a list. */
export async function all(path, role = "manager") {
  const items = [];
  for (let after = null; ; ) {
    const sign = path.includes("?") ? "&" : "?";
    const page = await api("GET", `${path}${sign}limit=200${after ? `&after=${encodeURIComponent(after)}` : ""}`, undefined, role);
    items.push(...page.items);
    after = page.next;
    if (!after) return items;
  }
}

export const session = (id) => api("GET", `/sessions/${id}`);
export const course = (id) => api("GET", `/courses/${id}`);

/** What the demo's clock shows, in the clinic's zone: `2026-11-30T08:40:00.123-05:00`. */
export async function now() {
  return (await (await fetch(`${home}/demo/clock`)).json()).now;
}

/** How often the clock was moved: sign-ins of before may be locked or over. */
export let moves = 0;

/** Moves the clock. */
export async function clock(by) {
  moves += 1;
  const answer = await fetch(`${home}/demo/clock`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(by),
  });
  if (!answer.ok) throw new Error(`the clock answers ${answer.status}: ${await answer.text()}`);
  return (await answer.json()).now;
}

/** The day so many days after another, both as `2026-11-30`. */
export function dayAfter(day, days) {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The texts of the mails about a session, oldest first. */
export async function mailsOf(sessionId) {
  const listed = (await (await fetch(`${home}/demo/mailbox.json`)).json()).filter((mail) => mail.session_id === sessionId);
  listed.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  return Promise.all(listed.map(async (mail) => (await fetch(`${home}/demo/mailbox/${mail.id}.eml`)).text()));
}

/** The path of the patient's page about a session, out of the newest mail that names it. */
export async function visitPath(sessionId) {
  for (const raw of (await mailsOf(sessionId)).reverse()) {
    // A long line of a mail is folded; what is folded is joined again.
    const found = /\/a\/[A-Za-z0-9_-]{16,}/.exec(raw.replaceAll("=\r\n", ""));
    if (found) return found[0];
  }
  throw new Error(`no mail about the session ${sessionId} has a link`);
}
