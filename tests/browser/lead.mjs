// A designated lead files a concern in a few minutes, and hears what becomes of it.
import { is } from "./world.mjs";

/** What a visitor of this size reports about; nobody else does. */
export function subject({ size, javaScript }) {
  if (!javaScript) return "Alley beside the swimming pool";
  return { desktop: "Skate ramp behind the library", phone: "Bus shelter at Copper Lane" }[size];
}

export function somebody(people, role) {
  return people.find((it) => it.role === role);
}

const NAMED = "Jayden Cole told his tutor that older pupils wait there and take money from younger ones. His number is 01632 960123.";
const REWORDED = "A Year 9 pupil told their tutor that older pupils wait there and take money from younger ones.";
const QUESTION = "What can be seen from the library’s windows?";

export async function files(visitor, people) {
  const { page } = visitor;
  await visitor.go("/concerns/new");
  await visitor.look("sign-in");
  await visitor.signIn(somebody(people, "dsl"));
  await visitor.go("/concerns");
  await visitor.look("lead-list");
  await gate(visitor);
  await kindAndPlace(visitor);
  await account(visitor);
  await rest(visitor);
  const second = await check(visitor);
  await sent(visitor, second);
}

/** One answer belongs elsewhere, and says where; then the other one leads in. */
async function gate(visitor) {
  await visitor.press("Report a concern");
  await visitor.expectsFaults(await visitor.press("Continue"), "Choose what it is about");
  await visitor.look("gate-refused");
  await visitor.takes("A crime that has happened");
  await visitor.press("Continue");
  await visitor.expects("This has to go elsewhere first", "101");
  await visitor.look("gate-elsewhere");
  await visitor.leads(() => visitor.page.getByRole("link", { name: "Back", exact: true }).click());
  await visitor.look("gate");
  await visitor.takes("None of these: it is about a place or a group");
  await visitor.press("Continue");
}

async function kindAndPlace(visitor) {
  const { page } = visitor;
  await visitor.expects("Step 1 of 8");
  await visitor.look("step-1-kind");
  await visitor.fills("What is it called?", subject(visitor));
  const refused = await visitor.press("Save and continue");
  await visitor.expectsFaults(refused, "Choose what the concern is about");
  is(await page.getByLabel("What is it called?").inputValue(), subject(visitor), "what was typed");
  await visitor.look("step-1-refused");
  await visitor.takes("A place");
  await visitor.press("Save and continue");

  await visitor.expects("Step 2 of 8");
  await visitor.fills("Postcode, grid reference or coordinates", "ZZ1 1ZZ");
  await visitor.takes("On the journey to or from school");
  await visitor.press("Save and continue");
  await page.locator(".govuk-error-summary").waitFor();
  is(await page.getByLabel("Postcode, grid reference").inputValue(), "ZZ1 1ZZ", "the postcode that was typed");
  await visitor.look("step-2-refused");
  await visitor.fills("Postcode, grid reference or coordinates", "wx4 1ag");
  await visitor.fills("Describe where it is", "The ramp and the benches behind it, seen from the side road alone.");
  await visitor.look("step-2-place");
  await visitor.press("Save and continue");
  await visitor.expects("What we found", "Crawley", "Grid reference");
  await visitor.look("step-2-found");
  await visitor.press("Save and continue");

  await visitor.expects("Step 3 of 8");
  await backAndForward(visitor);
  await visitor.takes("Robbery", "Which harm is it mainly?");
  await visitor.takes("Antisocial behaviour", "Which other harms");
  await visitor.look("step-3-harm");
  await visitor.press("Save and continue");
}

