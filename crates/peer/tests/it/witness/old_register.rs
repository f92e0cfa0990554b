//! A register that is older than what was signed from it is not served from, and how it goes on.

use super::{ORIGIN, key, register, time};
use countersign_peer::witness::register::{
    MARK_FILE, REGISTER_FILE, Register, RegisterError, ResumeError, Start, Witnessed,
};
use countersign_testkit::TestLog;
use countersign_tlog::checkpoint::{Origin, SignedCheckpoint};
use countersign_tlog::cosignature::cosign;
use countersign_tlog::note::Signer as _;
use std::path::Path;

const NAME: &str = "w1.example";

fn open(dir: &Path) -> Result<Register, RegisterError> {
    Register::open(dir, None, key(NAME).key())
}

fn advance(register: &Register, log: &TestLog, old: u64, new: u64) {
    let done = register.witness(&log.request(old, new), &key(NAME), time(1_764_000_000)).unwrap();
    assert!(matches!(done, Witnessed::Cosigned(_)), "{done:?}");
}

/// As the log publishes it.
fn published(log: &TestLog, size: u64) -> SignedCheckpoint {
    let mut signed = log.signed(size);
    let line = cosign(signed.checkpoint(), &key(NAME), time(1_764_000_000)).unwrap();
    signed.add([line]).unwrap();
    signed
}

fn resume(dir: &Path, checkpoints: &[SignedCheckpoint], never: &[Origin]) -> Result<Register, ResumeError> {
    Register::resume(dir, None, key(NAME).key(), checkpoints, never)
}

#[test]
fn a_file_copied_back_is_told_by_the_mark() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 30);
    let (file, kept) = (dir.path().join(REGISTER_FILE), dir.path().join("kept"));
    let first = register(dir.path(), NAME, &log);
    advance(&first, &log, 0, 10);
    drop(first);
    std::fs::copy(&file, &kept).unwrap();
    advance(&open(dir.path()).unwrap(), &log, 10, 20);
    std::fs::copy(&kept, &file).unwrap();

    assert!(matches!(open(dir.path()), Err(RegisterError::Older { found: 1, made: 2, .. })));
    assert!(matches!(resume(dir.path(), &[], &[]), Err(ResumeError::Uncovered { .. })));
    assert!(matches!(open(dir.path()), Err(RegisterError::Older { .. })), "a refused resume changes nothing");

    let register = resume(dir.path(), &[published(&log, 20)], &[]).unwrap();
    let fork = log.forked(12);
    let refused = register.witness(&fork.request(10, 20), &key(NAME), time(1_764_000_000)).unwrap();
    assert!(matches!(refused, Witnessed::Refused { .. }));
    advance(&register, &log, 20, 30);
    drop(register);
    assert!(open(dir.path()).is_ok());
}

#[test]
fn without_the_mark_nobody_can_tell_so_it_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 30);
    advance(&register(dir.path(), NAME, &log), &log, 0, 10);
    let mark = dir.path().join(MARK_FILE);
    for content in [None, Some(""), Some("7\n"), Some("0000000000000000000x\n")] {
        let _ = std::fs::remove_file(&mark);
        if let Some(content) = content {
            std::fs::write(&mark, content).unwrap();
        }
        assert!(matches!(open(dir.path()), Err(RegisterError::NoMark { .. })), "{content:?}");
    }
    resume(dir.path(), &[published(&log, 10)], &[]).unwrap();
    assert!(open(dir.path()).is_ok());
}

#[test]
fn a_lost_register_is_not_begun_anew_beside_its_mark() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 30);
    advance(&register(dir.path(), NAME, &log), &log, 0, 10);
    std::fs::remove_file(dir.path().join(REGISTER_FILE)).unwrap();
    assert!(matches!(open(dir.path()), Err(RegisterError::Older { found: 0, made: 1, .. })));
}

