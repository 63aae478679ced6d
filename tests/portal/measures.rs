//! How anybody would know that a place got safer: change is counted, effort is not.

use crate::contexts::context;
use crate::goals::{day, form, goal};
use crate::triage::County;

#[actix_web::test]
async fn effort_is_not_taken_as_a_measure_and_change_is_asked_for_instead() {
    let county = County::new();
    let world = &county.world;
    let (lead, team) = (world.dsl(county.school), world.coordinator(county.crawley));
    let (_, path) = context(world, (&lead, &team), county.crawley, "Skate park").await;
    let goal = goal(&team, &path, "Young people feel safe at the ramp").await;
    let at = format!("{goal}/measure");
    assert!(team.get(&at).await.main().contains("What would be different?"));
    let taken = [day("taken", ("1", "11", "2026"))];
    for (what, unit, word) in [
        ("Leaflets given out", "a month", "leaflets"),
        ("Youth work", "sessions delivered", "sessions"),
        ("Meetings held with the shop", "meetings", "meetings"),
        ("More patrols", "visits a week", "patrols"),
    ] {
        let fields = [("what", what), ("unit", unit), ("wanted", "more"), ("amount", "3")];
        let again = team.post(&at, &form(&fields, &taken)).await;
        assert_eq!(again.status, 422, "{what}");
        let said = format!("“{word}” counts what we do. Say what would be different");
        assert!(again.main().contains(&said), "{}", again.main());
        assert!(again.body.contains(&format!("value=\"{what}\"")), "what was typed comes back");
    }
    let fields = [
        ("what", "Pupils who say that they feel safe there after youth work sessions"),
        ("unit", "of 30 asked"),
        ("wanted", "more"),
        ("amount", "9"),
    ];
    let made = team.post(&at, &form(&fields, &taken)).await.path().to_owned();
    assert!(
        team.get(&made)
            .await
            .main()
            .contains("9 of 30 asked on 1 November 2026, before anything was done")
    );
}

#[actix_web::test]
async fn a_measure_is_counted_again_and_shown_as_a_line_a_table_and_a_sentence() {
    let county = County::new();
    let world = &county.world;
    let (lead, team) = (world.dsl(county.school), world.coordinator(county.crawley));
    let (_, path) = context(world, (&lead, &team), county.crawley, "Skate park").await;
    let goal = goal(&team, &path, "Nobody is hurt at the ramp").await;
    let fields = [("what", "Incidents"), ("unit", "a week"), ("wanted", "fewer"), ("amount", "12")];
    let taken = [day("taken", ("1", "9", "2026"))];
    let made = team.post(&format!("{goal}/measure"), &form(&fields, &taken)).await;
    let made = made.path().to_owned();
    assert!(
        !team.get(&made).await.body.contains("<svg class=\"e4s-drawing"),
        "one value is no line"
    );

    for (amount, on, fault) in [
        ("", ("1", "11", "2026"), "Enter the number"),
        ("a few", ("1", "11", "2026"), "Enter a number, such as 12 or 3.5"),
        ("-1", ("1", "11", "2026"), "Enter a number, such as 12 or 3.5"),
        ("7", ("", "", ""), "Enter the day on which it was counted"),
        ("7", ("31", "11", "2026"), "Enter a real date"),
        ("7", ("24", "11", "2026"), "must be today or in the past"),
    ] {
        let again = team.post(&made, &form(&[("amount", amount)], &[day("taken", on)])).await;
        assert_eq!(again.status, 422, "{amount} on {on:?}");
        assert!(again.main().contains(fault), "{fault}: {}", again.main());
    }
    let on = [day("taken", ("20", "11", "2026"))];
    assert_eq!(team.post(&made, &form(&[("amount", "7.5")], &on)).await.path(), made);
    let page = team.get(&made).await;
    let said =
        "From 12 a week on 1 September 2026 to 7.5 on 20 November 2026: 4.5 fewer, as was hoped.";
    assert!(page.main().contains(said), "{}", page.main());
    assert!(page.main().contains("20 November 2026\n7.5"), "{}", page.main());
    assert!(
        page.body.contains("points=\"12,16 588,57\"")
            && page.body.contains(&format!("aria-label=\"{said}\""))
    );
    assert!(!page.body.contains("style="), "nothing that the security policy forbids");
    assert!(team.get(&path).await.main().contains("from 12 a week on 1 September 2026 to 7.5"));

    let other = team.post(&made, &form(&[("amount", "6")], &on)).await;
    assert_eq!(other.status, 422);
    assert!(other.main().contains("There is 7.5 for 20 November 2026 already"), "{}", other.main());
    assert!(!team.get(&made).await.main().contains("\n6\n"), "nothing was overwritten");
    let corrected = [("amount", "6"), ("corrects", "yes")];
    team.post(&made, &form(&corrected, &on)).await.path();
    let page = team.get(&made).await.main();
    assert!(page.contains("to 6 on 20 November 2026") && !page.contains("7.5"), "{page}");
    for event in ["context-measure-set", "context-measure-taken", "context-measure-corrected"] {
        assert!(world.audit().contains(&event.to_owned()), "{event}");
    }
}