/** By the link and by the browser's buttons: what was typed is there. */
async function backAndForward(visitor) {
  const { page } = visitor;
  const here = page.url();
  await visitor.leads(() => page.getByRole("link", { name: "Back", exact: true }).click());
  await visitor.expects("What we found");
  await visitor.leads(() => page.getByRole("link", { name: "Back", exact: true }).click());
  is(await page.getByLabel("Postcode, grid reference").inputValue(), "wx4 1ag", "the postcode after going back");
  await page.goBack();
  await page.goBack();
  is(page.url(), here, "the page after the browser's back");
  await page.goForward();
  await visitor.expects("What we found");
  await page.goBack();
}

/** What is seen names somebody: it is said while they type, and again at the end. */
async function account(visitor) {
  const { page } = visitor;
  await visitor.fills("What was seen or said", NAMED);
  await visitor.fills("What you think it may mean", "Older pupils may have been told to do it.");
  if (visitor.javaScript) {
    await page.getByText("“Jayden Cole” looks like a name").waitFor();
    await page.getByText("“01632 960123” looks like a telephone number").waitFor();
  }
  await visitor.takes("A pupil");
  await visitor.takes("Not sure: one person says so");
  await visitor.look("step-3-what");
  await visitor.press("Save and continue");
}

async function rest(visitor) {
  const { page } = visitor;
  await visitor.expects("Step 4 of 8");
  const tomorrow = new Date(Date.now() + 86_400_000);
  await visitor.dates("First seen", tomorrow);
  await visitor.takes("Friday");
  const refused = await visitor.press("Save and continue");
  await visitor.expectsFaults(refused, "First seen must be today or in the past", "Say whether it has happened");
  is(await page.getByLabel("Friday").isChecked(), true, "Friday is still chosen");
  await visitor.look("step-4-refused");
  await visitor.dates("First seen", new Date(Date.now() - 30 * 86_400_000));
  await visitor.dates("Last seen", new Date(Date.now() - 3 * 86_400_000));
  await visitor.takes("After school, until 6pm");
  await visitor.takes("More than once, or it goes on");
  await visitor.takes("Urgent");
  await visitor.look("step-4-when");
  await visitor.press("Save and continue");

  await visitor.expects("Step 5 of 8");
  await visitor.takes("5 to 9");
  await visitor.takes("Year 8");
  await visitor.takes("No", "Are adults involved?");
  await visitor.look("step-5-who");
  await visitor.press("Save and continue");

  await visitor.expects("Step 6 of 8");
  await visitor.fills("Who looks out for young people there?", "The librarian on the desk by the window, until 5pm.");
  await visitor.fills("What do young people themselves say?", "“You hand it over and go home.”");
  await visitor.look("step-6-strengths");
  await visitor.press("Save and continue");

  await visitor.expects("Step 7 of 8");
  await visitor.fills("What has your school done so far?", "Staff walk with the younger pupils as far as the crossing.");
  await visitor.takes("Not needed: no child is known to be at risk of significant harm");
  await visitor.fills("What do you hope the team will do?", "Better light, and somebody there on Fridays.");
  await visitor.look("step-7-done");
  await visitor.press("Save and continue");
}

/** Sends it: refused while somebody is named, then with a reason (at a desk) or without the name (on a telephone). */
async function check(visitor) {
  const { page, context } = visitor;
  await visitor.expects("Step 8 of 8", "Marlpit Wood School", "Does this say who somebody is?", "Jayden Cole");
  await visitor.look("step-8-check");
  const refused = await visitor.press(/^Send to Crawley/);
  await visitor.expectsFaults(refused, /Take the personal data out of “Seen or said”/);
  await visitor.look("step-8-refused");
  if (visitor.size === "phone") {
    await visitor.leads(() => page.getByRole("link", { name: "Change Seen or said", exact: true }).click());
    await visitor.fills("What was seen or said", REWORDED);
    await visitor.press("Save and continue");
    await visitor.expects("Step 8 of 8", REWORDED);
    await visitor.look("step-8-reworded");
  } else {
    await visitor.fills("Keep it in “Seen or said”", "The police have asked for the name and the number to be on record.");
  }
  const second = await context.newPage();
  await second.goto(page.url());
  const button = page.getByRole("button", { name: /^Send to Crawley/ });
  await button.dblclick();
  await page.locator(".govuk-panel").waitFor();
  return second;
}

