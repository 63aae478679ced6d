// A demonstration of its own, a real browser, and people in it.
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const QUIET = [
  "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
  "--disable-sync", "--no-first-run",
];
export const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

/** Two things are the same. */
export function is(found, wanted, what) {
  if (found !== wanted) throw new Error(`${what}: ${JSON.stringify(found)} and not ${JSON.stringify(wanted)}`);
}

/** Starts `PROGRAM demo` in an empty folder and waits until it is ready. */
export async function startDemo(program, port) {
  const folder = await mkdtemp(join(tmpdir(), "e4s-browser-"));
  const server = spawn(resolve(program), ["demo", "--port", String(port)], { cwd: folder });
  let said = "";
  server.stdout.on("data", (text) => (said += text));
  server.stderr.on("data", (text) => (said += text));
  const ended = new Promise((done) => server.on("exit", done));
  const base = `http://127.0.0.1:${port}`;
  await ready(server, port + 1, () => said);
  const people = said.split("\n").map((line) => line.split("\t")).filter((it) => it.length === 3)
    .map(([role, email, password]) => ({ role, email, password }));
  const stop = async () => {
    server.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true });
  };
  return { base, people, stop };
}

/** Starts `PROGRAM serve` on a new database, as a council does, with an administrator in it and second factors on. */
export async function startService(program, port) {
  const folder = await mkdtemp(join(tmpdir(), "e4s-service-"));
  const person = { email: "admin@example.org", password: "harbour lantern copper fern" };
  const base = `http://localhost:${port}`;
  const settings = {
    database: `sqlite:${join(folder, "e4s.db")}`, keys: join(folder, "keys"), journal: join(folder, "journal"),
    listen: `127.0.0.1:${port}`, health: `127.0.0.1:${port + 1}`, base_url: base,
    escrow: "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`);
  await writeFile(join(folder, "e4s.toml"), lines.join(""));
  await mkdir(join(folder, "keys"));
  await mkdir(join(folder, "journal"));
  await writeFile(join(folder, "keys/root-1.key"), randomBytes(32).toString("hex"), { mode: 0o400 });
  await writeFile(join(folder, "secret.txt"), person.password);
  const run = (...words) => execFileSync(resolve(program), words, { cwd: folder });
  run("migrate");
  run("account", "add", "--email", person.email, "--name", "Kim Example", "--role", "admin", "--password-file", "secret.txt");
  const server = spawn(resolve(program), ["serve", "--no-worker"], { cwd: folder });
  let said = "";
  server.stderr.on("data", (text) => (said += text));
  const ended = new Promise((done) => server.on("exit", done));
  await ready(server, port + 1, () => said);
  const stop = async () => {
    server.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true });
  };
  return { base, people: [person], stop };
}

async function ready(server, port, said) {
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null);
    if (answer?.ok) return;
    if (server.exitCode !== null || tries > 300) throw new Error(`the service did not start:\n${said()}`);
    await new Promise((next) => setTimeout(next, 100));
  }
}

/** A browser whose every page is checked: by axe, for requests to other hosts, and for what the console says. */
export class Browser {
  static async open(base, pictures) {
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
    await mkdir(pictures, { recursive: true });
    return new Browser(browser, base, pictures);
  }

  constructor(browser, base, pictures) {
    Object.assign(this, { browser, base, pictures, faults: [], met: new Map() });
  }

