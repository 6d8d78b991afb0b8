// Signing in: by hand, with a second factor, locked, over in the middle of typing; and who may see what.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";

import { holdsToAxe } from "./lib/axe.mjs";
import { inWindow, sendPatiently, signIn } from "./lib/browser.mjs";
import { clock, now, PASSWORD, PEOPLE } from "./lib/demo.mjs";
import { cardOf, noted, openDay } from "./lib/flows.mjs";
import { walksByTab } from "./lib/focus.mjs";
import { staged } from "./lib/stage.mjs";

const options = { timeout: 60_000 };

test("a wrong password says so, and keeps the email", options, async () => {
  await inWindow({}, async ({ page }) => {
    await page.goto("/sign-in?then=/desk/tasks");
    await page.getByLabel("Email").fill(PEOPLE.desk);
    await page.getByLabel("Password").fill("not it");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("do not go together").waitFor();
    assert.equal(await page.getByLabel("Email").inputValue(), PEOPLE.desk);
    assert.equal(await page.getByLabel("Password").inputValue(), "", "a password is not sent back");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/desk/tasks");
  });
});

test("the cookie is for this host alone, and out of reach of scripts", options, async () => {
  await inWindow({}, async ({ page, context }) => {
    await signIn(page, "desk");
    const [cookie, ...more] = await context.cookies();
    assert.deepEqual([more.length, cookie.name, cookie.secure, cookie.httpOnly, cookie.sameSite, cookie.path], [0, "__Host-fadeline", true, true, "Lax", "/"]);
    assert.equal(await page.evaluate(() => document.cookie), "");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    assert.deepEqual(await context.cookies(), []);
    await page.goBack();
    await page.goto("/desk");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  });
});

test("each is led to their own page, and turned away from others'", options, async () => {
  const may = { desk: ["/desk", "/desk/tasks"], manager: ["/desk", "/manage"], practitioner: ["/desk"], partner: ["/partner"] };
  const mayNot = { desk: ["/manage", "/manage/users"], practitioner: ["/manage"], partner: ["/desk", "/desk/tasks", "/manage"] };
  for (const role of Object.keys(may)) {
    await inWindow({ role }, async ({ page }) => {
      await page.goto("/");
      assert.equal(new URL(page.url()).pathname, may[role][0], `${role} is led home`);
      for (const path of may[role]) assert.equal((await page.goto(path)).status(), 200, `${role} may see ${path}`);
      for (const path of mayNot[role] ?? []) assert.equal((await page.goto(path)).status(), 403, `${role} may not see ${path}`);
    });
  }
});

test("the page locks by key and by itself; typed words outlive it", options, async () => {
  const { day } = await staged();
  // The dialog asks by itself, and is told no once.
  const expected = (response) => response.status() === 401 && response.url().endsWith("/unlock");
  await inWindow({ expected }, async ({ page }) => {
    await page.clock.install();
    await signIn(page, "desk");
    await openDay(page, day, "&new");
    await page.getByLabel("Name").fill("Half A Name");
    const dialog = page.getByRole("dialog", { name: "Locked" });
    await page.getByRole("button", { name: "Lock" }).click();
    await dialog.waitFor();
    assert.equal(await page.locator(".grid").isVisible(), false, "the day is covered");
    await walksByTab(page, "the locked page");
    await holdsToAxe(page, "the locked page");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    assert.ok(await dialog.isVisible(), "Escape does not open it, however often");
    assert.equal(await page.locator(".grid").isVisible(), false, "nor uncovers the day");
    await dialog.getByLabel("Password").fill("not it");
    await page.keyboard.press("Enter");
    await dialog.getByText("That is not the password.").waitFor();
    await dialog.getByLabel("Password").fill(PASSWORD);
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "hidden" });
    assert.equal(await page.getByLabel("Name").inputValue(), "Half A Name");
    // Ten minutes alone.
    await page.clock.runFor("09:30");
    assert.equal(await dialog.isVisible(), false);
    await page.clock.runFor("00:40");
    await dialog.waitFor();
    await dialog.getByLabel("Password").fill(PASSWORD);
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "hidden" });
    assert.equal(await page.getByLabel("Name").inputValue(), "Half A Name");
  });
});

