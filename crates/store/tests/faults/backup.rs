//! Copies made while others write, and old copies put back (I10): what is behind what was signed elsewhere signs nothing, says
//! what to do, and goes on once that was done.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use countersign_agreement::record::Link;
use countersign_store::backup::{BackupError, back_up, restore};
use countersign_store::directory::Directory;
use countersign_store::dossiers::Dossiers as _;
use countersign_store::error::LedgerError;
use countersign_store::ledger::{Elsewhere, Ledger as _};
use countersign_store::objects::{Memory, Objects as _};
use countersign_store::sqlite::Access;
use countersign_store::witnesses::{Answer, Request, Silence, Witnesses};
use countersign_store::writer::{Admitted, Parts, RejoinError, WriteError, Writer};
use countersign_tlog::cosignature::{Timestamp, cosign};
use countersign_tlog::note::{SignatureType, Signer as _};
use countersign_tlog::policy::Policy;
use countersign_tlog::size::TreeSize;

use crate::check;
use crate::driver::{self, Work};
use crate::scene::{self, DOSSIER, Scene, Seal};

/// What becomes of a file in a mirror.
type Change<'a> = &'a dyn Fn(&str, Vec<u8>) -> Option<Vec<u8>>;

/// A witness that cosigns whatever continues in size what it has seen.
struct Neighbour {
    key: Seal,
    policy: Policy,
    latest: Mutex<TreeSize>,
}

impl Neighbour {
    fn new() -> Arc<Self> {
        let key = Seal::named("neighbour.example", SignatureType::CosignatureV1);
        let policy = format!("witness neighbour {}\nquorum neighbour\n", key.key());
        Arc::new(Self { key, policy: Policy::read(policy.as_bytes()).unwrap(), latest: Mutex::default() })
    }
}

impl Witnesses for Neighbour {
    fn policy(&self) -> &Policy {
        &self.policy
    }

    fn ask(&self, request: &Request<'_>) -> Vec<Answer> {
        let asked = request.checkpoint().checkpoint().size();
        let mut latest = self.latest.lock().unwrap();
        let said = if asked < *latest {
            Err(Silence::Ahead { latest: *latest, asked })
        } else {
            *latest = asked;
            let time = Timestamp::new(1_777_629_600).unwrap();
            Ok(vec![cosign(request.checkpoint().checkpoint(), &self.key, time).unwrap()])
        };
        vec![Answer { witness: self.key.key().clone(), said }]
    }
}

/// A home in this process, whose signatures are all told to one file.
struct Home {
    scene: Scene,
    parts: Parts,
}

impl Home {
    fn at(path: &Path, told: &Path, witness: &Arc<Neighbour>) -> Self {
        let scene = Scene(path.to_owned());
        let parts = scene.parts().unwrap();
        let seal = scene.seal(told).unwrap();
        let parts = Parts { witnesses: witness.clone(), seal, ..parts };
        Self { scene, parts }
    }

    fn write(&self, acts: &[Admitted]) -> Result<(), WriteError> {
        let written = Writer::open(self.parts.clone())?.write(acts)?;
        let published = written.published?;
        assert!(published.quorum().is_met());
        let lines = written.receipts.iter().map(|receipt| {
            let place = receipt.place();
            format!("{} {}\n", place.index, scene::hex(place.link.act.as_bytes()))
        });
        scene::append(&self.scene.acknowledged(), &lines.collect::<String>());
        Ok(())
    }

    fn back_up(&self, to: &Path) {
        let ledger = self.scene.ledger().unwrap();
        back_up(&ledger, &*self.parts.objects, &Memory::new(), to, &Access::default()).unwrap();
    }
}

/// A home with ten acts and a copy of it, then with ten acts more.
struct Story {
    folder: tempfile::TempDir,
    acts: Vec<Admitted>,
    witness: Arc<Neighbour>,
    home: Home,
    /// The chain of the twenty acts.
    links: Vec<Link>,
}