  /** A visitor with an empty profile, at one size, with or without JavaScript. */
  async visitor(size, { javaScript = true } = {}) {
    const context = await this.browser.newContext({ viewport: SIZES[size], javaScriptEnabled: javaScript, baseURL: this.base });
    context.setDefaultTimeout(10_000);
    context.setDefaultNavigationTimeout(20_000);
    const page = await context.newPage();
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(this.base) && !url.startsWith("data:")) this.faults.push(`${page.url()} asks ${url}`);
    });
    page.on("console", (message) => {
      const expected = message.text().includes("the server responded with a status of 4");
      if (message.type() === "error" && !expected) this.faults.push(`${page.url()} says: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.faults.push(`${page.url()} breaks: ${error.message}`));
    return new Visitor(this, context, page, size, javaScript);
  }

  async close() {
    await this.browser.close();
  }
}

class Visitor {
  constructor(browser, context, page, size, javaScript) {
    Object.assign(this, { browser, context, page, size, javaScript });
  }

  async go(path) {
    await this.page.goto(path);
  }

  /** Looks at the page as it is now: its heading, its picture, axe's findings, nothing wider than the screen. */
  async look(name) {
    const { page, browser, size } = this;
    if ((await page.locator("h1").count()) !== 1) browser.faults.push(`${name} (${size}) has not one h1`);
    await page.screenshot({ path: join(browser.pictures, `${name}-${size}.png`), fullPage: true });
    browser.met.set(`${name}-${size}`, page.url());
    if (this.javaScript) {
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (wide > 0) browser.faults.push(`${name} (${size}) is ${wide} px wider than the screen`);
      const found = await new AxeBuilder({ page }).analyze();
      for (const it of found.violations) {
        const where = it.nodes.map((node) => node.target.join(" ")).slice(0, 3).join("; ");
        browser.faults.push(`${name} (${size}): axe ${it.id}: ${it.help} (${where})`);
      }
    }
  }

  async signIn({ email, password }) {
    await this.go("/sign-in");
    await this.page.getByLabel("E-mail address").fill(email);
    await this.page.getByLabel("Password").fill(password);
    await this.press("Sign in");
    if (this.page.url().endsWith("/sign-in")) throw new Error(`${email} cannot sign in`);
  }

  /** Presses a button, or a link that looks like one; gives the answer. */
  async press(name) {
    return this.leads(() => this.page.getByRole("main").getByRole("button", { name }).click());
  }

  async follow(name) {
    return this.leads(() => this.page.getByRole("main").getByRole("link", { name }).first().click());
  }

  async menu(name) {
    return this.leads(() => this.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name }).click());
  }

  /** Waits for the page that an act leads to, after every redirect. */
  async leads(act) {
    const next = this.page.waitForNavigation({ waitUntil: "load" });
    const [answer] = await Promise.all([next, act()]);
    return answer;
  }

  /** Presses a link that gives a file, whether it looks like one or like a button. */
  async downloads(name) {
    const main = this.page.getByRole("main");
    const [file] = await Promise.all([
      this.page.waitForEvent("download"),
      main.getByRole("link", { name }).or(main.getByRole("button", { name })).click(),
    ]);
    return { name: file.suggestedFilename(), content: await readFile(await file.path()), url: file.url() };
  }

  async fills(label, text) {
    await this.page.getByRole("main").getByLabel(label).fill(text);
  }

  async dates(legend, date) {
    const group = this.page.getByRole("group", { name: legend });
    const parts = { Day: date.getDate(), Month: date.getMonth() + 1, Year: date.getFullYear() };
    for (const [label, value] of Object.entries(parts)) await group.getByLabel(label).fill(String(value));
  }

  /** Takes a radio or a checkbox; `legend` tells two of the same name apart. */
  async takes(label, legend) {
    const main = this.page.getByRole("main");
    const group = legend ? main.getByRole("group", { name: legend }) : main;
    await group.getByLabel(label, { exact: true }).check();
  }

  async selects(label, option) {
    await this.page.getByRole("main").getByLabel(label, { exact: true }).selectOption({ label: option });
  }

  /** Opens what is folded, if it is. */
  async unfolds(summary) {
    const folded = this.page.locator("details:not([open]) > summary", { hasText: summary });
    if (await folded.count()) await folded.first().click();
  }

  /** Loads the page again until it says something. */
  async awaits(text) {
    const until = Date.now() + 20_000;
    for (;;) {
      const main = await this.page.locator("main").innerText();
      if (main.includes(text)) return;
      if (Date.now() > until) throw new Error(`${this.page.url()} never says “${text}”`);
      await this.page.reload();
    }
  }

  /** The page was refused with its faults on top, where a keyboard and a screen reader begin. */
  async expectsFaults(answer, ...faults) {
    is(answer.status(), 422, "the answer's status");
    is((await this.page.title()).startsWith("Error: "), true, "the title says that there is a fault");
    const summary = this.page.locator(".govuk-error-summary");
    for (const fault of faults) await summary.getByRole("link", { name: fault }).waitFor();
    if (this.javaScript) await this.page.locator(".govuk-error-summary:focus").waitFor();
  }

  async expects(...texts) {
    for (const text of texts) await this.says(text);
  }

  async says(text) {
    const main = await this.page.locator("main").innerText();
    if (!main.includes(text)) throw new Error(`${this.page.url()} does not say “${text}” but: ${main.slice(0, 600)}`);
  }

  async close() {
    await this.context.close();
  }
}
