//! What must never happen (record.md §3, *Invariants*), whatever fails, dies, sleeps or flips: each a test by its number.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use countersign_store::dossiers::{Dossiers as _, Store};
use countersign_store::error::LedgerError;
use countersign_store::faulty::{
    Fate, Faults, FaultyLedger, FaultyObjects, FaultyWitnesses, Hook, Site, Turns, Who,
};
use countersign_store::objects::{Created, Memory, Object, Objects, ObjectsError, Replaced, Unfit, probe};
use countersign_store::receipt::Receipt;
use countersign_store::sqlite::{Access, Sqlite};
use countersign_store::writer::{CHECKPOINT, Parts, WriteError, Writer};
use countersign_tlog::checkpoint::Checkpoint;
use countersign_tlog::hash::Hash;
use countersign_tlog::size::LeafIndex;
use tempfile::TempDir;

use crate::kit::{Neighbour, Software, act, acts, directory, dossier, expect_sound, ledger, published};

/// A record with all that watches it.
struct World {
    ledger: Arc<dyn Store>,
    objects: Arc<dyn Objects>,
    seal: Arc<Software>,
    witness: Arc<Neighbour>,
    /// Where ledger and objects are, if they are anywhere.
    _folder: Option<TempDir>,
    /// Acts whose place was acknowledged.
    acknowledged: Mutex<BTreeMap<usize, LeafIndex>>,
    /// The largest size that readers saw.
    seen: Mutex<u64>,
}

impl World {
    fn new() -> Self {
        Self::of(ledger(), Arc::new(Memory::new()), None)
    }

    /// The same in a file and a folder; in memory where that is to be had, since no power is lost here.
    fn on_disk() -> Self {
        let memory = std::path::Path::new("/dev/shm");
        let folder = memory.is_dir().then(|| tempfile::tempdir_in(memory)).and_then(Result::ok);
        let folder = folder.unwrap_or_else(|| tempfile::tempdir().unwrap());
        let database = Sqlite::create(&folder.path().join("countersign.db"), &Access::default()).unwrap();
        database.open(&dossier()).unwrap();
        let objects = directory(&folder.path().join("record"));
        Self::of(Arc::new(database), objects, Some(folder))
    }

    fn of(ledger: Arc<dyn Store>, objects: Arc<dyn Objects>, folder: Option<TempDir>) -> Self {
        Self {
            ledger,
            objects,
            seal: Software::seal(),
            witness: Neighbour::new(),
            _folder: folder,
            acknowledged: Mutex::default(),
            seen: Mutex::default(),
        }
    }

    fn parts(&self, hook: Arc<dyn Hook>) -> Parts {
        Parts {
            ledger: Arc::new(FaultyLedger::new(self.ledger.clone(), hook.clone())),
            objects: Arc::new(FaultyObjects::new(self.objects.clone(), hook.clone())),
            seal: self.seal.clone(),
            witnesses: Arc::new(FaultyWitnesses::new(self.witness.clone(), hook)),
        }
    }

    /// Writes acts; says whether all of it went well, the witness included.
    fn write(&self, writer: &mut Writer, numbers: std::ops::Range<usize>) -> bool {
        let Ok(written) = writer.write(&acts(numbers.clone())) else { return false };
        let mut acknowledged = self.acknowledged.lock().unwrap();
        for (number, receipt) in numbers.zip(&written.receipts) {
            let index = receipt.place().index;
            assert_eq!(*acknowledged.entry(number).or_insert(index), index, "an act has one place");
        }
        written.published.is_ok()
            && written.receipts.iter().all(|receipt| matches!(receipt, Receipt::Witnessed(_)))
    }

    /// I1, I2, I3 and I4, after anything.
    fn hold(&self) {
        let mut roots: BTreeMap<u64, Hash> = BTreeMap::new();
        for text in self.seal.signed.lock().unwrap().iter() {
            let signed = Checkpoint::read(text).unwrap();
            let root = *roots.entry(signed.size().get()).or_insert(signed.root());
            assert_eq!(root, signed.root(), "two roots at {}", signed.size());
        }
        if self.objects.read(CHECKPOINT).unwrap().is_some() {
            let size = expect_sound(&*self.objects);
            let mut seen = self.seen.lock().unwrap();
            assert!(*seen <= size, "{size} leaves after {}", *seen);
            *seen = size;
        }
        for (number, index) in self.acknowledged.lock().unwrap().iter() {
            let recorded = self.ledger.act(act(*number).admission().id).unwrap().unwrap();
            assert_eq!(recorded.index, *index, "act {number}");
        }
    }
}

