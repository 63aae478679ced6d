//! The curriculum: what is wrong with it is named, what is in it is found, and a plan can be printed.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use e4s::curriculum::find::{Index, Piece, Query};
use e4s::curriculum::words::{Cornerstone, Kind, Phase};
use e4s::curriculum::{Curriculum, Report, Tree, export, load};
use e4s::documents::{Block, html};

const UNIT: &str = "relationships-and-sex-education/ks3";
const LESSON: &str = "relationships-and-sex-education/ks3/01-the-bench.md";
const SHEET: &str = "relationships-and-sex-education/ks3/01-the-bench/worksheet.md";

/// A copy of the small sound curriculum, to break.
struct Folder(tempfile::TempDir);

impl Folder {
    fn sound() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        copy(Path::new("tests/data/curriculum"), folder.path());
        Self(folder)
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).expect("text")
    }

    fn write(&self, path: &str, text: &str) -> &Self {
        let to = self.at(path);
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        fs::write(to, text).expect("written");
        self
    }

    /// Replaces the one place where `from` stands.
    fn change(&self, path: &str, from: &str, to: &str) -> &Self {
        let text = self.text(path);
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {path}");
        self.write(path, &text.replace(from, to))
    }

    fn load(&self) -> (Curriculum, Report) {
        load::load(&Tree::folder(self.0.path()).expect("a tree"), today())
    }

    /// The faults, without the folder.
    fn faults(&self) -> Vec<String> {
        let root = format!("{}/", self.0.path().display());
        self.load().1.faults.iter().map(|it| it.to_string().replace(&root, "")).collect()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).expect("a date")
}

/// Breaks the lesson in one place and expects these faults, by line and words, and no other.
fn breaks(from: &str, to: &str, faults: &[&str]) {
    breaks_in(LESSON, (from, to), faults);
}

fn breaks_in(path: &str, (from, to): (&str, &str), expected: &[&str]) {
    let faults = Folder::sound().change(path, from, to).faults();
    let expected: Vec<String> = expected.iter().map(|it| format!("{path}:{it}")).collect();
    assert_eq!(faults, expected, "{from:?} became {to:?}");
}

#[test]
fn the_small_curriculum_of_these_tests_is_sound() {
    let (curriculum, report) = Folder::sound().load();
    assert!(report.faults.is_empty(), "{:?}", report.faults);
    assert_eq!(
        report.notes,
        ["1 lessons in 1 units", "1 of 3 statutory points have no lesson yet"]
    );
    let lesson = curriculum.lessons.first().expect("a lesson");
    assert_eq!(lesson.path(), "/curriculum/relationships-and-sex-education/ks3/the-bench");
    assert_eq!(lesson.activities.iter().map(|it| it.minutes).sum::<u32>(), 50);
}

#[test]
fn the_curriculum_that_the_binary_carries_has_no_fault() {
    let (curriculum, report) = load::load(&Tree::embedded(), today());
    let faults: Vec<String> = report.faults.iter().map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(!curriculum.lessons.is_empty());
}

#[test]
fn front_matter_faults_are_all_named_at_once() {
    let folder = Folder::sound();
    folder.change(LESSON, "objective = ", "aim = ");
    folder.change(LESSON, "minutes = 50", "minutes = \"50\"");
    folder.change(LESSON, "level = 2", "level = 9");
    folder.change(LESSON, "reviewed_on = 2026-09-01", "reviewed_on = \"soon\"");
    folder.change(LESSON, "\"peers\"]", "\"moon\"]");
    let faults = folder.faults();
    let expected = [
        "1: the field `objective` is missing",
        "4: `minutes` must be a whole number",
        "4: the activities add up to 50 minutes, not to 0",
        "5: unknown field `aim`",
        "11: `moon` is no context; it is one of: home, peers, school, neighbourhood, online",
        "18: `reviewed_on` must be a date such as 2026-09-01",
        "26: the level is 9; it goes from 1 to 5",
    ];
    assert_eq!(faults, expected.map(|it| format!("{LESSON}:{it}")));
}

#[test]
fn what_is_not_toml_or_has_no_front_matter_is_named() {
    let faults = Folder::sound().change(LESSON, "minutes = 50", "minutes = ").faults();
    assert!(faults.iter().any(|it| it.starts_with(&format!("{LESSON}:4: not TOML"))), "{faults:?}");
    let faults = Folder::sound().write(LESSON, "# A lesson\n").faults();
    let words = "1: the file must begin with front matter between two lines of +++";
    assert!(faults.contains(&format!("{LESSON}:{words}")), "{faults:?}");
}