test("a sign-in that ends in the middle of typing loses nothing", options, async () => {
  const { day } = await staged();
  for (const javaScriptEnabled of [true, false]) {
    await inWindow({ javaScriptEnabled }, async ({ page }) => {
      await signIn(page, "desk");
      await page.goto(`/desk?day=${day}&new`);
      const name = `Ori Kept${javaScriptEnabled ? "once" : "twice"}`;
      const phone = `416555904${Number(javaScriptEnabled)}`;
      await page.getByLabel("Name").fill(name);
      await page.getByLabel("Phone").fill(phone);
      // The server saw nobody for longer than it waits; the page in the browser does not know.
      await clock({ advance: "PT11M" });
          await page.getByRole("button", { name: "Register" }).click();
      await page.getByRole("heading", { name: "Locked" }).waitFor();
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByRole("heading", { name: "Send it now?" }).waitFor();
      assert.match(await page.locator("main").innerText(), new RegExp(`${name}[^]*${phone}`), "what was typed is shown");
      await page.getByRole("button", { name: "Send" }).click();
      await noted(page, /Registered/);
      await page.getByRole("heading", { name }).waitFor();
    });
  }
});

/** The six digits of an authenticator, after RFC 6238. */
function digits(secret, at) {
  const bits = [...secret.replace(/\s/g, "")].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((octet) => parseInt(octet, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac("sha1", key).update(counter).digest();
  const offset = mac.at(-1) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("a second factor is set up, asked for, and a stale code is refused", options, async () => {
  const code = async (secret) => digits(secret, Date.parse(await now()));
  let secret = "";
  await inWindow({}, async ({ page }) => {
    await page.goto("/sign-in");
    await page.getByLabel("Email").fill("jun@example.test");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/desk");
    await page.goto("/account");
    assert.ok(await page.getByRole("img", { name: /QR code/ }).isVisible());
    secret = await page.locator("code.secret").innerText();
    await page.getByRole("textbox", { name: "Code" }).fill("000000");
    await page.getByRole("button", { name: "Set up" }).click();
    await page.getByRole("alert").getByText("not the code").waitFor();
    assert.equal(await page.locator("code.secret").innerText(), secret, "a slip does not change the secret");
    await sendPatiently(page, async () => page.getByRole("textbox", { name: "Code" }).fill(await code(secret)));
    await page.getByRole("status").getByText("set up").waitFor();
  });
  await clock({ advance: "PT1M" });
  await inWindow({}, async ({ page }) => {
    await page.goto("/sign-in?then=/desk/tasks");
    await page.getByLabel("Email").fill("jun@example.test");
    await sendPatiently(page, () => page.getByLabel("Password").fill(PASSWORD));
    await page.getByRole("heading", { name: "The second step" }).waitFor();
    assert.equal((await page.request.get("/desk")).status(), 401, "the password alone opens nothing");
    await page.getByRole("textbox", { name: "Code" }).fill("123456");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    await sendPatiently(page, async () => page.getByRole("textbox", { name: "Code" }).fill(await code(secret)));
    await page.waitForURL("**/desk/tasks");
  });
});

test("what another site sends in the name of the desk is refused", options, async () => {
  const { soon } = await staged();
  await inWindow({ role: "desk" }, async ({ page }) => {
    const answer = await page.request.post(`/desk/sessions/${soon.id}/check-in`, { form: { version: "1" }, headers: { "sec-fetch-site": "cross-site", origin: "https://elsewhere.example" } });
    assert.equal(answer.status(), 403);
    await openDay(page, soon.local_start.slice(0, 10));
    assert.equal(await cardOf(page, soon.id).getAttribute("data-status"), "booked");
  });
});
