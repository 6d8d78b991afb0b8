// The checks in a real browser, one after another, on a running demo.
//   node run.mjs DEMO.json TOOLS SCREENSHOTS [subject…]
// DEMO.json is the demo's first line, TOOLS the folder that setup.sh filled. Without subjects, all are checked.

import { after } from "node:test";

const SUBJECTS = ["pages", "sign_in", "patient", "partner", "flows_mouse", "flows_keyboard", "no_scripts", "live", "forms"];

const [file, tools, shots, ...asked] = process.argv.slice(2);
if (!file || !tools || !shots) {
  console.error("node run.mjs DEMO.json TOOLS SCREENSHOTS [subject…]");
  process.exit(2);
}
const unknown = asked.filter((one) => !SUBJECTS.includes(one));
if (unknown.length > 0) {
  console.error(`no such subject: ${unknown.join(", ")}; there are ${SUBJECTS.join(", ")}`);
  process.exit(2);
}
const { closeBrowser } = await import("./lib/browser.mjs");
after(closeBrowser);
for (const subject of SUBJECTS) {
  if (asked.length === 0 || asked.includes(subject)) await import(`./${subject}.mjs`);
}
