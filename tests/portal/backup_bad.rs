//! Backups that must not be believed: torn, changed, forged, or sealed to somebody else.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

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