/** However often it is sent, it is one concern. */
async function sent(visitor, second) {
  const { page } = visitor;
  await visitor.expects("Report sent", "Crawley’s team has it", "It will be heard at Crawley’s meeting on", "Papers close on");
  await visitor.look("sent");
  const reference = await page.locator(".govuk-panel strong").innerText();
  if (visitor.javaScript) {
    // Without scripts a browser asks whether it shall send the form again; the second try below is what it does then.
    await page.goBack();
    is(await page.locator(".govuk-panel strong").innerText(), reference, "the reference after going back");
  }
  const reason = second.getByLabel("Keep it in “Seen or said”");
  if (await reason.count()) await reason.fill("The police have asked for it.");
  await second.getByRole("button", { name: /^Send to Crawley/ }).click();
  await second.waitForURL("**/sent");
  is(await second.locator(".govuk-panel strong").innerText(), reference, "the reference of a second try");
  await second.close();

  await visitor.follow("See all your school’s concerns");
  const row = page.getByRole("row").filter({ hasText: reference });
  is(await row.count(), 1, "rows with the reference");
  await visitor.look("lead-list-after");
  await visitor.leads(() => row.getByRole("link").click());
  await visitor.expects(subject(visitor), "Your school sent this to Crawley’s team", "Papers close on");
  await visitor.look("lead-concern");
}

/** The team has asked something: it is read in plain words and answered. */
export async function follows(visitor, people) {
  const { page } = visitor;
  await visitor.signIn(somebody(people, "dsl"));
  await visitor.go("/concerns");
  await visitor.expects("Answer needed");
  await visitor.look("lead-list-asked");
  await visitor.follow(subject(visitor));
  await visitor.expects("The team asks", QUESTION, "Crawley’s team asked you for more");
  await visitor.look("lead-concern-asked");
  const refused = await visitor.press("Send your answer to the team");
  await visitor.expectsFaults(refused, /answer/i);
  await visitor.fills("Your answer", "The ramp and both benches, until the lights go out at 5pm.");
  await visitor.press("Send your answer to the team");
  await visitor.expects("Your school answered Crawley’s team", "until the lights go out");
  is(await page.getByText("The team asks").count(), 0, "questions that are still open");
  await visitor.look("lead-concern-answered");
}

/** Sends whole reports as fast as they can be sent, each about something of its own. */
export async function sendsMany(visitor, names) {
  await visitor.go("/concerns");
  const csrf = await visitor.page.locator("input[name=csrf]").first().getAttribute("value");
  for (const name of names) await sendsOne(visitor, csrf, name);
}

async function sendsOne(visitor, csrf, name) {
  const { page, browser } = visitor;
  const post = async (path, form) => {
    const options = { form: { csrf, ...form }, headers: { origin: browser.base }, maxRedirects: 0 };
    const answer = await page.request.post(path, options);
    is(answer.status(), 303, `${path} for “${name}”`);
    return answer.headers().location;
  };
  await visitor.go("/concerns/new");
  const value = (field) => page.locator(`main input[name=${field}]`).first().getAttribute("value");
  const draft = await post("/concerns/new", { gate: "none", school: await value("school"), key: await value("key") });
  const steps = {
    kind: { kind: "location", name },
    place: { place: "WX4 1AG", words: "By the bench.", relation: "on_journey" },
    found: { area: "E07000226" },
    harm: { harm: "antisocial_behaviour" },
    what: { seen: "Litter and broken glass on Monday mornings." },
    when: { recurring: "recurring", urgency: "routine" },
    who: {}, strengths: {},
    done: { referral: "not_needed" },
    check: {},
  };
  for (const [step, form] of Object.entries(steps)) await post(`${draft}/${step}`, form);
}

export { QUESTION };