#[test]
fn codes_that_do_not_exist_or_belong_to_another_phase_are_named() {
    breaks(r#""S-RES-2""#, r#""S-RES-9""#, &["8: `S-RES-9` is no statutory point"]);
    let half = "8: `P-FRI-1` is a primary point; this is Key stage 3";
    breaks(r#""S-RES-2""#, r#""P-FRI-1""#, &[half]);
    breaks(r#""S-RES-2""#, r#""S-PSF-1""#, &["8: `S-PSF-1` is named twice"]);
    let none = "1: `statutory` is empty: a lesson of this phase rests on at least one point";
    breaks(r#"["S-PSF-1", "S-RES-2"]"#, "[]", &[none]);
    let goal = "9: `CL-SP` is an early goal; this is not EYFS";
    breaks("early_goals = []", r#"early_goals = ["CL-SP"]"#, &[goal]);
    breaks("Year 7", "Year 10", &["3: Year 10 does not belong to Key stage 3"]);
    let reason = "43: `mood` is no reason; it is one of: safety, factual, wording";
    breaks(r#"why = "factual""#, r#"why = "mood""#, &[reason]);
}

#[test]
fn outcomes_licence_and_version_follow_the_format() {
    let outcome = "6: the outcome \"To name a trusted adult.\" does not begin \"I can\"";
    breaks("I can name", "To name", &[outcome]);
    let few = "6: 1 outcomes; a lesson has two to four";
    breaks("\"I can say who is around.\", ", "", &[few]);
    let licence = "16: the licence must be \"Open Government Licence v3.0\"";
    breaks("Licence v3.0", "Licence v2.0", &[licence]);
    let version = "17: version 1.1 is not among [[changes]]";
    breaks("version = \"1.0\"\nrev", "version = \"1.1\"\nrev", &[version]);
}

#[test]
fn headings_that_are_missing_out_of_order_unknown_or_empty_are_named() {
    breaks("## Baseline\n", "\n", &["58: the heading `Baseline` is missing"]);
    let both = ["54: unknown heading `Base line`", "58: the heading `Baseline` is missing"];
    breaks("## Baseline\n", "## Base line\n", &both);
    let empty = "92: nothing stands under `If a pupil tells you something`";
    breaks("Listen.\n", "", &[empty]);
    let skipped = "80: \"Is it telling tales?\" skips a heading level: 4 where 3 is next";
    let unasked = "1: `Question box` has no question (a third-level heading with its answer)";
    breaks("### Is it", "#### Is it", &[unasked, skipped]);
    let unanswered = "80: the question \"Is it telling tales?\" has no answer";
    breaks("No. Telling keeps people safe.\n", "", &[unanswered]);
    let folder = Folder::sound();
    folder.change(LESSON, "## Ground rules", "## X");
    folder.change(LESSON, "## Baseline", "## Ground rules").change(LESSON, "## X", "## Baseline");
    let order = format!("{LESSON}:54: `Ground rules` must stand before `Baseline`");
    assert_eq!(folder.faults(), [order]);
}

#[test]
fn minutes_that_do_not_add_up_and_activities_without_minutes_are_named() {
    let sum = "4: the activities add up to 50 minutes, not to 60";
    breaks("minutes = 50", "minutes = 60", &[sum]);
    let sum = "4: the activities add up to 20 minutes, not to 50";
    let untimed =
        "64: the activity \"Who could help (soon)\" must end with its minutes: (15 minutes)";
    breaks("(30 minutes)", "(soon)", &[sum, untimed]);
}

#[test]
fn raw_html_tables_without_a_header_and_pictures_without_alt_are_named() {
    let tags = ["94: raw HTML: </b>", "94: raw HTML: <b>"];
    breaks("Listen.", "Do <b>listen</b>.", &tags);
    breaks("Listen.", "<script>x()</script>", &["94: raw HTML: <script>x()</script>"]);
    let table = "66: a table without a header: each column needs a heading";
    breaks("| Who | What they could do |", "| Who | |", &[table]);
    let rows = "66: a table without a header row (or its `|---|` line)";
    breaks("|---|---|\n", "", &[rows]);
    let picture = "94: a picture without alternative text";
    breaks("Listen.", "![](https://example.org/a.png)", &[picture]);
}

#[test]
fn a_resource_is_named_by_its_lesson_and_a_link_leads_somewhere() {
    let folder = Folder::sound();
    folder.change(LESSON, "/worksheet.md", "/cards.md");
    let lost = format!("{LESSON}:62: `01-the-bench/cards.md` is no resource of this lesson");
    let words = "the lesson does not name this resource (01-the-bench.md has no link to it)";
    assert_eq!(folder.faults(), [lost, format!("{SHEET}:1: {words}")]);

    let plain = "94: the link `http://example.org` must go to an https:// page";
    breaks("Listen.", "[Listen](http://example.org)", &[plain]);
    let script = "94: the link `javascript:x` must go to an https:// page";
    breaks("Listen.", "[Listen](javascript:x)", &[script]);

    let orphan = format!("{UNIT}/02-gone/worksheet.md");
    let faults = Folder::sound().write(&orphan, "# Gone\n").faults();
    assert_eq!(faults, [format!("{orphan}:1: this resource belongs to no lesson")]);
}

#[test]
fn resources_have_their_own_rules() {
    let title = "1: a resource begins with a first-level heading";
    let skipped = "1: \"The bench on Friday\" skips a heading level: 2 where 1 is next";
    breaks_in(SHEET, ("# The", "## The"), &[skipped, title]);
    let last = "9: `Answers` must stand last: pupils do not get what follows it";
    breaks_in(SHEET, ("looks up.", "looks up.\n\n## More\n\nText."), &[last]);

    let folder = Folder::sound();
    let path = format!("{UNIT}/01-the-bench/quiz.toml");
    let question = "[[question]]\nask = \"Who?\"\nanswers = [\"Jo\", \"Al\"]\nright = 2\n";
    folder.write(&path, &format!("title = \"Quiz\"\n{question}because = \"so\"\nhint = \"x\"\n"));
    folder.change(LESSON, "together.", "then the [quiz](01-the-bench/quiz.toml).");
    let expected = ["5: no answer has the number 2 (they count from 0)", "7: unknown field `hint`"];
    assert_eq!(folder.faults(), expected.map(|it| format!("{path}:{it}")));
}

#[test]
fn helplines_grow_old_and_numbers_without_one_are_named() {
    let folder = Folder::sound();
    folder.change(LESSON, "checked_on = 2026-09-01", "checked_on = 2025-11-22");
    let (_, report) = folder.load();
    let words: Vec<&str> = report.faults.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(words, ["Childline was last checked on 2025-11-22: over a year ago"]);
    assert!(report.is_sound(), "a service that runs goes on");

    let number = "90: the number 0808 800 5000 is not in [[signposting]]";
    breaks("on 0800 1111", "on 0808 800 5000", &[number]);
    breaks("on 0800 1111", "on 116 123", &["90: the number 116 123 is not in [[signposting]]"]);
}

#[test]
fn words_that_do_not_appear_or_cannot_be_printed_are_named() {
    let absent = "21: the term \"guardianship\" appears nowhere in the lesson";
    breaks("term = \"trusted adult\"", "term = \"guardianship\"", &[absent]);
    let star = "94: `☆` (U+2606) cannot be printed: no face has it";
    breaks("Listen.", "Listen ☆.", &[star]);
}

#[test]
fn files_in_the_wrong_place_are_named() {
    let at = |path: &str| Folder::sound().write(path, "text\n").faults();
    assert_eq!(at("moon/ks3/01-a.md"), ["moon/ks3/01-a.md:1: the folder is no cornerstone"]);
    let path = format!("{UNIT}/bench.md");
    assert_eq!(at(&path), [format!("{path}:1: a lesson is named <nn>-<slug>.md")]);
    let path = format!("{UNIT}/01-the-bench/poster.md");
    assert_eq!(at(&path), [format!("{path}:1: no resource has this name")]);

    let folder = Folder::sound();
    let text = folder.text(LESSON);
    fs::remove_file(folder.at(&format!("{UNIT}/unit.md"))).expect("removed");
    let second = format!("{UNIT}/01-the-bus.md");
    folder.write(&second, &text.replace("[Worksheet](01-the-bench/worksheet.md)", "sheet"));
    let expected = [
        format!("{LESSON}:1: the unit of this lesson has no unit.md"),
        format!("{second}:1: 01 is taken by 01-the-bench.md"),
        format!("{second}:1: the unit of this lesson has no unit.md"),
    ];
    assert_eq!(folder.faults(), expected);
}

#[test]
fn a_bad_row_of_the_statutory_points_is_named_and_the_good_ones_stay() {
    let file = "framework/rshe-2026.csv";
    let folder = Folder::sound();
    let rows = "S-X-1,tertiary,a,b,1,c\nS-RES-2,secondary,a,b,1,c\n";
    folder.write(file, &format!("{}{rows}", folder.text(file)));
    let expected =
        ["5: `tertiary` is neither primary nor secondary", "6: `S-RES-2` stands here twice"];
    assert_eq!(folder.faults(), expected.map(|it| format!("{file}:{it}")));
}

#[test]
fn a_search_finds_by_stem_by_beginning_and_past_a_typing_error() {
    let (curriculum, _) = Folder::sound().load();
    let index = Index::of(&curriculum);
    let ask =
        |text: &str| index.find(&Query { text: text.to_owned(), take: 10, ..Query::default() });
    for text in ["exploitation", "exploited", "explo", "EXPLOITATION!", "the bench", "S-PSF-1"] {
        let found = ask(text);
        assert_eq!((found.hits.len(), found.guesses.len()), (1, 0), "{text}");
    }
    let found = ask("exploitaton");
    let guess = found.guesses.first().expect("a guess");
    assert_eq!((guess.typed.as_str(), guess.meant.as_str()), ("exploitaton", "exploitation"));
    let snippet = &found.hits.first().expect("a hit").snippet;
    let piece = |text: &str, is_match| Piece { text: text.to_owned(), is_match };
    let expected = [piece("Exploitation", true), piece(" often begins with kindness.", false)];
    assert_eq!(*snippet, expected);
    assert_eq!((ask("zebra").hits.len(), ask("").hits.len(), ask("!?").hits.len()), (0, 0, 0));
    assert!(!ask("bench zebra").has_all_words);
}

#[test]
fn a_title_counts_for_more_than_a_mention_and_filters_narrow() {
    let folder = Folder::sound();
    let other = folder.text(LESSON).replace("the bench?", "the kiosk?");
    folder.write("emotional-health-and-wellbeing/ks3/01-the-kiosk.md", &other);
    let index = Index::of(&folder.load().0);
    let ask = |phase, cornerstone| {
        let text = "kiosk".to_owned();
        index.find(&Query { text, phase, cornerstone, skip: 0, take: 10 })
    };
    let first = |found: &e4s::curriculum::find::Found| {
        (found.total, found.hits.first().expect("a hit").slug.clone())
    };
    assert_eq!(first(&ask(None, None)), (2, "the-kiosk".to_owned()));
    let narrowed = ask(Some(Phase::Ks3), Some(Cornerstone::Relationships));
    assert_eq!(first(&narrowed), (1, "the-bench".to_owned()));
    assert_eq!(narrowed.by_cornerstone.get(&Cornerstone::Emotional), Some(&1));
    assert_eq!(ask(Some(Phase::Ks1), None).total, 0);
}

#[test]
fn a_plan_is_the_same_bytes_twice_tagged_with_language_and_title() {
    let (curriculum, _) = Folder::sound().load();
    let lesson = curriculum.lessons.first().expect("a lesson");
    let plan = export::plan(&curriculum, lesson).expect("a plan");
    assert_eq!(plan, export::plan(&curriculum, lesson).expect("a plan"));
    let text = String::from_utf8_lossy(&plan);
    let marks = ["%PDF-1.7", "/MarkInfo", "/StructTreeRoot", "/Lang(en-GB)", "pdfuaid:part>1<"];
    for mark in marks.into_iter().chain(["pdfaid:part>2<", "Who is around at the bench?"]) {
        assert!(text.contains(mark), "{mark}");
    }
}

#[test]
fn hostile_text_stays_text_on_the_page_and_in_the_plan() {
    let hostile =
        r#"\ #panic("x") $x$ \u{41} @here <script>x</script> #import "a" *b* _c_ `d` [e] // f"#;
    let escape = |it: char| it.is_ascii_punctuation().then_some('\\').into_iter().chain([it]);
    let folder = Folder::sound();
    folder.change(LESSON, "Nobody else minds.", "#panic() $x$ <script> @here");
    folder.change(LESSON, "Listen.", &hostile.chars().flat_map(escape).collect::<String>());
    let (curriculum, report) = folder.load();
    assert!(report.faults.is_empty(), "{:?}", report.faults);

    let lesson = curriculum.lessons.first().expect("a lesson");
    let words: Vec<String> = lesson.parts.iter().flat_map(|(_, it)| Block::passages(it)).collect();
    assert!(words.contains(&hostile.to_owned()), "{words:?}");
    let page: String = lesson.parts.iter().map(|(_, it)| html::write(it, 0)).collect();
    let shown = "&lt;script&gt;x&lt;/script&gt; #import &quot;a&quot; *b* _c_ `d` [e] // f</p>";
    assert!(page.contains(shown), "{page}");
    assert!(!page.contains("<script"));
    export::plan(&curriculum, lesson).expect("the text is set, not run");
}

#[test]
fn links_of_a_lesson_lead_to_the_pages_of_its_resources() {
    let (curriculum, _) = Folder::sound().load();
    let lesson = curriculum.lessons.first().expect("a lesson");
    let page: String = lesson.parts.iter().map(|(_, it)| html::write(it, 0)).collect();
    let link = "<a href=\"/curriculum/relationships-and-sex-education/ks3/the-bench/worksheet\">";
    assert!(page.contains(link), "{page}");
    let sheet = lesson.resource(Kind::Worksheet).expect("a worksheet");
    assert!(!html::write(&sheet.blocks, 0).contains("looks up"), "pupils do not get the answers");
    assert!(html::write(&sheet.answers, 0).contains("looks up"));
}
