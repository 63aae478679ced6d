// A teacher looks for Thursday's lesson: no account, no way round.
import { is } from "./world.mjs";

export async function teacher(visitor) {
  const { page } = visitor;
  await visitor.go("/");
  await visitor.look("home");
  await visitor.menu("Curriculum");
  await visitor.look("curriculum");

  await byPhaseAndCornerstone(visitor);
  await bySearch(visitor);
  await visitor.follow("When a gift becomes a debt");
  await visitor.expects("If a pupil tells you something", "Ground rules", "60 minutes");
  await visitor.look("lesson");
  await plan(visitor);
  await page.emulateMedia({ media: "print" });
  const text = await page.locator("#ground").locator("xpath=..").boundingBox();
  is(text.width > page.viewportSize().width * 0.7, true, "the printed text is as wide as the paper");
  await visitor.look("lesson-printed");
  await page.emulateMedia({ media: "screen" });

  const lesson = page.url();
  for (const kind of ["worksheet", "cards", "slides", "quiz"]) {
    await visitor.leads(() => page.getByRole("main").locator(`a[href$="/${kind}"]`).first().click());
    await visitor.look(`resource-${kind}`);
    await visitor.go(lesson);
  }
  await visitor.follow("What parents are told");
  await visitor.expects("May I withdraw my child?", "Everything that is used");
  await visitor.look("parents");
}

/** The grid leads to a unit, the unit to its lesson. */
async function byPhaseAndCornerstone(visitor) {
  const { page } = visitor;
  const row = page.getByRole("row").filter({ hasText: "Years 10 and 11" });
  await visitor.leads(() => row.locator("[data-cornerstone='Relationships and Sex Education'] a").click());
  await visitor.look("unit");
  await visitor.follow("When a gift becomes a debt");
  is(await page.locator("h1").innerText(), "When a gift becomes a debt", "the lesson");
  await visitor.go("/curriculum");
}

/** A typing error is forgiven, and the page says so. */
async function bySearch(visitor) {
  const { page } = visitor;
  await visitor.fills("Search lessons", "exploitaton");
  await visitor.press("Search");
  await visitor.expects("We guessed that you meant “exploitation”");
  await visitor.look("search");
  await visitor.fills("Words", "xyzzy");
  await visitor.press("Search");
  await visitor.expects("Try fewer words");
  await visitor.look("search-nothing");
  await page.goBack();
  await visitor.expects("When a gift becomes a debt");
}

async function plan(visitor) {
  const { page } = visitor;
  const link = page.getByRole("main").getByRole("button", { name: "Download the plan" });
  const answer = await page.request.get(await link.getAttribute("href"));
  is(answer.status(), 200, "the plan's status");
  is(answer.headers()["content-type"], "application/pdf", "the plan's type");
  is(answer.headers()["content-disposition"].includes('filename="when-a-gift-becomes-a-debt.pdf"'), true, "the plan's name");
  is((await answer.body()).subarray(0, 4).toString(), "%PDF", "the plan's beginning");
}
