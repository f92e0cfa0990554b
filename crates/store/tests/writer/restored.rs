//! An old database that was put back (I1, I10): whatever lies beside it and whoever can be reached, no size is signed twice.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use countersign_store::backup::{DATABASE, RECORD, back_up, restore};
use countersign_store::dossiers::Dossiers as _;
use countersign_store::error::LedgerError;
use countersign_store::faulty::{Fate, FaultyWitnesses, Hook, Site};
use countersign_store::ledger::{Elsewhere, Ledger as _, Tree};
use countersign_store::objects::{Memory, Objects as _};
use countersign_store::seal::RememberingSeal;
use countersign_store::sqlite::{Access, Sqlite};
use countersign_store::witnesses::{Nobody, Witnesses};
use countersign_store::writer::{Parts, RejoinError, WriteError, Writer};
use countersign_tlog::checkpoint::Checkpoint;
use countersign_tlog::note::{Refused, Signer, VerifierKey};
use countersign_tlog::size::TreeSize;

use crate::kit::{Neighbour, Software, acts, directory, dossier, expect_sound};

/// Witnesses that can't be reached.
struct Gone;

impl Hook for Gone {
    fn at(&self, _: Site) -> Fate {
        Fate::Failed
    }
}

/// How the old database came back.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Restored {
    /// By the program.
    ByProgram,
    /// Its file was copied back.
    ByHand,
}

/// What lies beside it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Beside {
    /// The record's folder as it was backed up.
    Old,
    /// The record's folder as it was left.
    Newer,
    /// None.
    Nothing,
}

/// Who could tell.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Knows {
    /// A witness.
    Witness,
    /// The seal, which remembers what it signed; the witness is gone.
    Seal,
    /// Both.
    Both,
}

/// A seal that others look at.
struct Shared(Arc<Software>);

impl Signer for Shared {
    fn key(&self) -> &VerifierKey {
        self.0.key()
    }
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], Refused> {
        self.0.sign(message)
    }
}

/// A home that was backed up at one act, and went on.
struct Story {
    folder: tempfile::TempDir,
    seal: Arc<Software>,
    witness: Arc<Neighbour>,
}

impl Story {
    fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = memory.is_dir().then(|| tempfile::tempdir_in(memory)).and_then(Result::ok);
        let folder = folder.unwrap_or_else(|| tempfile::tempdir().unwrap());
        let story = Self { folder, seal: Software::seal(), witness: Neighbour::new() };
        let home = story.path("home");
        std::fs::create_dir(&home).unwrap();
        let ledger = Sqlite::create(&home.join(DATABASE), &Access::default()).unwrap();
        ledger.open(&dossier()).unwrap();
        let mut writer = story.open(&home, Knows::Both).unwrap();
        writer.write(&acts(0..1)).unwrap().published.unwrap();
        let record = directory(&home.join(RECORD));
        back_up(&ledger, &*record, &Memory::new(), &story.path("copy"), &Access::default()).unwrap();
        writer.write(&acts(1..3)).unwrap().published.unwrap();
        story
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn open(&self, home: &Path, knows: Knows) -> Result<Writer, WriteError> {
        Writer::open(self.parts(home, knows))
    }

    fn parts(&self, home: &Path, knows: Knows) -> Parts {
        let witnesses: Arc<dyn Witnesses> = match knows {
            Knows::Witness | Knows::Both => self.witness.clone(),
            Knows::Seal => Arc::new(FaultyWitnesses::new(self.witness.clone(), Arc::new(Gone))),
        };
        let remembering = RememberingSeal::open(Shared(self.seal.clone()), &self.path("seal.last")).unwrap();
        let seal: Arc<dyn Signer + Send + Sync> = match knows {
            Knows::Witness => self.seal.clone(),
            Knows::Seal | Knows::Both => Arc::new(remembering),
        };
        Parts {
            ledger: Arc::new(Sqlite::open(&home.join(DATABASE), &Access::default()).unwrap()),
            objects: directory(&home.join(RECORD)),
            seal,
            witnesses,
        }
    }

    /// The copy's database, in a home of its own.
    fn restored(&self, how: Restored, beside: Beside, name: &str) -> PathBuf {
        let home = self.path(name);
        std::fs::create_dir(&home).unwrap();
        let copy_record = |from: &str| {
            let (from, to) = (directory(&self.path(from).join(RECORD)), directory(&home.join(RECORD)));
            for name in from.list("").unwrap() {
                to.create(&name, &from.read(&name).unwrap().unwrap()).unwrap();
            }
        };
        match beside {
            Beside::Old => copy_record("copy"),
            Beside::Newer => copy_record("home"),
            Beside::Nothing => {}
        }
        match how {
            Restored::ByProgram => {
                restore(&self.path("copy"), &home, &Access::default()).unwrap();
            }
            Restored::ByHand => {
                std::fs::copy(self.path("copy").join(DATABASE), home.join(DATABASE)).unwrap();
            }
        }
        home
    }

