// A walk through the page by Tab: everything is reached, in the order of the page, is seen to have the
// focus, and lets it go again.

import assert from "node:assert/strict";

const MOST = 400;

/** Marks what Tab has to reach, in the order of the page; answers how many there are. */
function mark() {
  const scope = document.querySelector("dialog:modal") ?? document.body;
  const all = [...scope.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter(
    (one) => one.tabIndex >= 0 && !one.disabled && one.type !== "hidden" && one.checkVisibility({ visibilityProperty: true }) && !one.closest("[inert]"),
  );
  const reached = all.filter((one) => {
    if (one.type !== "radio") return true;
    // Of a group of radio buttons, Tab reaches the chosen one, or the first.
    const group = all.filter((other) => other.type === "radio" && other.name === one.name && other.form === one.form);
    return one === (group.find((other) => other.checked) ?? group[0]);
  });
  reached.forEach((one, index) => {
    one.walk = index;
  });
  return reached.length;
}

/** Where the focus is, and how it looks. */
function look() {
  const one = document.activeElement;
  if (!one || one === document.body || one === document.documentElement) return null;
  const outlined = (other) => {
    const style = getComputedStyle(other);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  };
  let seen = false;
  for (let other = one; other && !seen; other = other.parentElement) seen = outlined(other);
  const box = one.getBoundingClientRect();
  const middle = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return {
    index: one.walk ?? -1,
    parts: /^(date|time|month|week)/.test(one.type ?? ""),
    told: one.outerHTML.slice(0, 100),
    seen,
    inView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    // Another thing over its middle would hide it.
    covered: !(middle && (one.contains(middle) || middle.contains(one))),
  };
}

export async function walksByTab(page, what) {
  // The walk begins at the top, also where a field has the focus of its own.
  await page.evaluate(() => {
    const start = document.createElement("span");
    start.tabIndex = -1;
    (document.querySelector("dialog:modal") ?? document.body).prepend(start);
    start.focus();
    start.remove();
    scrollTo(0, 0);
  });
  const count = await page.evaluate(mark);
  assert.ok(count > 0, `${what}: nothing to reach by Tab`);
  const walked = [];
  const wrong = [];
  let within = 0;
  for (let step = 0; step < MOST; step += 1) {
    await page.keyboard.press("Tab");
    const now = await page.evaluate(look);
    if (!now) break;
    // A date or a time is several fields in one.
    if (now.index >= 0 && now.index === walked.at(-1) && now.parts && (within += 1) < 8) continue;
    within = 0;
    if (now.index >= 0 && walked.includes(now.index)) {
      if (now.index === walked.at(-1)) wrong.push(`Tab does not leave ${now.told}`);
      break;
    }
    if (now.index < 0) continue;
    if (walked.length > 0 && now.index < walked.at(-1)) wrong.push(`the focus goes back to ${now.told}`);
    walked.push(now.index);
    if (!now.seen) wrong.push(`the focus is not seen on ${now.told}`);
    if (!now.inView) wrong.push(`the focus is out of sight on ${now.told}`);
    else if (now.covered) wrong.push(`something covers ${now.told}`);
    if (walked.length === count) break;
  }
  const missed = await page.evaluate((reached) => {
    const all = [...document.querySelectorAll("*")].filter((one) => one.walk !== undefined && !reached.includes(one.walk));
    return all.map((one) => one.outerHTML.slice(0, 100));
  }, walked);
  assert.deepEqual(missed.slice(0, 5), [], `${what}: not reached by Tab`);
  assert.deepEqual(wrong.slice(0, 5), [], `${what}: walking by Tab`);
  return count;
}