impl Story {
    fn new() -> Self {
        let folder = scene::folder();
        let file = folder.path().join("acts");
        scene::write_acts(&file, 30);
        let acts = scene::acts(&file, 0, 30);
        let witness = Neighbour::new();
        let home = Home::at(&folder.path().join("home"), &folder.path().join("told"), &witness);
        home.write(&acts[..10]).unwrap();
        home.back_up(&folder.path().join("copy"));
        home.write(&acts[10..20]).unwrap();
        let links = home.scene.ledger().unwrap().links(DOSSIER, 0, usize::MAX).unwrap();
        Self { folder, acts, witness, home, links }
    }

    fn restored(&self) -> Home {
        let scene = Scene(self.folder.path().join("restored"));
        restore(&self.folder.path().join("copy"), &scene.home(), &Access::default()).unwrap();
        self.at(&scene.0)
    }

    fn at(&self, path: &Path) -> Home {
        Home::at(path, &self.folder.path().join("told"), &self.witness)
    }

    /// Nothing is written beside what is lost; put back, it is where it was.
    fn refill(&self, home: &Home) {
        let error = home.write(&self.acts[20..]).unwrap_err();
        assert!(matches!(error, WriteError::Ledger(LedgerError::Lost { entries: 11, .. })), "{error:?}");
        let before = self.signatures();
        let mut writer = Writer::open(home.parts.clone()).unwrap();
        assert_eq!(writer.refill(DOSSIER, &self.links, &self.acts[..20]).unwrap(), 0);
        assert_eq!(self.signatures(), before, "nothing is signed by it");
    }

    /// The copy put back by hand, past the program.
    fn copied_back(&self) -> Home {
        let scene = Scene(self.folder.path().join("by-hand"));
        scene::copy(&self.folder.path().join("copy"), &scene.home());
        self.at(&scene.0)
    }

    /// Signatures of this home and of every copy of it.
    fn never_signed_twice(&self) {
        let told = Scene(self.folder.path().to_owned());
        fs::copy(self.folder.path().join("told"), told.signed()).unwrap();
        assert_eq!(check::never_signed_twice(&told), Ok(()));
    }

    fn signatures(&self) -> usize {
        fs::read_to_string(self.folder.path().join("told")).unwrap().lines().count()
    }
}

fn behind(error: &WriteError) -> (Option<TreeSize>, TreeSize) {
    match error {
        WriteError::Ledger(LedgerError::Behind { known, here }) => (*known, *here),
        error => panic!("{error:?}"),
    }
}

fn size(size: u64) -> TreeSize {
    TreeSize::new(size).unwrap()
}

pub(crate) fn online() {
    let folder = scene::folder();
    let acts = folder.path().join("acts");
    scene::write_acts(&acts, 120);
    let scene = Scene(folder.path().join("scene"));
    driver::finish(&scene, Work { acts: &acts, from: 0, to: 1, batch: 1 });
    let work = Work { acts: &acts, from: 1, to: 120, batch: 1 };
    let mut writing = driver::command(&[], &scene, work).spawn().unwrap();
    let mut sizes = Vec::new();
    while sizes.len() < 4 {
        let copy = folder.path().join(format!("copy-{}", sizes.len()));
        let record = Directory::open(&scene.record()).unwrap();
        let ledger = scene.ledger().unwrap();
        let copied = back_up(&ledger, &record, &Memory::new(), &copy, &Access::default()).unwrap();
        let again = back_up(&ledger, &record, &Memory::new(), &copy, &Access::default()).unwrap_err();
        assert!(matches!(again, BackupError::Present { .. }), "{again:?}");
        sizes.push((copied, copy));
    }
    assert!(writing.wait().unwrap().success());
    assert!(sizes.is_sorted_by_key(|(copied, _)| copied.tree.size.get()), "{sizes:?}");
    // Each of them goes on from the live record, whatever moment it is of.
    for (number, (_, copy)) in sizes.iter().enumerate() {
        let restored = Scene(folder.path().join(format!("restored-{number}")));
        restore(copy, &restored.home(), &Access::default()).unwrap();
        let live = Directory::open(&scene.record()).unwrap();
        let (writer, _) = Writer::rejoin(restored.parts().unwrap(), &live).unwrap();
        drop(writer);
        restored.ledger().unwrap().hear(Elsewhere::Nothing).unwrap();
        fs::copy(scene.acknowledged(), restored.acknowledged()).unwrap();
        check::sound(&restored).unwrap();
    }
}

