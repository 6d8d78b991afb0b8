// The hand at a desk, which counts: a click, a drag, a key or one typed field is one action each.

import assert from "node:assert/strict";

export class Hand {
  constructor(page) {
    this.page = page;
    this.done = [];
  }

  /** A click on what is to be found there. */
  async click(locator) {
    this.done.push(`click ${await named(locator)}`);
    await locator.click();
  }

  /** One key, or one chord. */
  async key(key) {
    this.done.push(`key ${key}`);
    await this.page.keyboard.press(key);
  }

  /** One field, typed into whatever has the focus, letter by letter as people do. */
  async type(text) {
    this.done.push(`type ${text}`);
    await this.page.keyboard.type(text, { delay: 15 });
  }

  /** One field, typed with the mouse at hand: the field has to have the focus already, or the click counts. */
  async typeInto(locator, text) {
    const ready = await locator.evaluate((field) => field === document.activeElement);
    if (!ready) await this.click(locator);
    await this.type(text);
  }

  /** One choice in a list of choices. */
  async choose(locator, value) {
    this.done.push(`choose ${value}`);
    await locator.selectOption(value);
  }

  /** A thing dragged to a place. */
  async drag(locator, to) {
    this.done.push(`drag ${await named(locator)}`);
    await locator.hover();
    await this.page.mouse.down();
    await this.page.mouse.move(to.x, to.y, { steps: 8 });
    await this.page.mouse.up();
  }

  /** Fails if the hand did more than `most`. */
  atMost(most, flow) {
    console.log(`# ${flow}: ${this.done.length} of at most ${most}: ${this.done.join(", ")}`);
    assert.ok(this.done.length <= most, `${flow} takes ${this.done.length} actions, not ${most}: ${this.done.join(", ")}`);
  }
}

async function named(locator) {
  const words = await locator.evaluate((one) => one.getAttribute("aria-label") || one.innerText || one.getAttribute("name") || one.tagName);
  return `“${words.trim().replace(/\s+/g, " ").slice(0, 50)}”`;
}
