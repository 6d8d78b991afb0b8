// axe-core, and the names that the browser itself gives to controls.

import assert from "node:assert/strict";

import { axeSource } from "./browser.mjs";

/** The criteria of WCAG 2.2 AA; and with what is good practice besides, which is asked of pages. */
export const CRITERIA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const TAGS = [...CRITERIA, "best-practice"];

/** Fails if axe-core finds anything on the page as it is now. */
export async function holdsToAxe(page, what, tags = TAGS) {
  const frame = page.mainFrame();
  if (!(await frame.evaluate(() => "axe" in globalThis))) await frame.evaluate(axeSource);
  const found = await frame.evaluate(
    (asked) =>
      globalThis.axe.run(document, {
        runOnly: { type: "tag", values: asked },
        // Off by default, and asked for by WCAG 2.2 AA.
        rules: { "target-size": { enabled: true } },
        resultTypes: ["violations"],
      }),
    tags,
  );
  assert.ok(found.passes.length > 0, `${what}: axe found nothing to look at`);
  const said = found.violations.flatMap((violation) =>
    violation.nodes.slice(0, 4).map((node) => `${violation.id} (${violation.impact}): ${node.target.join(" ")} ${node.html.slice(0, 160)}\n    ${node.failureSummary?.split("\n").slice(1, 3).join("; ")}`),
  );
  assert.deepEqual(said, [], `${what}: axe-core`);
}

const CONTROLS = new Set([
  "button", "link", "textbox", "searchbox", "combobox", "listbox", "checkbox", "radio", "switch", "slider", "spinbutton", "tab", "menuitem", "Date", "DateTime", "InputTime", "ColorWell", "DisclosureTriangle",
]);

/** Fails if a control of the page has no name in the browser's own tree of what is announced. */
export async function controlsAreNamed(page, what) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  await session.detach();
  const controls = nodes.filter((node) => !node.ignored && CONTROLS.has(node.role?.value));
  const nameless = controls.filter((node) => !node.name?.value?.trim());
  assert.deepEqual(
    nameless.map((node) => `${node.role.value} ${JSON.stringify(node.properties?.slice(0, 2) ?? [])}`),
    [],
    `${what}: controls without a name`,
  );
  return controls.length;
}