/// Lets everything pass.
struct Calm;

impl Hook for Calm {
    fn at(&self, _: Site) -> Fate {
        Fate::Done
    }
}

/// How a writer goes on after a fault.
#[derive(Debug, Clone, Copy)]
enum Then {
    /// The same process tries again.
    Again,
    /// It died; another one opens the record.
    Dies,
}

/// Acts written before the first fault, at the size of the faults, and across the boundary of a bundle.
const BEFORE: std::ops::Range<usize> = 0..200;
const AT_ONE_SIZE: std::ops::Range<usize> = 200..203;
const ACROSS: std::ops::Range<usize> = 203..270;

/// One cell: the fault twice at one size, then once where a bundle fills up. Gives how many faults struck.
fn cell(world: &World, site: Site, fate: Fate, then: Then) -> u64 {
    let faults = Arc::new(Faults::new());
    let open = || Writer::open(world.parts(faults.clone())).unwrap();
    let mut writer = open();
    assert!(world.write(&mut writer, BEFORE));
    for numbers in [AT_ONE_SIZE, AT_ONE_SIZE, ACROSS] {
        let struck = faults.struck();
        faults.arm(site, fate);
        let well = world.write(&mut writer, numbers.clone());
        let unspent = faults.disarm();
        assert_eq!(unspent, struck == faults.struck());
        // What a call that is armed twice finds done already is passed by.
        assert!(well || !unspent, "{site}: nothing failed, and something went wrong");
        world.hold();
        if matches!(then, Then::Dies) {
            writer = open();
            world.hold();
        }
    }
    assert!(world.write(&mut writer, AT_ONE_SIZE.start..ACROSS.end), "{site}: it doesn't recover");
    world.hold();
    assert_eq!(published(&*world.objects).checkpoint().size(), world.ledger.head().unwrap().sequenced);
    assert!(world.objects.list("tile/0/000.p/").unwrap().is_empty(), "{site}: not tidied");
    faults.struck()
}

#[test]
fn i6_every_fault_at_every_write_twice_at_one_size_and_across_a_boundary() {
    for site in Site::WRITES {
        for fate in [Fate::Failed, Fate::Persisted] {
            for then in [Then::Again, Then::Dies] {
                let struck = cell(&World::new(), *site, fate, then);
                println!("{site:<20} {fate:<20} {:<6} struck {struck}, sound", format!("{then:?}"));
                assert!(struck >= 1, "{site} is never come by");
            }
        }
    }
}

#[test]
fn i6_the_same_on_a_file_and_a_folder() {
    for site in Site::WRITES {
        for (fate, then) in [(Fate::Failed, Then::Again), (Fate::Persisted, Then::Dies)] {
            assert!(cell(&World::on_disk(), *site, fate, then) >= 1, "{site} is never come by");
        }
    }
}

#[test]
fn i1_two_writers_in_any_order_sign_one_root_at_a_size() {
    // Each of the two makes less than so many calls: the first broken off at every one of them, the second at every other,
    // by turns the even and the odd, and then the first once more.
    let mut runs = 0;
    for first in 0..44 {
        for second in (first % 2..44).step_by(2) {
            let world = World::new();
            {
                let mut writer = Writer::open(world.parts(Arc::new(Calm))).unwrap();
                assert!(world.write(&mut writer, 0..3));
            }
            let third = (first * 7 + second * 5) % 23;
            let turns = Turns::new(&[first, second, third]);
            std::thread::scope(|scope| {
                for (who, numbers) in [(Who::First, 3..6), (Who::Second, 5..9)] {
                    let (world, turns) = (&world, &turns);
                    scope.spawn(move || {
                        if let Ok(mut writer) = Writer::open(world.parts(Arc::new(turns.of(who)))) {
                            world.write(&mut writer, numbers);
                        }
                        turns.leave(who);
                    });
                }
            });
            world.hold();
            let mut writer = Writer::open(world.parts(Arc::new(Calm))).unwrap();
            assert!(world.write(&mut writer, 9..10));
            world.hold();
            runs += 1;
        }
    }
    println!("{runs} interleavings, each sound");
}

#[test]
fn i2_an_older_checkpoint_never_takes_the_place_of_a_newer_one() {
    // The first writer falls asleep before each of its calls in turn; the second publishes more; the first wakes up.
    for asleep in 0..40 {
        let world = World::new();
        let turns = Turns::new(&[asleep]);
        std::thread::scope(|scope| {
            for (who, numbers) in [(Who::First, 0..2), (Who::Second, 2..20)] {
                let (world, turns) = (&world, &turns);
                scope.spawn(move || {
                    if let Ok(mut writer) = Writer::open(world.parts(Arc::new(turns.of(who)))) {
                        world.write(&mut writer, numbers);
                        world.hold();
                    }
                    turns.leave(who);
                });
            }
        });
        world.hold();
    }
}

