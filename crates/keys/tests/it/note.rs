//! Keys of notes: made once, opened again, and what is wrong with their files.

use countersign_keys::{KeyName, NoteKey, NoteKeyError, Passphrase};
use countersign_tlog::checkpoint::{Checkpoint, Origin};
use countersign_tlog::cosignature::{Timestamp, cosign};
use countersign_tlog::hash::Hash;
use countersign_tlog::note::{self, KeyRing, SignatureType, Signer as _};
use countersign_tlog::size::TreeSize;
use std::path::Path;

fn file() -> KeyName {
    KeyName::new("witness").unwrap()
}

fn make(dir: &Path, passphrase: Option<&Passphrase>) -> Result<NoteKey, NoteKeyError> {
    let named = |_: &[u8; 32]| note::KeyName::new("witness.example/w1").unwrap();
    NoteKey::create(dir, &file(), SignatureType::CosignatureV1, named, passphrase)
}

#[test]
fn what_a_key_signs_verifies_after_it_is_opened_again() {
    for passphrase in [None, Some(Passphrase::new("correct horse".to_owned()).unwrap())] {
        let dir = tempfile::tempdir().unwrap();
        let made = make(dir.path(), passphrase.as_ref()).unwrap();
        let opened = NoteKey::open(dir.path(), &file(), passphrase.as_ref()).unwrap();
        assert_eq!(made.key(), opened.key());
        let text = std::fs::read_to_string(dir.path().join("witness.vkey")).unwrap();
        assert_eq!(text, format!("{}\n", made.key()));

        let origin = Origin::new("example.com/log").unwrap();
        let checkpoint = Checkpoint::new(origin, TreeSize::ZERO, Hash::EMPTY_ROOT);
        let line = cosign(&checkpoint, &opened, Timestamp::new(1_764_000_000).unwrap()).unwrap();
        let ring = KeyRing::new([made.key().clone()]).unwrap();
        let key = ring.find(line.name(), line.id()).unwrap();
        assert!(key.verify(&checkpoint.to_string(), line.signature()).is_ok());
    }
}

#[test]
fn a_key_is_never_written_over() {
    let dir = tempfile::tempdir().unwrap();
    let first = make(dir.path(), None).unwrap();
    assert!(matches!(make(dir.path(), None), Err(NoteKeyError::Exists { .. })));
    assert_eq!(NoteKey::open(dir.path(), &file(), None).unwrap().key(), first.key());
}

#[test]
fn files_at_fault_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let open = || NoteKey::open(dir.path(), &file(), None).unwrap_err();
    assert!(matches!(open(), NoteKeyError::Missing { .. }));

    make(dir.path(), None).unwrap();
    let (private, verifier) = NoteKey::files(dir.path(), &file());
    let other = tempfile::tempdir().unwrap();
    let foreign = make(other.path(), None).unwrap();
    std::fs::write(&verifier, format!("{}\n", foreign.key())).unwrap();
    assert!(matches!(open(), NoteKeyError::Mismatch { .. }));
    std::fs::write(&verifier, "witness\n").unwrap();
    assert!(matches!(open(), NoteKeyError::Verifier { .. }));
    std::fs::remove_file(&verifier).unwrap();
    assert!(matches!(open(), NoteKeyError::NoVerifier { .. }));
    std::fs::write(&private, "nothing").unwrap();
    assert!(matches!(open(), NoteKeyError::Key { .. }));
}
