// Journeys in a real browser, at two sizes, and one without JavaScript.
// Usage: node tests/browser/run.mjs PROGRAM [FOLDER-FOR-PICTURES [SIZE]]
import { factors } from "./factors.mjs";
import { teacher } from "./teacher.mjs";
import { files, follows } from "./lead.mjs";
import { hears } from "./meeting.mjs";
import { keeps } from "./retention.mjs";
import { others, triages } from "./team.mjs";
import { Browser, startDemo, startService } from "./world.mjs";

const [program, pictures = "var/browser", only] = process.argv.slice(2);
if (!program) {
  console.error("usage: node tests/browser/run.mjs PROGRAM [FOLDER-FOR-PICTURES [desktop|phone]]");
  process.exit(2);
}

const started = Date.now();
const port = 20000 + (process.pid % 20000);
const demo = await startDemo(program, port);
const browser = await Browser.open(demo.base, pictures);
let passed = 0;
const failed = [];

/** One journey: what it does, and somebody new to do it. */
async function journey(name, size, walk, options) {
  await journeyIn(browser, demo.people, { name, size, walk, options });
}

/** The same in a browser of another service. */
async function journeyIn(browser, people, { name, size, walk, options }) {
  const visitor = await browser.visitor(size, options);
  try {
    await walk(visitor, people);
    passed += 1;
    console.log(`ok   ${name} (${size})`);
  } catch (error) {
    const picture = `${pictures}/failed-${name.replaceAll(" ", "-")}-${size}.png`;
    await visitor.page.screenshot({ path: picture }).catch((fault) => console.log(`no picture: ${fault.message}`));
    failed.push(`${name} (${size}): ${error.message}`);
    console.log(`FAIL ${name} (${size}) at ${visitor.page.url()}: ${error.message}`);
  } finally {
    await visitor.close();
  }
}

/** A service of its own, which asks for second factors. */
async function withFactors(size) {
  const service = await startService(program, port + 2);
  const other = await Browser.open(service.base, pictures);
  try {
    const name = "an administrator sets up second factors";
    await journeyIn(other, service.people, { name, size, walk: factors });
    browser.faults.push(...other.faults);
    for (const [picture, url] of other.met) browser.met.set(picture, url);
  } finally {
    await other.close();
    await service.stop();
  }
}

try {
  for (const size of only ? [only] : ["desktop", "phone"]) {
    await journey("a teacher finds a lesson", size, teacher);
    await journey("a lead files a concern", size, files);
    await journey("a coordinator takes it on", size, triages);
    await journey("the lead follows it", size, follows);
    await journey("a meeting hears it and the school reads what came of it", size, hears);
    await journey("everybody else looks round", size, others);
    await journey("a record is kept, and somebody is answered", size, keeps);
  }
  await journey("a lead files a concern without JavaScript", "desktop", files, { javaScript: false });
  for (const size of only ? [only] : ["desktop", "phone"]) await withFactors(size);
} finally {
  await browser.close();
  await demo.stop();
}

for (const fault of browser.faults) console.log(`fault: ${fault}`);
console.log(`${browser.met.size} pages looked at, ${browser.faults.length} faults; ${Math.round((Date.now() - started) / 1000)} s; pictures in ${pictures}`);
console.log(`${passed} passed, ${failed.length + (browser.faults.length > 0 ? 1 : 0)} failed`);
process.exit(failed.length + browser.faults.length > 0 ? 1 : 0);