#[test]
fn i3_what_was_acknowledged_keeps_its_place_when_the_writer_dies_anywhere() {
    // Writers that die after so many calls, one after another, each with acts of its own.
    struct Dies(Mutex<usize>);
    impl Hook for Dies {
        fn at(&self, _: Site) -> Fate {
            let mut left = self.0.lock().unwrap();
            if *left == 0 {
                return Fate::Failed;
            }
            *left -= 1;
            Fate::Done
        }
    }
    let world = World::new();
    for calls in 0..60 {
        if let Ok(mut writer) = Writer::open(world.parts(Arc::new(Dies(Mutex::new(calls))))) {
            world.write(&mut writer, calls * 5..(calls + 1) * 5);
        }
        world.hold();
    }
    let mut writer = Writer::open(world.parts(Arc::new(Calm))).unwrap();
    assert!(world.write(&mut writer, 0..300));
    world.hold();
    assert_eq!(expect_sound(&*world.objects), world.ledger.head().unwrap().sequenced.get());
}

#[test]
fn i4_tiles_that_were_lost_are_made_again_from_the_batches() {
    let world = World::new();
    let faults = Arc::new(Faults::new());
    let mut writer = Writer::open(world.parts(faults.clone())).unwrap();
    // Signed and kept by the ledger, not yet published, so that the batches are still there.
    faults.arm(Site::Publish, Fate::Failed);
    assert!(!world.write(&mut writer, 0..5));
    for name in world.objects.list("tile/").unwrap() {
        world.objects.remove(&name).unwrap();
    }
    let mut writer = Writer::open(world.parts(Arc::new(Calm))).unwrap();
    writer.publish().unwrap();
    world.hold();
    assert_eq!(expect_sound(&*world.objects), 6);
}

#[test]
fn i4_tiles_that_were_lost_with_their_batches_stop_the_record() {
    let world = World::new();
    let mut writer = Writer::open(world.parts(Arc::new(Calm))).unwrap();
    assert!(world.write(&mut writer, 0..5));
    world.objects.remove("tile/0/000.p/6").unwrap();
    let signed = world.seal.signed.lock().unwrap().len();
    let Err(error) = Writer::open(world.parts(Arc::new(Calm))) else { panic!("opened") };
    assert!(matches!(error, WriteError::Edge(_)), "{error:?}");
    assert_eq!(world.seal.signed.lock().unwrap().len(), signed);
}

#[test]
fn i5_integration_is_idempotent_byte_for_byte() {
    // All objects that were ever there, whether the way was straight or broken off at every step.
    let straight = World::new();
    let mut writer = Writer::open(straight.parts(Arc::new(Calm))).unwrap();
    assert!(straight.write(&mut writer, 0..300));
    let broken = World::new();
    for site in [Site::Bundle, Site::Tile, Site::TileAbove, Site::Advance, Site::Publish, Site::Checkpoint] {
        let faults = Arc::new(Faults::new());
        let mut writer = Writer::open(broken.parts(faults.clone())).unwrap();
        faults.arm(site, Fate::Persisted);
        assert!(!broken.write(&mut writer, 0..300));
    }
    let mut writer = Writer::open(broken.parts(Arc::new(Calm))).unwrap();
    assert!(broken.write(&mut writer, 0..300));
    assert_eq!(straight.objects.list("").unwrap(), broken.objects.list("").unwrap());
    for name in straight.objects.list("").unwrap() {
        assert_eq!(straight.objects.read(&name).unwrap(), broken.objects.read(&name).unwrap(), "{name}");
    }
}

#[test]
fn i9_a_flipped_bit_is_caught_before_anything_is_signed() {
    for site in [Site::Sequence, Site::Entries, Site::Bundle, Site::Tile, Site::TileAbove] {
        let (world, faults) = (World::new(), Arc::new(Faults::new()));
        let mut writer = Writer::open(world.parts(faults.clone())).unwrap();
        assert!(world.write(&mut writer, BEFORE));
        let signed = world.seal.signed.lock().unwrap().len();
        faults.arm(site, Fate::Flipped);
        assert!(!world.write(&mut writer, 200..270), "{site}");
        assert_eq!(faults.struck(), 1, "{site}");
        assert_eq!(world.seal.signed.lock().unwrap().len(), signed, "{site}: signed");
        world.hold();
    }
}

