// A record is put on legal hold by one person and let go by two; the county's lead answers somebody who asks.
import { somebody } from "./lead.mjs";
import { is } from "./world.mjs";

export async function keeps(visitor, people) {
  const first = await holds(visitor, people);
  const county = await visitor.browser.visitor(visitor.size);
  await lifts(county, people, first);
  await answers(county);
  await county.close();
  const admin = await visitor.browser.visitor(visitor.size);
  await oversees(admin, people);
  await admin.close();
}

/** A coordinator puts a context on hold and asks to lift it; gives where it is. */
async function holds(visitor, people) {
  const { page } = visitor;
  await visitor.signIn(somebody(people, "coordinator"));
  await visitor.menu("Contexts");
  await visitor.follow("What is kept until when, and legal holds");
  await visitor.unfolds("How long things are kept");
  await visitor.look("kept");
  await visitor.menu("Contexts");
  const record = await page.locator("tbody th a").first().getAttribute("href");
  await visitor.go(record);
  await visitor.follow("Put it on legal hold");
  await visitor.expectsFaults(await visitor.press("Put it on legal hold"), "Enter why it is still needed");
  await visitor.look("hold-refused");
  await visitor.fills("Why is it still needed?", "Inquiry 12 of the partnership.");
  await visitor.press("Put it on legal hold");
  await visitor.look("hold");
  await visitor.press("Ask to lift the hold");
  await visitor.expects("has to confirm it");
  await visitor.look("hold-asked");
  await visitor.go(record);
  await visitor.expects("On legal hold since");
  await visitor.look("context-held");
  return record;
}

async function lifts(visitor, people, record) {
  await visitor.signIn(somebody(people, "county"));
  await visitor.go(`${record}/hold`);
  await visitor.look("hold-confirm");
  await visitor.press("Lift the hold");
  await visitor.expects("The hold was lifted");
  await visitor.look("hold-lifted");
}

async function answers(visitor) {
  const { page } = visitor;
  await visitor.go("/retention");
  await visitor.follow("Somebody asks what is kept about them");
  await visitor.expectsFaults(await visitor.press("Search"), "Enter what to look for, such as a name");
  await visitor.look("subject-refused");
  await visitor.fills("What to look for", "shelter");
  await visitor.fills("Reference of the request", "SAR 2026/14");
  await visitor.fills("Why do you look for this?", "Article 15 request");
  await visitor.press("Search");
  await visitor.look("subject-found");
  await page.getByRole("checkbox").first().check();
  await visitor.press("Make a file of what is ticked");
  await visitor.expects("The file is ready");
  await visitor.look("subject-file");
  const pdf = await visitor.downloads("Download as a PDF");
  is(pdf.content.subarray(0, 5).toString("latin1") === "%PDF-", true, "the file comes as a PDF");
  const file = await visitor.downloads("Download as a web page");
  const text = file.content.toString("utf8");
  is(text.includes("SAR 2026/14") && text.includes("<mark>shelter</mark>"), true, "the file holds what was ticked");
  await visitor.go("/admin/subject-access");
  await visitor.look("subject");
  await visitor.go("/admin/retention");
  await visitor.look("kept-county");
}

async function oversees(visitor, people) {
  await visitor.signIn(somebody(people, "admin"));
  await visitor.menu("Administration");
  await visitor.follow("How long records are kept");
  await visitor.expects("Nothing has been deleted yet.");
  await visitor.look("kept-admin");
  await visitor.go(`/admin/retention/${new Date().getFullYear()}`);
  await visitor.look("register");
}
