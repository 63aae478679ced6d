//! What does not belong in a report is sent where it belongs.

use diesel::prelude::*;
use e4s::store::schema::*;

use crate::shire::{Shire, begun, hidden};

const LINES: [(&str, &str); 6] = [
    ("danger", "999"),
    ("named_child", "The council has not entered its number here yet"),
    ("adult_allegation", "The council has not entered its number here yet"),
    ("crime", "101, or Crimestoppers 0800 555 111"),
    ("radicalisation", "The council has not entered its number here yet"),
    ("missing_child", "999 or 101"),
];

#[actix_web::test]
async fn what_belongs_elsewhere_is_sent_there_and_counted_but_not_recorded() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    for (gate, telephone) in LINES {
        let page = lead.get("/concerns/new").await;
        let form =
            [("gate", gate), ("school", hidden(&page, "school")), ("key", hidden(&page, "key"))];
        let shown = lead.get(lead.post("/concerns/new", &form).await.path()).await;
        assert!(shown.main().contains(telephone), "{}", shown.main());
        let is_national = telephone.contains(|it: char| it.is_ascii_digit());
        let is_checked = shown.main().contains("last checked on 2 November 2026");
        assert_eq!(is_checked, is_national, "{}", shown.main());

        let on = [
            ("gate", "none"),
            ("school", hidden(&shown, "school")),
            ("key", hidden(&shown, "key")),
        ];
        let draft = lead.post("/concerns/new", &on).await;
        assert!(draft.path().starts_with("/concerns/drafts/"), "there is a way on");
    }
    let counts: Vec<(String, i32)> = shire.world.look(|db| {
        Ok(gate_counts::table.select((gate_counts::gate, gate_counts::count)).load(db)?)
    });
    assert_eq!(counts.len(), 6);
    assert!(counts.iter().all(|it| it.1 == 1));
    assert_eq!(shire.audit(), ["draft-begun"; 6], "who asked is not written down");

    let danger = [("gate", "danger"), ("school", "100001"), ("key", "")];
    lead.post("/concerns/new", &danger).await.path();
    let admin = shire.world.admin().get("/admin").await.main();
    assert!(admin.contains("Sent elsewhere in 2026"), "{admin}");
    assert!(admin.contains("Somebody is in danger now\n2"), "{admin}");
}

#[actix_web::test]
async fn looking_at_the_gate_changes_nothing_and_an_empty_answer_is_asked_again() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    lead.get("/concerns/new").await;
    let again = lead.post("/concerns/new", &[("school", "100001")]).await;
    assert_eq!(again.status, 422);
    assert!(again.body.contains("<title>Error: "), "{}", again.body);
    let (drafts, counts): (i64, i64) = shire.world.look(|db| {
        Ok((drafts::table.count().get_result(db)?, gate_counts::table.count().get_result(db)?))
    });
    assert_eq!((drafts, counts), (0, 0));
}

#[actix_web::test]
async fn a_double_click_at_the_gate_begins_one_draft() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let page = lead.get("/concerns/new").await;
    let form = [("gate", "none"), ("school", "100001"), ("key", hidden(&page, "key"))];
    let (one, two) =
        (lead.post("/concerns/new", &form).await, lead.post("/concerns/new", &form).await);
    assert_eq!(one.path(), two.path());
    let count: i64 = shire.world.look(|db| Ok(drafts::table.count().get_result(db)?));
    assert_eq!(count, 1);

    let deputy = shire.world.dsl(shire.school);
    assert_eq!(deputy.post("/concerns/new", &form).await.status, 404, "the key is another's");
}

#[actix_web::test]
async fn only_leads_report_and_only_for_their_own_school() {
    let shire = Shire::new();
    let world = &shire.world;
    let other = world.school(100_002, "Ash Vale School", crate::shire::WEST);
    let lead = world.dsl(other);
    let page = lead.get("/concerns/new").await;
    let form = [("gate", "none"), ("school", "100001"), ("key", hidden(&page, "key"))];
    assert_eq!(lead.post("/concerns/new", &form).await.status, 404);
    assert_eq!(lead.get("/concerns/new?school=100001").await.status, 404);
    for outsider in
        [world.coordinator(shire.west), world.county(), world.admin(), world.partner(shire.west)]
    {
        assert_eq!(outsider.get("/concerns/new").await.status, 403);
        assert_eq!(outsider.post("/concerns/new", &form).await.status, 403);
    }
    assert!(world.get("/concerns/new").await.path().starts_with("/sign-in"));
}

#[actix_web::test]
async fn an_administrator_keeps_the_numbers_in_order_and_sees_no_drafts() {
    let shire = Shire::new();
    let (admin, lead) = (shire.world.admin(), shire.world.dsl(shire.school));
    let at = "/admin/help-lines/named_child";
    let page = admin.get(at).await;
    assert!(page.body.contains("Integrated Front Door"), "{}", page.body);

    let wrong = [
        ("sentence", ""),
        ("telephone", "ring us"),
        ("checked_on_day", "24"),
        ("checked_on_month", "11"),
        ("checked_on_year", "2026"),
    ];
    let refused = admin.post(at, &wrong).await;
    assert_eq!(refused.status, 422);
    for fault in ["Say in one sentence", "Enter a telephone number", "must be today or in the past"]
    {
        assert!(refused.main().contains(fault), "{}", refused.main());
    }
    let right = [
        ("sentence", "Ring the Front Door."),
        ("telephone", "01632 960199"),
        ("checked_on_day", "23"),
        ("checked_on_month", "11"),
        ("checked_on_year", "2026"),
    ];
    assert_eq!(admin.post(at, &right).await.path(), "/admin/help-lines");
    let list = admin.get("/admin/help-lines").await.main();
    assert!(list.contains("Ring the Front Door.") && list.contains("23 November 2026"), "{list}");
    let shown = lead.get("/concerns/new/named_child?school=100001").await.main();
    assert!(shown.contains("01632 960199"), "{shown}");
    assert_eq!(shire.audit(), ["help-line-changed"]);

    assert_eq!(lead.get("/admin").await.status, 403);
    assert_eq!(lead.post(at, &right).await.status, 403);
    assert_eq!(admin.get(&begun(&lead).await).await.status, 403);
}
