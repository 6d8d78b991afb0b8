// The browser: Debian's Chromium, one for all checks, each check with a window of its own. Whatever a page
// loads from elsewhere, complains of, or throws fails the check that it belongs to.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import { home, moves, PASSWORD, PEOPLE } from "./demo.mjs";

const [, tools, shots] = process.argv.slice(2);
const require = createRequire(path.resolve(tools, "package.json"));
const { chromium } = require("playwright-core");
/** The source of axe-core. */
export const axeSource = require("axe-core").source;
/** Where screenshots go. */
export const screenshots = path.resolve(shots);
mkdirSync(screenshots, { recursive: true });
for (const old of readdirSync(screenshots).filter((name) => name.startsWith("failed-"))) rmSync(path.join(screenshots, old));

const WHERE = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium"];
let running = null;

async function browser() {
  const program = process.env.CHROMIUM || WHERE.find((one) => existsSync(one));
  assert.ok(program, `no Chromium at ${WHERE.join(", ")}; CHROMIUM names another`);
  running ??= chromium.launch({
    executablePath: program,
    headless: true,
    // The browser's own errands are nobody's here.
    args: ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"],
  });
  return running;
}

export async function closeBrowser() {
  if (running) await (await running).close();
  running = null;
}

/** Screens: a desk's, a telephone's. */
export const DESK = { viewport: { width: 1280, height: 800 } };
export const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

/** The host, and what went wrong on pages of a window. */
function watch(context) {
  const wrong = [];
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (!["data:", "blob:", "about:"].includes(url.protocol) && url.origin !== home) wrong.push(`asked ${url.origin} for ${url.pathname}`);
  });
  context.on("response", (response) => {
    const page = response.request().isNavigationRequest();
    // Pages may be refused, and say why. Their parts have to be there.
    if (response.status() >= (page ? 500 : 400) && !context.expected?.(response)) wrong.push(`${response.status()} of ${response.url()}`);
  });
  context.on("console", (message) => {
    // A status is judged above.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) wrong.push(`console: ${message.text()}`);
    // Chromium says what it refuses under a policy as an error, but some of it as a warning.
    if (message.type() === "warning" && /Content.Security.Policy/i.test(message.text())) wrong.push(`console: ${message.text()}`);
  });
  context.on("weberror", (error) => wrong.push(`thrown: ${error.error().message}`));
  return wrong;
}

/** Does `work` with a new window (`{context, page}`), of `role` if one is named; then holds the window to its duties. */
export async function inWindow({ role, screen = DESK, expected, ...more }, work) {
  const context = await (await browser()).newContext({ baseURL: home, locale: "en-CA", timezoneId: "America/Toronto", ...screen, ...more });
  context.expected = expected;
  context.setDefaultTimeout(5_000);
  const wrong = watch(context);
  try {
    if (role) await context.addCookies(await cookiesOf(role));
    const page = await context.newPage();
    const result = await work({ context, page });
    assert.deepEqual(wrong, [], "what pages complained of");
    return result;
  } catch (error) {
    // What was on the screen says more than a stack.
    const last = context.pages().at(-1);
    if (last) {
      const name = `failed-${Date.now()}.png`;
      await last.screenshot({ path: path.join(screenshots, name) }).catch(() => {});
      error.message += `\n(at ${last.url()}; ${name}${wrong.length ? `; also: ${wrong.join("; ")}` : ""})`;
    }
    throw error;
  } finally {
    await context.close();
  }
}

/** Sends what `fill` fills in; after wrong tries, once the page lets it, as it asks for. */
export async function sendPatiently(page, fill) {
  for (;;) {
    await fill();
    await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
    const [, seconds] = /Try again in (\d+) seconds/.exec(await page.evaluate(() => document.body.innerText)) ?? [];
    if (!seconds) return;
    await page.waitForTimeout(Number(seconds) * 1_000);
  }
}

/** Signs in by hand. */
export async function signIn(page, role) {
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(PEOPLE[role]);
  await sendPatiently(page, () => page.getByLabel("Password").fill(PASSWORD));
  assert.notEqual(new URL(page.url()).pathname, "/sign-in", `${role} is let in`);
}

const signedIn = new Map();

/** The cookies of a role's sign-in, made once for as long as the clock stands: each asks for a slow hash. */
async function cookiesOf(role) {
  const key = `${role} ${moves}`;
  if (!signedIn.has(key)) {
    const context = await (await browser()).newContext({ baseURL: home });
    const page = await context.newPage();
    await signIn(page, role);
    signedIn.set(key, await context.cookies());
    await context.close();
  }
  return signedIn.get(key);
}
