//! A report whose second copy could not be written is called sent on no page.

use e4s::concerns::reconcile;

use crate::shire::{Shire, filled, sent};

const SENT: &str = "Sent. The team has it";

#[actix_web::test]
async fn a_report_that_was_not_confirmed_is_called_sent_on_no_page_until_the_journal_has_it() {
    let shire = Shire::new();
    let (lead, world) = (shire.world.dsl(shire.school), &shire.world);
    let first = sent(&lead, &filled(&lead, &[]).await).await;
    reconcile::run(&world.portal, world.now()).expect("reconciled");
    let draft = filled(&lead, &[]).await;
    let (here, away) = (&world.portal.settings.journal, world.files.path().join("away"));
    std::fs::rename(here, &away).expect("taken away");
    assert_eq!(lead.post(&format!("{draft}/check"), &[]).await.status, 503);

    let list = lead.get("/concerns").await;
    assert_eq!(list.main().matches(SENT).count(), 1, "{}", list.main());
    assert_eq!(list.main().matches("We could not confirm that it was sent").count(), 1);
    let links = list.body.split("href=\"/concerns/").skip(1).filter_map(|it| it.split('"').next());
    let second = links.map(|it| format!("/concerns/{it}")).find(|it| {
        let is_concern = it.rsplit('/').next().is_some_and(|it| it.len() == 26);
        is_concern && *it != first
    });
    let second = second.expect("a link to the second one");
    let page = lead.get(&second).await;
    assert!(!page.main().contains(SENT), "{}", page.main());
    assert!(!page.main().contains("Your school sent this"), "{}", page.main());
    assert!(page.body.contains(&format!("href=\"{second}/sent\"")), "{}", page.body);
    assert!(lead.get(&first).await.main().contains(SENT));

    std::fs::rename(&away, here).expect("put back");
    let list = lead.get("/concerns").await.main();
    assert_eq!(list.matches(SENT).count(), 2, "{list}");
    assert!(lead.get(&second).await.main().contains("Your school sent this"));
}
