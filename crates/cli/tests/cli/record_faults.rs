//! A home whose record, database or disk is at fault: each is told, nothing is signed, and the record goes on when the cause is
//! gone.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use countersign_testkit::{missing, skip};

use crate::log::{other_key, spoil, tree};
use crate::witnessing::{Desk, done};
use crate::{countersign, json, text};

/// A desk with two acts on its record.
fn desk() -> Desk {
    let desk = Desk::new();
    for says in ["first", "second"] {
        done(desk.act("home", says));
    }
    desk
}

/// The record is whole and the next act goes on it.
fn goes_on(desk: &Desk, what: &str) {
    let acted = desk.act("home", "after");
    assert_eq!(acted.status.code(), Some(0), "{what}: {}", text(&acted.stderr));
    assert_eq!(json(&acted)["record"]["state"], "included", "{what}: {}", text(&acted.stderr));
    done(countersign(desk.dir(), &["log", "fsck", "home/record", "--key", &desk.vkey]));
}

#[test]
fn a_record_whose_files_are_wrong_is_not_added_to() {
    type Spoil = fn(&Path);
    let rows: [(&str, Spoil, &str); 5] = [
        ("another key", other_key, "not signed by this record's key"),
        ("garbage", |record| fs::write(record.join("checkpoint"), "<html>\n").unwrap(), "can't be read"),
        (
            "truncated tile",
            |record| spoil(&record.join("tile/0/000.p/4"), |bytes| bytes.truncate(100)),
            "tile/0/000.p/4 has 128 bytes, 100 were read",
        ),
        ("flipped bit", |record| spoil(&record.join("tile/0/000.p/4"), |bytes| bytes[77] ^= 2), "hashes to"),
        (
            "flipped entry",
            |record| spoil(&record.join("tile/entries/000.p/4"), |bytes| bytes[77] ^= 2),
            "entry 2 hashes to",
        ),
    ];
    for (what, damage, words) in rows {
        let desk = desk();
        let record = desk.path("home/record");
        let before = tree(&record);
        damage(&record);
        let spoiled = tree(&record);
        let output = desk.act("home", "meanwhile");
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(said.contains(words), "{what}: {said}");
        assert_eq!(fs::read(record.join("checkpoint")).unwrap(), spoiled["checkpoint"], "{what}");
        for (name, bytes) in &before {
            fs::write(record.join(name), bytes).unwrap();
        }
        goes_on(&desk, what);
    }
}

#[test]
fn two_roots_at_one_size_stop_the_record() {
    let desk = desk();
    desk.copy("home", "other");
    done(desk.act("home", "third"));
    done(desk.act("other", "another"));
    let own = fs::read(desk.path("home/record/checkpoint")).unwrap();
    fs::copy(desk.path("other/record/checkpoint"), desk.path("home/record/checkpoint")).unwrap();
    let output = desk.act("home", "fourth");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("the record was forked: two roots are signed at 6 leaves"), "{said}");
    fs::write(desk.path("home/record/checkpoint"), own).unwrap();
    goes_on(&desk, "forked");
}

#[test]
fn a_locked_database_is_waited_for_and_told_of() {
    let desk = desk();
    let before = tree(&desk.path("home/record"));
    let script = "import sqlite3, sys\n\
                  database = sqlite3.connect(sys.argv[1], isolation_level=None)\n\
                  database.execute('BEGIN IMMEDIATE')\n\
                  print('locked', flush=True)\n\
                  sys.stdin.read()\n";
    let spawned = Command::new("python3")
        .args(["-c", script])
        .arg(desk.path("home/countersign.db"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = spawned else { return missing("python3 is not installed") };
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "locked\n");
    let output = desk.act("home", "meanwhile");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("locked") && said.contains("try again; nothing of yours was written"), "{said}");
    drop(child.stdin.take());
    child.wait().unwrap();
    assert_eq!(tree(&desk.path("home/record")), before);
    goes_on(&desk, "locked");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told_of_and_nothing_that_was_acknowledged_is_lost() {
    match Command::new("strace").args(["-o", "/dev/null", "true"]).output() {
        Err(_) => return missing("strace is not installed"),
        Ok(output) if !output.status.success() => {
            return skip(&format!("strace may not trace here: {}", text(&output.stderr).trim()));
        }
        Ok(_) => {}
    }
    // The database can't grow; the record's folder is tried out first; a tile can't get its name.
    for (call, when, acknowledged) in
        [("pwrite64", "1+", false), ("linkat", "1+", false), ("linkat", "3+", true)]
    {
        let desk = desk();
        let checkpoint = fs::read(desk.path("home/record/checkpoint")).unwrap();
        let words =
            ["act", "mandate", "--key", "berg", "--by", "berg", "--capacity", "SL", "--on-behalf-of", "RUR"];
        let on = [
            "--with",
            "KRA",
            "--matter",
            "trade",
            "--into",
            "talks",
            "--home",
            "home",
            "--says",
            "meanwhile",
        ];
        let output = Command::new("strace")
            .current_dir(desk.dir())
            .args(["-f", "-qq", "-o", "/dev/null", "-e"])
            .arg(format!("inject={call}:error=ENOSPC:when={when}"))
            .arg(env!("CARGO_BIN_EXE_countersign"))
            .args([&words[..], &on].concat())
            .env("COUNTERSIGN_KEYS", desk.path("keys"))
            .env_remove("COUNTERSIGN_PASSPHRASE")
            .output()
            .unwrap();
        let said = text(&output.stdout) + &text(&output.stderr);
        assert_ne!(output.status.code(), Some(0), "{call}: {said}");
        let words = if acknowledged { "No space left" } else { "make room and " };
        assert!(said.contains(words), "{call}: {said}");
        assert_eq!(said.contains("act 3 "), acknowledged, "{call}: {said}");
        assert_eq!(fs::read(desk.path("home/record/checkpoint")).unwrap(), checkpoint, "{call}");
        goes_on(&desk, call);
        let listed = json(&done(desk.run("home", &["dossier", "show", "talks", "--json"])));
        let acts = listed["acts"].as_array().unwrap().len();
        assert_eq!(acts, if acknowledged { 4 } else { 3 }, "{call}");
    }
}
