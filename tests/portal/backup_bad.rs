//! Backups that must not be believed: torn, changed, forged, or sealed to somebody else.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use e4s::upkeep::backup;

use crate::backup::{County, filed, identity};

#[test]
fn a_wrong_identity_and_a_torn_file_say_so_and_leave_nothing() {
    let county = County::new();
    filed(&county.world, 3);
    let path = county.path("backups").join(county.backup().file);
    let (stranger, _) = identity(county.elsewhere.path(), "stranger.txt");
    let said = county.refusal(&path, &stranger, "a");
    assert!(said.contains("sealed to somebody else"), "{said}");
    let said = county.refusal(&path, &path, "a");
    assert!(said.contains(".tar.age"), "{said}");
    let said = county.refusal(&path, &county.world.portal.settings.keys.join("root-1.key"), "a");
    assert!(said.contains("holds no age identity"), "{said}");

    let whole = fs::read(&path).expect("its bytes");
    let torn = county.path("torn");
    for left in [0, 10, 300, whole.len() / 2, whole.len() - 1] {
        fs::write(&torn, whole.get(..left).expect("shorter")).expect("a torn file");
        let said = county.refusal(&torn, &county.identity, "b");
        assert!(said.contains("torn") && said.contains("older one"), "{left}: {said}");
    }
    for place in [200, whole.len() / 2, whole.len() - 20] {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        fs::write(&torn, changed).expect("a changed file");
        assert!(county.refusal(&torn, &county.identity, "c").contains("changed"), "{place}");
    }
    county.restore_with(&path, &county.identity, "d").expect("the whole one is restored");
}

/// A backup as a stranger to whom the recipient is known could make it.
fn forged(county: &County, parts: &[(&str, &[u8])]) -> PathBuf {
    let recipient: age::x25519::Recipient =
        county.world.portal.settings.escrow.as_deref().expect("one").parse().expect("a recipient");
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in parts {
        let mut header = tar::Header::new_gnu();
        header.as_gnu_mut().expect("gnu").name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(u64::try_from(bytes.len()).expect("a size"));
        header.set_mode(0o600);
        header.set_cksum();
        tar.append(&header, *bytes).expect("a part");
    }
    let plain = tar.into_inner().expect("a tar");
    let path = county.path("forged");
    let sealed = age::encrypt(&recipient, &plain).expect("sealed");
    fs::File::create(&path).expect("a file").write_all(&sealed).expect("written");
    path
}

/// What is done to a manifest, and parts that are added.
type Change = (fn(&mut serde_json::Value), &'static [(&'static str, &'static [u8])]);

/// A backup with other words in its manifest, or with more in it, as whoever has the identity could make it.
fn altered(county: &County, whole: &Path, (change, more): Change) -> PathBuf {
    let text = fs::read_to_string(&county.identity).expect("an identity");
    let identity = text.lines().last().expect("a line").parse::<age::x25519::Identity>();
    let bytes = fs::read(whole).expect("a backup");
    let plain = age::decrypt(&identity.expect("an identity"), &bytes).expect("opened");
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for entry in tar::Archive::new(plain.as_slice()).entries().expect("a tar") {
        let mut entry = entry.expect("a part");
        let name = entry.path().expect("a name").display().to_string();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("its bytes");
        parts.push((name, bytes));
    }
    let (_, manifest) = parts.last_mut().expect("the manifest");
    let mut said = serde_json::from_slice(manifest).expect("json");
    change(&mut said);
    *manifest = said.to_string().into_bytes();
    let all = more.iter().copied();
    let all = all.chain(parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
    forged(county, &all.collect::<Vec<_>>())
}

#[test]
fn a_backup_that_is_not_what_its_manifest_says_is_refused_before_anything_is_in_place() {
    let county = County::new();
    filed(&county.world, 3);
    let whole = county.path("backups").join(county.backup().file);
    let cases: [(&str, Change); 5] = [
        ("use a newer e4s", (|it| it["form"] = "e4s-backup-2".into(), &[])),
        ("a part that the manifest does not know", (|_| {}, &[("keys/root-9.key", b"more")])),
        ("the backup had 99", (|it| it["counts"]["concerns"] = 99.into(), &[])),
        ("schema is not the one", (|it| it["schema"] = "00000000000009".into(), &[])),
        ("not as the manifest says", (|it| it["parts"][0]["sha256"] = "00".into(), &[])),
    ];
    for (expected, case) in cases {
        let said = county.refusal(&altered(&county, &whole, case), &county.identity, "a");
        assert!(said.contains(expected), "{expected}: {said}");
    }
    // The log fits itself, and is not the one of which the backup kept the ends.
    let case: Change =
        (|it| it["audit_heads"][0] = format!("house 1 {}", "ab".repeat(32)).into(), &[]);
    let path = altered(&county, &whole, case);
    let told = county.restore_with(&path, &county.identity, "b").err().expect("refused");
    assert!(told.to_string().contains("the audit log is broken: chain house"), "{told}");
    county.restore_with(&whole, &county.identity, "c").expect("the whole one is restored");
}

#[test]
fn a_backup_of_the_other_engine_is_refused_with_what_to_name() {
    let county = County::new();
    let manifest = br#"{"form":"e4s-backup-1","made_at":"","program":"","schema":"","counts":{},"audit_heads":[],
        "settings":{},"parts":[{"name":"database.pgdump","bytes":3,
        "sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}]}"#;
    let path = forged(&county, &[("database.pgdump", b"abc"), ("manifest.json", manifest)]);
    let said = county.refusal(&path, &county.identity, "a");
    assert!(said.contains("the backup is of PostgreSQL") && said.contains("For example"), "{said}");
}

#[test]
fn two_backups_of_one_second_are_not_written_over_each_other() {
    let county = County::new();
    let path = county.path("backups").join(county.backup().file);
    let before = fs::read(&path).expect("a backup");
    let told = backup::backup(&county.world.portal, &county.path("backups"), None, &mut |_| {});
    let told = told.expect_err("refused").to_string();
    assert!(told.contains("it is there already. Wait a second"), "{told}");
    assert!(fs::read(&path).expect("a backup") == before);
}

#[test]
fn a_backup_that_is_none_of_ours_writes_nowhere() {
    let county = County::new();
    let manifest = br#"{"form":"e4s-backup-1","made_at":"","program":"","schema":"","counts":{},
        "audit_heads":[],"settings":{},"parts":[{"name":"database.sqlite","bytes":3,"sha256":"00"}]}"#;
    for name in ["../evil", "/tmp/evil", "keys/../../evil", "journal/.hidden", "evil"] {
        let path = forged(&county, &[(name, b"evil"), ("manifest.json", manifest)]);
        let said = county.refusal(&path, &county.identity, "a");
        assert!(said.contains("no backup of ours"), "{name}: {said}");
        assert!(!county.path("evil").exists());
    }
    let path = forged(&county, &[("database.sqlite", b"abc"), ("manifest.json", manifest)]);
    let said = county.refusal(&path, &county.identity, "a");
    assert!(said.contains("not as the manifest says"), "{said}");
    let path = forged(&county, &[("database.sqlite", b"abc")]);
    assert!(county.refusal(&path, &county.identity, "a").contains("its end is missing"));
}
