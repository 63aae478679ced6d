//! Personal data is steered out of a report.

use crate::shire::{Shire, filled};

#[actix_web::test]
async fn personal_data_stays_only_with_a_reason_which_the_team_reads() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let draft = filled(
        &lead,
        &[
            ("what", &[("seen", "Jayden Smith, born 3/4/2012, was given AB12 CDE’s keys.")]),
            (
                "done",
                &[
                    ("referral", "no"),
                    (
                        "hopes",
                        "Ring 01632 960 101 or @kez_11. NHS 943 476 5919, UPN H801200001001.",
                    ),
                ],
            ),
        ],
    )
    .await;
    let at = format!("{draft}/check");
    let page = lead.get(&at).await.main();
    for found in [
        "“Jayden Smith” looks like a name",
        "“3/4/2012” looks like a date of birth",
        "“01632 960 101” looks like a telephone",
        "“@kez_11” looks like a social media",
        "“943 476 5919” looks like an NHS",
        "“H801200001001” looks like a unique pupil",
        "“AB12 CDE” looks like a vehicle",
        "a Year 9 pupil",
    ] {
        assert!(page.contains(found), "{found}:\n{page}");
    }
    let refused = lead.post(&at, &[("keep_seen", "The police know him by name")]).await;
    assert_eq!((refused.status.as_u16(), shire.count()), (422, 0));
    assert!(
        refused.main().contains("Take the personal data out of “What the school hopes for”"),
        "{}",
        refused.main()
    );
    assert!(refused.body.contains("The police know him by name"), "what was typed is kept");

    lead.post(&format!("{draft}/done"), &[("referral", "no"), ("hopes", "A patrol")]).await;
    let kept = lead.get(&at).await;
    assert!(kept.body.contains("value=\"The police know him by name\""), "{}", kept.main());
    let sent = lead.post(&at, &[("keep_seen", "The police know him by name")]).await;
    let concern = sent.path().trim_end_matches("/sent");
    let team = shire.world.coordinator(shire.west).get(concern).await.main();
    assert!(team.contains("Why personal data stays in “Seen or said”"), "{team}");
    assert!(team.contains("The police know him by name"), "{team}");
}

#[actix_web::test]
async fn a_page_can_ask_what_looks_like_personal_data_while_somebody_types() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let told = lead.post("/concerns/flags", &[("text", "I saw Zoltan Kovacs")]).await;
    assert_eq!(told.status, 200);
    assert!(told.body.contains("e4s-flags") && !told.body.contains("<html"), "{}", told.body);
    assert!(
        told.main().contains("“Zoltan Kovacs” looks like the name of a person"),
        "{}",
        told.main()
    );
    let place = lead.post("/concerns/flags?of=place", &[("text", "Zoltan Kovacs")]).await;
    assert_eq!(place.main(), "");
    let quiet = lead.post("/concerns/flags", &[("text", "A pupil was there")]).await;
    assert_eq!(quiet.main(), "");
    let coordinator = shire.world.coordinator(shire.west);
    assert_eq!(coordinator.post("/concerns/flags", &[("text", "Zoltan Kovacs")]).await.status, 403);
}
