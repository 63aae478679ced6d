// From a concern to what came of it: a context, the meeting that hears it, its minutes, and what the school reads.
import { sendsMany, somebody } from "./lead.mjs";
import { is } from "./world.mjs";

/** Two meetings of a team never begin at once. */
const BEGINS = { desktop: ["11:59pm", "11:58pm"], phone: ["11:57pm", "11:56pm"] };
const TOLD = "The lamps by the steps are mended next week, and a youth worker is there on Fridays.";

function subject({ size }) {
  return `Steps below the bandstand (${size})`;
}

export async function hears(visitor, people) {
  const lead = await visitor.browser.visitor(visitor.size);
  await lead.signIn(somebody(people, "dsl"));
  await sendsMany(lead, [subject(visitor)]);
  await visitor.signIn(somebody(people, "coordinator"));
  await gathers(visitor);
  const meeting = await schedules(visitor);
  await arranges(visitor, meeting);
  await minutes(visitor, meeting);
  await publishes(visitor);
  await reads(lead);
  await lead.close();
}

async function gathers(visitor) {
  await visitor.go("/concerns?sort=newest");
  await visitor.follow(subject(visitor));
  await visitor.press("Add to a context");
  await visitor.takes("A new context");
  await visitor.fills("Its name", subject(visitor));
  await visitor.selects("Its kind", "A place");
  await visitor.press("Add to this context");
  await visitor.expects(subject(visitor), "Screened");
}

/** A meeting of today, so that its minutes can be taken at once. */
async function schedules(visitor) {
  const [begins, closes] = BEGINS[visitor.size];
  await visitor.go("/meetings");
  await visitor.press("Add a meeting");
  await visitor.dates("When is it?", new Date());
  await visitor.fills("When does it begin?", begins);
  await visitor.dates("On which day do papers close?", new Date());
  await visitor.fills("At what time do papers close?", closes);
  await visitor.fills("Where is it?", "Committee room 1");
  await visitor.fills("Who chairs it?", "Head of community safety");
  await visitor.press("Add this meeting");
  await visitor.expects("Crawley’s meeting on", "Committee room 1");
  return visitor.page.url();
}

/** Puts the context onto the agenda, gives it a time, and moves it with the buttons. */
async function arranges(visitor, meeting) {
  const { page } = visitor;
  await visitor.go(meeting);
  await visitor.follow("Agenda");
  await visitor.look("agenda-empty");
  await visitor.press(`Add ${subject(visitor)}`);
  const item = page.locator(".e4s-agenda__item").filter({ hasText: subject(visitor) });
  is(await item.count(), 1, "items about the place");
  await item.getByLabel(/^Minutes/).fill("0");
  await visitor.expectsFaults(await visitor.press(`Set the minutes for ${subject(visitor)}`), "Enter the minutes as a number from 1 to 240");
  await visitor.look("agenda-refused");
  await item.getByLabel(/^Minutes/).fill("15");
  await visitor.press(`Set the minutes for ${subject(visitor)}`);
  is(await item.getByLabel(/^Minutes/).inputValue(), "15", "the minutes of the item");
  await visitor.look("agenda");
}

async function minutes(visitor, meeting) {
  const { page } = visitor;
  await visitor.go(`${meeting}/minutes`);
  await visitor.look("minutes");
  await visitor.takes("Tom Ashgrove");
  await visitor.fills("Others who were there", "County youth service: the area worker");
  await visitor.look("minutes-attendance");
  await visitor.press("Save who was there");
  await visitor.expects("County youth service: the area worker");
  await visitor.fills("Discussion", "The lamps have been out since the clocks changed.");
  await visitor.takes("No action");
  const refused = await visitor.press("Save this item");
  await visitor.expectsFaults(refused, /reason/i);
  is(await page.getByLabel("Discussion").inputValue(), "The lamps have been out since the clocks changed.", "what was typed");
  await visitor.look("minutes-refused");
  await visitor.takes("Action agreed");
  await visitor.look("minutes-item");
  await visitor.press("Save this item");
  await visitor.expects("The lamps have been out since the clocks changed.", "Action agreed");
}

async function publishes(visitor) {
  const { page } = visitor;
  await visitor.press("Check what schools will read");
  await visitor.expects("Marlpit Wood School");
  const words = page.getByLabel("What the schools read");
  await words.fill(`${await words.inputValue()} ${TOLD}`);
  await visitor.look("publish");
  await visitor.press("Publish the minutes and tell the schools");
  await visitor.expects("Published on");
  await visitor.look("minutes-published");
}

/** The school reads what came of it, and a letter says only that there is news. */
async function reads(lead) {
  await lead.go("/concerns?sort=newest");
  await lead.follow(subject(lead));
  await lead.expects(TOLD);
  await lead.look("lead-concern-told");
  const reference = (await lead.page.locator("main").innerText()).match(/C-[0-9A-Z]{4}-[0-9A-Z]{2}/)[0];
  await lead.go("/demo/mailbox");
  await lead.awaits(reference);
  await lead.look("mailbox-news");
}