#[test]
fn a_backup_is_served_from_only_when_it_is_led_on() {
    let (dir, restored) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let log = TestLog::of(ORIGIN, 30);
    let other = TestLog::of("log.example/kravonia", 30);
    let first = register(dir.path(), NAME, &log);
    first.add_log(other.verifier(), None).unwrap();
    advance(&first, &log, 0, 10);
    let copy = restored.path().join(REGISTER_FILE);
    first.backup(&copy).unwrap();
    assert!(matches!(first.backup(&copy), Err(RegisterError::File { .. })), "no file is written over");
    advance(&first, &log, 10, 20);
    assert!(matches!(open(restored.path()), Err(RegisterError::Copied { .. })));

    let here = restored.path();
    let never = [Origin::new("log.example/kravonia").unwrap()];
    let table = [
        (resume(here, &[], &never), "nothing says what was last cosigned of log.example/ruritania"),
        (
            resume(here, &[published(&log, 20)], &[]),
            "nothing says what was last cosigned of log.example/kravonia",
        ),
        (
            resume(here, &[log.signed(20)], &never),
            "the checkpoint does not carry a cosignature by w1.example",
        ),
        (resume(here, &[published(&log, 5)], &never), "has 5 leaves, the register has 10"),
        (
            resume(here, &[published(&log.forked(3), 10)], &never),
            "this witness cosigned two roots at 10 leaves",
        ),
        (
            resume(here, &[published(&TestLog::of("log.example/x", 9), 9)], &never),
            "the log log.example/x is not known",
        ),
    ];
    for (came, words) in table {
        let error = came.unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
    let register = resume(here, &[published(&log, 20)], &never).unwrap();
    assert_eq!(register.logs().unwrap()[1].latest.size().get(), 20);

    // A log that the backup does not know may have been cosigned since.
    let late = TestLog::of("log.example/late", 30);
    assert!(matches!(register.add_log(late.verifier(), None), Err(ResumeError::Uncovered { .. })));
    let start = Start::At(Box::new(published(&late, 7)));
    register.add_log(late.verifier(), Some(&start)).unwrap();
    advance(&register, &late, 7, 9);
    let fresh = TestLog::of("log.example/fresh", 30);
    register.add_log(fresh.verifier(), Some(&Start::Never)).unwrap();
    advance(&register, &fresh, 0, 9);
}

#[test]
fn a_log_taken_away_and_added_again_goes_on_where_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 30);
    let register = register(dir.path(), NAME, &log);
    advance(&register, &log, 0, 10);
    assert!(register.remove_key(log.verifier()).unwrap());
    assert!(!register.remove_key(log.verifier()).unwrap());
    let ask = |old, new| register.witness(&log.request(old, new), &key(NAME), time(1_764_000_000)).unwrap();
    let Witnessed::Refused { refusal, .. } = ask(10, 20) else { panic!("cosigned") };
    assert_eq!(refusal.status(), 404);
    register.add_log(log.verifier(), None).unwrap();
    let Witnessed::Refused { refusal, .. } = ask(0, 20) else { panic!("cosigned") };
    assert_eq!(refusal.status(), 409);
    advance(&register, &log, 10, 20);
}

#[test]
fn another_keys_register_and_damaged_ones_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 30);
    advance(&register(dir.path(), NAME, &log), &log, 0, 10);
    let other = Register::open(dir.path(), None, key("w2.example").key());
    assert!(matches!(other, Err(RegisterError::OtherKey { .. })));

    let file = dir.path().join(REGISTER_FILE);
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, b"not a database, but long enough to be taken for one".repeat(40)).unwrap();
    assert!(matches!(open(dir.path()), Err(RegisterError::Database { .. })));
    std::fs::write(&file, &whole).unwrap();
    assert!(open(dir.path()).is_ok(), "the cause is gone, the state intact");

    let foreign = tempfile::tempdir().unwrap();
    let database = rusqlite::Connection::open(foreign.path().join(REGISTER_FILE)).unwrap();
    database.execute_batch("CREATE TABLE t (x)").unwrap();
    assert!(matches!(open(foreign.path()), Err(RegisterError::Foreign { .. })));
}