pub(crate) fn restored() {
    let story = Story::new();
    let before = story.signatures();
    let home = story.restored();
    let error = home.write(&story.acts[20..]).unwrap_err();
    assert_eq!(behind(&error), (None, size(11)));
    assert_eq!(
        std::error::Error::source(&error).unwrap().to_string(),
        "the database was restored with 11 leaves, and nothing is signed until it is known what was signed since: ask the \
         witnesses, or pull what is missing from a mirror, or from the record's own folder"
    );
    // A witness knows how much is missing; a mirror has it.
    let error = Writer::open(home.parts.clone()).unwrap().confirm().unwrap_err();
    assert_eq!(behind(&error), (None, size(11)));
    let (mut writer, rejoined) = Writer::rejoin(home.parts.clone(), &*story.home.parts.objects).unwrap();
    assert_eq!((rejoined.lost, rejoined.quorum.is_met()), (11..22, true));
    assert_eq!(story.signatures(), before, "nothing was signed on the way");
    writer.confirm().unwrap();
    drop(writer);
    story.refill(&home);
    home.write(&story.acts[20..]).unwrap();
    fs::write(home.scene.acknowledged(), fs::read(story.home.scene.acknowledged()).unwrap()).unwrap();
    assert_eq!(check::sound(&home.scene), Ok(30));
    story.never_signed_twice();
}

pub(crate) fn nothing_since() {
    let story = Story::new();
    story.home.back_up(&story.folder.path().join("newest"));
    let scene = Scene(story.folder.path().join("restored"));
    restore(&story.folder.path().join("newest"), &scene.home(), &Access::default()).unwrap();
    let home = story.at(&scene.0);
    behind(&home.write(&story.acts[20..]).unwrap_err());
    assert!(Writer::open(home.parts.clone()).unwrap().confirm().unwrap().quorum().is_met());
    home.write(&story.acts[20..]).unwrap();
    assert_eq!(check::sound(&home.scene), Ok(30));
    story.never_signed_twice();
}

pub(crate) fn beside_a_newer_record() {
    // The database alone was lost, and an old copy of it put beside the record's folder, by the program or by hand.
    for by_hand in [true, false] {
        let story = Story::new();
        let database = story.home.scene.database();
        let copy = story.folder.path().join("copy");
        let Home { scene, parts } = story.at(&story.home.scene.0);
        drop(parts);
        for end in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{end}", database.display()));
        }
        if by_hand {
            fs::copy(copy.join("countersign.db"), &database).unwrap();
        } else {
            restore(&copy, &scene.home(), &Access::default()).unwrap();
        }
        let home = story.at(&scene.0);
        let error = home.write(&story.acts[20..]).unwrap_err();
        assert!(
            matches!(error, WriteError::Stale { published, known } if (published, known) == (size(22), size(11))),
            "{error:?}"
        );
        let own = home.parts.objects.clone();
        let (mut writer, rejoined) = Writer::rejoin(home.parts.clone(), &*own).unwrap();
        assert_eq!(rejoined.lost, 11..22);
        writer.confirm().unwrap();
        drop(writer);
        story.refill(&home);
        home.write(&story.acts[20..]).unwrap();
        assert_eq!(check::sound(&home.scene), Ok(30));
        story.never_signed_twice();
    }
}

