// Every page there is: where, who sees it, and what has to be on it, so that an empty page is not taken for a good one.

import { all, api, clock, visitPath } from "./demo.mjs";
import { staged } from "./stage.mjs";

/** Pages whose panel says what they are about; paper has the day alone. */
const PANEL = new Set(["patient-in-panel", "session-in-panel", "search", "search-nothing", "new-caller", "move-asked", "no-show-asked"]);

/** The pages, as `{name, path, role, must, print}`; `print` is what its paper must show, if it differs. */
export async function everyPage() {
  const { day, booked, waiting, french, english, plan, later, late } = await staged();
  // Messages wait for three minutes.
  await clock({ advance: "PT4M" });
  const [visit, visite] = [await visitPath(english.id), await visitPath(french.id)];
  const maple = (await api("GET", "/me", undefined, "partner")).partner_id;
  const link = await api("POST", `/partners/${maple}/links`, { label: "The till" }, "partner");
  const mail = (await (await fetch(new URL("/demo/mailbox.json", link.url))).json()).findLast((one) => one.channel === "email" && one.session_id);
  const course = booked[0].course_id;
  const name = new RegExp(booked[0].patient.family_name);
  const outside = [
    { name: "sign-in", path: "/sign-in", must: /Password/ },
    { name: "visit", path: visit, must: /I’ll be there/ },
    { name: "visite", path: visite, must: /je serai là/ },
    { name: "visit-messages", path: `${visit}/messages`, must: /Unsubscribe from messages/ },
    { name: "visite-messages", path: `${visite}/messages`, must: /Revenir à votre rendez-vous|Retour/ },
    { name: "prepare", path: `${visit}/prepare`, must: /minutes early|arrive|bring|before/i },
    { name: "consultation-thanks", path: "/consultation/thanks", must: /Thank/ },
    { name: "nothing-here", path: "/a/nothing", must: /Page not found/ },
    { name: "shop-link", path: new URL(link.url).pathname, must: /Fictional Maple/ },
    { name: "mailbox", path: "/demo/mailbox", must: /newest first/ },
    { name: "mail-as-shown", path: `/demo/mailbox/${mail.id}/html`, must: /\w{4}/ },
    { name: "consultation", path: "/consultation", must: /phone/i },
    { name: "consultation-fr", path: "/consultation?lang=fr", must: /téléphone/i },
  ];
  const desk = [
    { name: "account", path: "/account", must: /Second factor/ },
    { name: "day", path: `/desk?day=${day}`, must: name },
    { name: "day-rooms", path: `/desk?day=${day}&by=room`, must: name },
    { name: "day-devices", path: `/desk?day=${day}&by=device`, must: /laser/i },
    { name: "day-empty", path: "/desk?day=2027-12-25", must: /closed/i },
    { name: "patient-in-panel", path: `/desk?day=${day}&patient=${waiting[0].patient_id}`, must: new RegExp(waiting[0].patient.family_name) },
    { name: "session-in-panel", path: `/desk?day=${day}&session=${booked[0].id}`, must: /Call it off/ },
    { name: "search", path: `/desk?day=${day}&q=${encodeURIComponent(booked[0].patient.family_name.slice(0, 3))}`, must: name },
    { name: "search-nothing", path: `/desk?day=${day}&q=zzzzz`, must: /Nobody found/ },
    { name: "week", path: `/desk/week?day=${day}`, must: name },
    { name: "new-caller", path: `/desk?day=${day}&new`, must: /Register/ },
    { name: "move-asked", path: `/desk?day=${day}&session=${later.id}&to=${day}T17:00`, must: /Move/ },
    { name: "no-show-asked", path: `/desk?day=${day}&session=${late.id}&no-show`, must: /It counts/ },
    { name: "tasks", path: "/desk/tasks", must: /Tasks/ },
    { name: "course", path: `/desk/courses/${course}`, must: name },
    { name: "plan", path: `/desk/courses/${plan.id}/plan`, must: /Book all/ },
  ].map((page) => ({ ...page, role: "desk", print: PANEL.has(page.name) ? name : page.must }));
  const manage = [
    ["manage", "/manage", /Figures/],
    ["manage-users", "/manage/users", /casey@example\.test/],
    ["manage-messages", "/manage/messages", /Messages/],
    ["manage-messages-of", `/manage/messages?patient_id=${english.patient_id}`, /What became of it/],
    ["manage-audit", "/manage/audit", /Who looked/],
    ["manage-audit-of", `/manage/audit?patient_id=${english.patient_id}`, /Role then/],
    ["manage-figures", "/manage/figures", /did not come|no-show/i],
    ["manage-calendar", "/manage/calendar", /clos/i],
    ["manage-to-rebook", "/manage/calendar/to-rebook", /book/i],
    ["manage-partners", "/manage/partners", /Maple/],
    ["manage-partner-new", "/manage/partners/new", /Name/],
    ["manage-partner", `/manage/partners/${maple}`, /Maple/],
    ["manage-catalogue", "/manage/catalogue", /laser/i],
    ["manage-user", `/manage/users/${(await api("GET", "/me", undefined, "front_desk")).id}`, /casey@example\.test/],
  ].map(([page, path, must]) => ({ name: page, path, must, role: "manager" }));
  const requested = (await all("/referrals")).find((one) => one.partner_id === maple && ["requested", "received"].includes(one.status));
  const partner = [
    ["partner", "/partner", /Fictional Maple/],
    ["partner-to-answer", "/partner?show=to-answer", /Answer/],
    ["partner-to-report", "/partner?show=to-report", /Record what was done/],
    ["partner-referral", `/partner/referrals/${requested.id}`, /Accept/],
    ["partner-calendar", "/partner/calendar", /link/i],
  ].map(([page, path, must]) => ({ name: page, path, must, role: "partner" }));
  const lasered = (one) => one.status === "fulfilled" && one.record?.parameter_sets?.length > 0;
  const treated = (await all("/sessions", "practitioner")).find(lasered);
  const practitioner = [{ name: "record", path: `/desk/sessions/${treated.id}/record`, role: "practitioner", must: /Correct what was written up/ }];
  return [...outside, ...desk, ...manage, ...partner, ...practitioner];
}