    /// Never two roots at one size, whoever signed them here.
    fn hold(&self) {
        let mut roots = BTreeMap::new();
        for text in self.seal.signed.lock().unwrap().iter() {
            let signed = Checkpoint::read(text).unwrap();
            let root = *roots.entry(signed.size()).or_insert(signed.root());
            assert_eq!(root, signed.root(), "two roots at {}", signed.size());
        }
    }

    fn signatures(&self) -> usize {
        self.seal.signed.lock().unwrap().len()
    }
}

#[test]
fn i1_of_a_restored_database_no_size_is_signed_twice_whatever_lies_beside_it() {
    let story = Story::new();
    let mut number = 0;
    for how in [Restored::ByProgram, Restored::ByHand] {
        for beside in [Beside::Old, Beside::Newer, Beside::Nothing] {
            for knows in [Knows::Witness, Knows::Seal] {
                number += 1;
                let home = story.restored(how, beside, &format!("restored-{number}"));
                let before = story.signatures();
                // Two acts more, as the live record got, but others.
                let error =
                    story.open(&home, knows).and_then(|mut writer| writer.write(&acts(7..9))?.published);
                let error = error.unwrap_err();
                println!("{how:?}, record {beside:?}, told by {knows:?}: {}", said(&error));
                assert_eq!(story.signatures(), before, "{how:?} {beside:?} {knows:?}: signed");
                story.hold();
                let home_again = story.open(&home, knows).and_then(|mut writer| writer.publish());
                assert!(home_again.is_err(), "{how:?} {beside:?} {knows:?}: nor after opening it again");
                assert_eq!(story.signatures(), before);
                // The repair, from the record's own folder or from a mirror that has all.
                let live = directory(&story.path("home").join(RECORD));
                let rejoined = Writer::rejoin(story.parts(&home, Knows::Witness), &*live);
                if (how, beside, knows) == (Restored::ByHand, Beside::Old, Knows::Seal) {
                    // The seal alone tells only when it is to sign: the acts have places by then, and those aren't rewritten.
                    assert!(matches!(rejoined, Err(RejoinError::Diverged { index: 2 })));
                    continue;
                }
                let (mut writer, rejoined) = rejoined.unwrap();
                assert_eq!(rejoined.lost, 2..5);
                assert!(writer.confirm().unwrap().quorum().is_met());
                assert!(writer.ask_again().unwrap().unwrap().quorum().is_met());
                drop(writer);
                assert_eq!(expect_sound(&*directory(&home.join(RECORD))), 5);
            }
        }
    }
    // The live record itself goes on.
    let mut writer = story.open(&story.path("home"), Knows::Both).unwrap();
    writer.write(&acts(3..4)).unwrap().published.unwrap();
    story.hold();
}

#[test]
fn i10_a_witness_that_has_seen_more_is_heard_before_a_place_is_given() {
    let story = Story::new();
    let home = story.restored(Restored::ByHand, Beside::Old, "restored");
    let mut writer = story.open(&home, Knows::Witness).unwrap();
    let error = writer.write(&acts(7..8)).unwrap_err();
    assert_eq!(
        said(&error),
        "the ledger did not go on: 5 leaves were signed and the database has 2: it is an old copy, and nothing is signed; \
         pull what is missing from a mirror, or from the record's own folder"
    );
    let parts = story.parts(&home, Knows::Witness);
    assert_eq!(parts.ledger.head().unwrap().sequenced, size(2), "no place was given");
    // It is kept: who opens it where no witness can be reached knows it too.
    let nobody = Parts { witnesses: Arc::new(Nobody::new().unwrap()), ..parts.clone() };
    let error = Writer::open(nobody).unwrap().write(&acts(7..8)).unwrap_err();
    assert!(matches!(error, WriteError::Ledger(LedgerError::Behind { .. })), "{error:?}");
    // A mirror that is behind as well is no repair; one that has all is.
    let behind = directory(&story.path("copy").join(RECORD));
    assert!(Writer::rejoin(parts.clone(), &*behind).is_err());
    let live = directory(&story.path("home").join(RECORD));
    let (mut writer, _) = Writer::rejoin(parts, &*live).unwrap();
    assert!(writer.publish().unwrap().quorum().is_met());
    // What was lost is for bundles to bring back; until then its dossier is closed.
    let error = writer.write(&acts(7..8)).unwrap_err();
    assert!(matches!(error, WriteError::Ledger(LedgerError::Lost { entries: 3, .. })), "{error:?}");
    story.hold();
}