#[test]
fn i9_a_bit_flipped_in_any_object_at_the_edge_is_caught_before_anything_is_signed() {
    let world = World::new();
    let mut writer = Writer::open(world.parts(Arc::new(Calm))).unwrap();
    assert!(world.write(&mut writer, 0..270));
    let names = world.objects.list("").unwrap();
    for name in names.iter().filter(|name| name.contains(".p/") || *name == CHECKPOINT) {
        let bytes = world.objects.read(name).unwrap().unwrap();
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut flipped = bytes.clone();
            flipped[at] ^= 4;
            world.objects.remove(name).unwrap();
            world.objects.create(name, &flipped).unwrap();
            let signed = world.seal.signed.lock().unwrap().len();
            assert!(Writer::open(world.parts(Arc::new(Calm))).is_err(), "{name}, byte {at}");
            assert_eq!(world.seal.signed.lock().unwrap().len(), signed);
        }
        world.objects.remove(name).unwrap();
        world.objects.create(name, &bytes).unwrap();
    }
    let mut writer = Writer::open(world.parts(Arc::new(Calm))).unwrap();
    assert!(world.write(&mut writer, 270..271), "whole again");
}

#[test]
fn i11_a_fenced_writer_fails_before_it_signs() {
    let world = World::new();
    let faults = Arc::new(Faults::new());
    let mut first = Writer::open(world.parts(faults.clone())).unwrap();
    assert!(world.write(&mut first, 0..2));
    // Sequenced and not integrated: there would be something to sign.
    faults.arm(Site::Entries, Fate::Failed);
    assert!(!world.write(&mut first, 2..4));
    let seat = world.ledger.take_seat().unwrap();
    let signed = world.seal.signed.lock().unwrap().len();
    let error = first.publish().unwrap_err();
    assert!(
        matches!(error, WriteError::Ledger(LedgerError::Fenced { latest, .. }) if latest == seat.0),
        "{error:?}"
    );
    assert_eq!(world.seal.signed.lock().unwrap().len(), signed);
    world.hold();
}

#[test]
fn i12_stores_that_overwrite_or_forget_or_replace_blindly_are_found_out() {
    #[derive(Clone, Copy, PartialEq)]
    enum Bad {
        Overwrites,
        Forgets,
        Blind,
    }
    struct Careless(Memory, Bad);
    impl Objects for Careless {
        fn read(&self, name: &str) -> Result<Option<Vec<u8>>, ObjectsError> {
            self.0.read(name)
        }
        fn create_all(&self, objects: &[Object]) -> Result<Vec<Created>, ObjectsError> {
            match self.1 {
                Bad::Overwrites => objects.iter().try_for_each(|object| self.0.remove(&object.name))?,
                Bad::Forgets => return Ok(vec![Created::New; objects.len()]),
                Bad::Blind => {}
            }
            self.0.create_all(objects)
        }
        fn replace(&self, name: &str, before: Option<&[u8]>, bytes: &[u8]) -> Result<Replaced, ObjectsError> {
            if self.1 == Bad::Blind {
                self.0.remove(name)?;
                self.0.create(name, bytes)?;
                return Ok(Replaced::Done);
            }
            self.0.replace(name, before, bytes)
        }
        fn list(&self, prefix: &str) -> Result<Vec<String>, ObjectsError> {
            self.0.list(prefix)
        }
        fn remove(&self, name: &str) -> Result<(), ObjectsError> {
            self.0.remove(name)
        }
    }
    let of = |bad| probe(&Careless(Memory::new(), bad), 1).unwrap_err();
    assert!(matches!(of(Bad::Overwrites), Unfit::Overwrites));
    assert!(matches!(of(Bad::Forgets), Unfit::Forgets));
    assert!(matches!(of(Bad::Blind), Unfit::ReplacesBlindly));
    let careless = Parts {
        objects: Arc::new(Careless(Memory::new(), Bad::Overwrites)),
        ..World::new().parts(Arc::new(Calm))
    };
    assert!(matches!(Writer::open(careless), Err(WriteError::Unfit(Unfit::Overwrites))));
}

#[test]
fn i13_a_clock_that_goes_back_neither_blocks_nor_forks() {
    // The one clock on the way is the witness's; a checkpoint carries no time.
    let world = World::new();
    let mut writer = Writer::open(world.parts(Arc::new(Calm))).unwrap();
    for (numbers, time) in [(0..3, 1_777_000_000), (3..6, 1_600_000_000), (6..9, 1)] {
        *world.witness.clock.lock().unwrap() = time;
        assert!(world.write(&mut writer, numbers));
        world.hold();
    }
}
