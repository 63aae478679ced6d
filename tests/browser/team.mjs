// The district's coordinator takes a concern on; partner, county and administrator look round.
import { QUESTION, sendsMany, somebody, subject } from "./lead.mjs";
import { is } from "./world.mjs";

const IN_DAYS = { desktop: 45, phone: 46 };

export async function triages(visitor, people) {
  const [accepted, passedOn, gathered, added] = await prepares(visitor, people);
  await visitor.signIn(somebody(people, "coordinator"));
  await lists(visitor);
  await asks(visitor);
  await accepts(visitor, accepted);
  await passesOn(visitor, passedOn);
  await gathers(visitor, gathered, added);
  await contexts(visitor);
  await meetings(visitor);
  await digests(visitor);
  await mailbox(visitor);
}

/** A school sends what this journey deals with, and so much more that the list has a second page. */
async function prepares({ browser, size }, people) {
  const lead = await browser.visitor(size);
  const spots = ["Kiosk at the north gate", "Underpass at the ring road", "Steps behind the cinema", "Canal towpath, third bridge"];
  const mine = spots.map((it) => `${it} (${size})`);
  const more = Array.from({ length: 20 }, (_, count) => `Bench ${count + 1} along the ${size} path`);
  await lead.signIn(somebody(people, "dsl"));
  await sendsMany(lead, [...mine, ...more]);
  await lead.close();
  return mine;
}

async function lists(visitor) {
  const { page } = visitor;
  const rows = page.locator("tbody tr");
  await visitor.go("/concerns");
  await visitor.expects("Crawley’s concerns", subject(visitor));
  await visitor.look("team-list");
  await visitor.unfolds("Filter and order");
  await visitor.selects("Urgency", "Urgent");
  await visitor.selects("Order", "Newest first");
  await visitor.press("Show these concerns");
  is((await rows.first().innerText()).includes(subject(visitor)), true, "the newest urgent concern comes first");
  is(await rows.filter({ hasText: "Bench" }).count(), 0, "routine concerns among the urgent ones");
  await visitor.look("team-list-urgent");
  await visitor.unfolds("Filter and order");
  await visitor.selects("Main harm", "Hate");
  await visitor.press("Show these concerns");
  await visitor.expects("No concern fits this filter");
  await visitor.look("team-list-nothing");
  await visitor.follow("clear the filter");
  await visitor.unfolds("Filter and order");
  await visitor.selects("Status", "All");
  await visitor.press("Show these concerns");
  const first = await rows.first().innerText();
  await visitor.follow("More concerns");
  is((await rows.first().innerText()) === first, false, "the second page begins as the first did");
  await visitor.look("team-list-second-page");
  await visitor.follow("Back to the beginning");
  is(await rows.first().innerText(), first, "the first row of the first page");
}

/** Finds a concern of this name, and opens it. */
async function opens(visitor, name) {
  await visitor.go("/concerns?sort=newest");
  await visitor.follow(name);
  await visitor.expects(name, "At a glance");
}

async function asks(visitor) {
  await opens(visitor, subject(visitor));
  await visitor.look("team-concern");
  await visitor.unfolds("Ask the school for more");
  await visitor.expectsFaults(await visitor.press("Send the question to the school"), /question|ask/i);
  await visitor.look("team-concern-refused");
  await visitor.fills("Your question", QUESTION);
  await visitor.press("Send the question to the school");
  await visitor.expects("Tom Ashgrove asked for more", QUESTION);
  await visitor.look("team-concern-asked");
}

async function accepts(visitor, name) {
  await opens(visitor, name);
  await visitor.press("Accept for Crawley’s meeting");
  await visitor.expects("Tom Ashgrove accepted it");
  await visitor.look("team-concern-accepted");
}

async function passesOn(visitor, name) {
  await opens(visitor, name);
  const gone = visitor.page.url();
  await visitor.unfolds("Pass it on to another team");
  await visitor.takes("Horsham");
  await visitor.fills("Why?", "The underpass is on Horsham’s side of the boundary.");
  await visitor.look("team-concern-passing-on");
  await visitor.press("Pass it on");
  is(await visitor.page.getByRole("link", { name }).count(), 0, "what was passed on, in the list");
  const answer = await visitor.page.request.get(gone);
  is(answer.status(), 404, "the status of what was passed on");
}

async function gathers(visitor, first, second) {
  await opens(visitor, first);
  await visitor.press("Add to a context");
  await visitor.look("context-choose");
  await visitor.takes("A new context");
  await visitor.fills("Its name", first);
  await visitor.selects("Its kind", "A place");
  await visitor.look("context-choose-new");
  await visitor.press("Add to this context");
  await visitor.expects(first);
  await visitor.look("context-new");
  await opens(visitor, second);
  await visitor.press("Add to a context");
  await visitor.takes(first);
  await visitor.press("Add to this context");
  await visitor.expects(first);
  is(await visitor.page.locator("tbody tr").count(), 2, "concerns in the context");
}

async function contexts(visitor) {
  const { page } = visitor;
  await visitor.unfolds("Move it on");
  await visitor.leads(() => page.getByRole("main").getByRole("button", { name: "Move it on" }).click());
  await page.locator(".govuk-error-summary").waitFor();
  await visitor.look("context-refused");
  await visitor.takes("Scheduled");
  await visitor.press("Move it on");
  await visitor.expects("Scheduled, by Tom Ashgrove");
  await visitor.look("context");
  await visitor.menu("Contexts");
  await visitor.expects("Crawley’s contexts", "Market Hall car park");
  await visitor.look("contexts");
}