#[test]
fn i10_a_record_that_a_witness_saw_forked_is_held_back_until_witnesses_cosign_it() {
    // What the witness saw: the same key, other acts.
    let elsewhere = Story::new();
    let story = Story { witness: elsewhere.witness.clone(), ..Story::new() };
    let home = story.path("home");
    let before = story.signatures();
    let mut writer = story.open(&home, Knows::Seal).unwrap();
    let shown = writer.write(&acts(3..4)).unwrap().published.unwrap();
    assert!(
        shown.confirmation().is_some_and(|asked| asked.answers().iter().all(|answer| answer.said.is_err()))
    );
    assert_eq!(story.signatures(), before + 1, "who can't be reached blocks nothing");
    let mut other = elsewhere.open(&elsewhere.path("home"), Knows::Witness).unwrap();
    other.write(&acts(4..5)).unwrap().published.unwrap();

    let mut writer = story.open(&home, Knows::Witness).unwrap();
    let error = writer.write(&acts(5..6)).unwrap_err();
    assert!(
        matches!(error, WriteError::Ledger(LedgerError::Contradicted { size: at, .. }) if at == size(7)),
        "{error:?}"
    );
    let mut writer = story.open(&home, Knows::Seal).unwrap();
    assert!(writer.write(&acts(5..6)).is_err(), "it is kept");
    assert!(writer.confirm().is_err(), "and silence lifts nothing");
    assert_eq!(story.signatures(), before + 1);
    // A witness that never saw the other history, which the operator trusts instead.
    let story = Story { witness: Neighbour::new(), ..story };
    let mut writer = story.open(&home, Knows::Witness).unwrap();
    assert!(writer.confirm().unwrap().quorum().is_met());
    writer.write(&acts(5..6)).unwrap().published.unwrap();
    story.hold();
}

#[test]
fn a_new_record_begins_with_the_checkpoint_of_the_empty_tree() {
    let (ledger, objects, witness) = (crate::kit::ledger(), Arc::new(Memory::new()), Neighbour::new());
    let parts = Parts { witnesses: witness, ..crate::kit::parts(ledger.clone(), objects.clone()) };
    let mut writer = Writer::open(parts.clone()).unwrap();
    assert!(writer.ask_again().unwrap().is_none(), "nothing is published yet");
    let published = writer.publish().unwrap();
    assert_eq!(Tree::of(published.checkpoint()), Tree::EMPTY);
    assert!(published.quorum().is_met(), "a witness begins with it");
    assert_eq!(expect_sound(&*objects), 0);
    assert_eq!(ledger.head().unwrap().elsewhere, Elsewhere::Nothing);
    writer.write(&acts(0..1)).unwrap().published.unwrap();
    assert_eq!(expect_sound(&*objects), 2);
}

#[test]
fn a_checkpoint_without_its_quorum_is_offered_again_after_a_restart() {
    let (ledger, objects, witness) = (crate::kit::ledger(), Arc::new(Memory::new()), Neighbour::new());
    let gone: Arc<dyn Witnesses> = Arc::new(FaultyWitnesses::new(witness.clone(), Arc::new(Gone)));
    let of = |witnesses| Parts { witnesses, ..crate::kit::parts(ledger.clone(), objects.clone()) };
    let published = Writer::open(of(gone)).unwrap().write(&acts(0..1)).unwrap().published.unwrap();
    assert!(!published.quorum().is_met());
    let seal = Software::seal();
    let parts = Parts { seal: seal.clone(), ..of(witness) };
    let again = Writer::open(parts).unwrap().ask_again().unwrap().unwrap();
    assert!(again.quorum().is_met());
    assert_eq!(*again.checkpoint(), crate::kit::published(&*objects), "readers see it");
    assert_eq!(Tree::of(again.checkpoint()), Tree::of(published.checkpoint()));
    assert!(seal.signed.lock().unwrap().is_empty(), "nothing is signed anew");
}

fn said(error: &WriteError) -> String {
    let cause = std::error::Error::source(error);
    cause.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

fn size(size: u64) -> TreeSize {
    TreeSize::new(size).unwrap()
}