pub(crate) fn past_the_program() {
    let story = Story::new();
    let home = story.copied_back();
    // Nothing here tells that it is old. The witness does, and before anything is signed.
    let before = story.signatures();
    let error = home.write(&story.acts[20..25]).unwrap_err();
    assert_eq!(behind(&error), (Some(size(22)), size(11)));
    assert_eq!(story.signatures(), before);
    let shown = home.parts.objects.read("checkpoint").unwrap().unwrap();
    assert!(
        String::from_utf8_lossy(&shown).lines().nth(1) == Some("11"),
        "the old checkpoint stays published"
    );
}

pub(crate) fn remembered() {
    // All but the key's folder was put back.
    let story = Story::new();
    let before = story.signatures();
    let home = story.copied_back();
    fs::copy(story.home.scene.home().join("seal.last"), home.scene.home().join("seal.last")).unwrap();
    // Nor does the witness know: it is a new one.
    let home = Home::at(&home.scene.0, &story.folder.path().join("told"), &Neighbour::new());
    let said = |acts: &[Admitted]| {
        let error = home.write(acts).unwrap_err();
        let signing = std::error::Error::source(&error).unwrap();
        std::error::Error::source(signing).map_or_else(|| signing.to_string(), ToString::to_string)
    };
    let older = said(&story.acts[20..25]);
    assert!(older.contains("a checkpoint of 17 leaves can't follow one of 22"), "{older}");
    let unlike = said(&story.acts[25..29]);
    assert!(unlike.contains("the record of 22 leaves has the root"), "{unlike}");
    assert_eq!(story.signatures(), before, "nothing was signed");
}

pub(crate) fn asked_first() {
    let story = Story::new();
    let home = story.copied_back();
    let before = story.signatures();
    let error = Writer::open(home.parts.clone()).unwrap().confirm().unwrap_err();
    assert_eq!(behind(&error), (Some(size(22)), size(11)));
    // From now on it is known, whoever opens it.
    let error = story.at(&home.scene.0).write(&story.acts[20..]).unwrap_err();
    assert_eq!(behind(&error), (Some(size(22)), size(11)));
    assert_eq!(story.signatures(), before);

    let mirror = &story.home.parts.objects;
    let rejoin =
        |from: &Memory| Writer::rejoin(home.parts.clone(), from).map(|(_, rejoined)| rejoined).unwrap_err();
    let mirrored = |change: Change<'_>| {
        let memory = Memory::new();
        for name in mirror.list("").unwrap() {
            if let Some(bytes) = change(&name, mirror.read(&name).unwrap().unwrap()) {
                memory.create(&name, &bytes).unwrap();
            }
        }
        memory
    };
    let flipped = |at: &str| {
        let at = at.to_owned();
        move |name: &str, mut bytes: Vec<u8>| {
            if name.starts_with(&at) {
                *bytes.last_mut().unwrap() ^= 1;
            }
            Some(bytes)
        }
    };
    assert!(matches!(rejoin(&Memory::new()), RejoinError::NoCheckpoint));
    assert!(matches!(rejoin(&mirrored(&flipped("tile/entries"))), RejoinError::Damaged(_)));
    assert!(matches!(rejoin(&mirrored(&flipped("tile/0"))), RejoinError::Damaged(_)));
    let without = |name: &str, bytes: Vec<u8>| (!name.starts_with("tile/0")).then_some(bytes);
    assert!(matches!(rejoin(&mirrored(&without)), RejoinError::Damaged(_)));
    let own = home.parts.objects.clone();
    let error = Writer::rejoin(home.parts.clone(), &*own).map(|_| ()).unwrap_err();
    assert!(
        matches!(error, RejoinError::Short { found, known } if (found, known) == (size(11), size(22))),
        "{error:?}"
    );
    // All of that changed nothing.
    let (_, rejoined) = Writer::rejoin(home.parts.clone(), &*mirror.clone()).unwrap();
    assert_eq!(rejoined.lost, 11..22);
    story.refill(&home);
    home.write(&story.acts[20..]).unwrap();
    assert_eq!(check::sound(&home.scene), Ok(30));
    story.never_signed_twice();
}