async function meetings(visitor) {
  const { size } = visitor;
  const day = (count) => new Date(Date.now() + count * 86_400_000);
  await visitor.menu("Meetings");
  await visitor.look("meetings");
  await visitor.press("Add a meeting");
  await visitor.expectsFaults(await visitor.press("Add this meeting"), "Enter where the meeting is");
  await visitor.look("meeting-refused");
  await visitor.dates("When is it?", day(IN_DAYS[size]));
  await visitor.fills("When does it begin?", "2:30pm");
  await visitor.dates("On which day do papers close?", day(IN_DAYS[size] - 7));
  await visitor.fills("At what time do papers close?", "5pm");
  await visitor.fills("Where is it?", "Room 2, the old library");
  await visitor.fills("Who chairs it?", "Head of community safety");
  await visitor.look("meeting-new");
  await visitor.press("Add this meeting");
  await visitor.expects("Crawley’s meeting on", "2:30pm", "Room 2, the old library");
  await visitor.look("meeting");
  const file = await visitor.downloads("Add it to your calendar");
  is(file.content.subarray(0, 15).toString(), "BEGIN:VCALENDAR", "the calendar file's beginning");
  is(file.name.endsWith(".ics"), true, "the calendar file's name");
}

async function digests(visitor) {
  const { size } = visitor;
  await visitor.menu("Digests");
  await visitor.expects("What your digest would say now");
  await visitor.look("digests");
  await visitor.takes(size === "phone" ? "Every working day" : "Every Monday");
  await visitor.press("Save how often it comes");
  await visitor.expects("Your choice is saved");
  await visitor.look("digests-changed");
}

/** The letter about the urgent concern came, in both parts, and says nothing of what was reported. */
async function mailbox(visitor) {
  const { page } = visitor;
  await visitor.go("/concerns?urgency=urgent&sort=newest");
  const row = page.locator("tbody tr").filter({ hasText: subject(visitor) });
  const reference = (await row.locator(".e4s-listing__reference").innerText()).trim();
  await visitor.go("/demo/mailbox");
  await visitor.awaits(reference);
  await visitor.look("mailbox");
  await visitor.follow(`urgent concern ${reference} is waiting`);
  await visitor.expects("As HTML", "As text", reference, "What was reported is not in this letter");
  const letter = await page.locator("main").innerText();
  is(letter.includes(subject(visitor)), false, "the letter names the place");
  await visitor.look("mailbox-letter");
}

/** Partner, county, administrator, and pages for what goes wrong. */
export async function others(visitor, people) {
  await partner(visitor, people);
  await county(visitor, people);
  await admin(visitor, people);
  await expired(visitor, people);
}

async function leaves(visitor) {
  await visitor.leads(() => visitor.page.getByRole("button", { name: "Sign out" }).click());
}

async function partner(visitor, people) {
  await visitor.signIn(somebody(people, "partner"));
  await visitor.look("partner-home");
  const answer = await visitor.page.goto("/concerns");
  is(answer.status(), 403, "the concerns' status for a partner");
  await visitor.look("partner-refused");
  await visitor.menu("Meetings");
  await visitor.look("partner-meetings");
  await visitor.leads(() => visitor.page.locator("tbody a").first().click());
  await visitor.look("partner-meeting");
  await visitor.menu("Digests");
  await visitor.look("partner-digests");
  await leaves(visitor);
  await visitor.look("after-sign-out");
}

async function county(visitor, people) {
  await visitor.signIn(somebody(people, "county"));
  await visitor.go("/concerns");
  await visitor.expects("Horsham", "Crawley");
  await visitor.look("county-list");
  await visitor.unfolds("Filter and order");
  await visitor.selects("Team", "Arun");
  await visitor.selects("Status", "All");
  await visitor.press("Show these concerns");
  await visitor.look("county-list-team");
  await visitor.follow("Arcade on the seafront");
  await visitor.look("county-concern");
  await visitor.menu("Contexts");
  await visitor.look("county-contexts");
  await visitor.menu("Meetings");
  await visitor.look("county-meetings");
  await visitor.go("/account");
  await visitor.look("account");
  const answer = await visitor.page.goto("/concerns/00000000000000000000000000000000");
  is(answer.status(), 404, "the status of what is not there");
  await visitor.look("not-found");
  await leaves(visitor);
}

async function admin(visitor, people) {
  const { page } = visitor;
  await visitor.signIn(somebody(people, "admin"));
  is((await page.goto("/concerns")).status(), 403, "the concerns' status for an administrator");
  await visitor.menu("Administration");
  await visitor.expects("Sent elsewhere in");
  await visitor.look("admin");
  await visitor.follow("Where other worries belong");
  await visitor.look("help-lines");
  await visitor.follow(/Change.*A crime that has happened/);
  await visitor.fills("Telephone number", "");
  await visitor.expectsFaults(await visitor.press("Save"), /telephone number/i);
  await visitor.look("help-line-refused");
  await visitor.fills("Telephone number", "101, or Crimestoppers 0800 555 111");
  await visitor.dates("When did somebody last check it?", new Date());
  await visitor.look("help-line");
  await visitor.press("Save");
  await visitor.expects("Where other worries belong");
  await visitor.look("help-lines-changed");
  await leaves(visitor);
}

/** A form that comes after its session has ended is not lost on whoever wrote it. */
async function expired(visitor, people) {
  const { page } = visitor;
  await visitor.signIn(somebody(people, "coordinator"));
  await opens(visitor, subject(visitor));
  await visitor.unfolds("Pass it on to another team");
  await visitor.fills("Why?", "A long reason that nobody wants to write twice.");
  await visitor.context.clearCookies();
  const answer = await visitor.press("Pass it on");
  is(answer.ok(), false, "what was sent after the session had ended was taken");
  await visitor.expects("A long reason that nobody wants to write twice.");
  await visitor.look("signed-out");
  await visitor.leads(() => page.getByRole("main").getByRole("button", { name: "Sign in" }).click());
}
