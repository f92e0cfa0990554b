//! Encryption at rest: what is sealed tells nothing, and nothing but itself comes out.

use std::collections::BTreeMap;
use std::sync::Mutex;

use countersign_store::objects::{Created, Object, Objects, ObjectsError, Replaced};
use countersign_store::sealed::{Cipher, Clear, Key, OpenError, SealedObjects};

/// Objects in memory.
#[derive(Default)]
struct Shelf(Mutex<BTreeMap<String, Vec<u8>>>);

impl Shelf {
    fn all(&self) -> BTreeMap<String, Vec<u8>> {
        self.0.lock().unwrap().clone()
    }
}

impl Objects for &Shelf {
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, ObjectsError> {
        Ok(self.0.lock().unwrap().get(name).cloned())
    }
    fn create_all(&self, objects: &[Object]) -> Result<Vec<Created>, ObjectsError> {
        let mut shelf = self.0.lock().unwrap();
        let created = objects.iter().map(|Object { name, bytes }| {
            if shelf.contains_key(name) {
                return Created::Existed;
            }
            shelf.insert(name.clone(), bytes.clone());
            Created::New
        });
        Ok(created.collect())
    }
    fn replace(&self, name: &str, before: Option<&[u8]>, bytes: &[u8]) -> Result<Replaced, ObjectsError> {
        let mut shelf = self.0.lock().unwrap();
        if shelf.get(name).map(Vec::as_slice) != before {
            return Ok(Replaced::Differs);
        }
        shelf.insert(name.to_owned(), bytes.to_vec());
        Ok(Replaced::Done)
    }
    fn list(&self, prefix: &str) -> Result<Vec<String>, ObjectsError> {
        Ok(self.0.lock().unwrap().keys().filter(|name| name.starts_with(prefix)).cloned().collect())
    }
    fn remove(&self, name: &str) -> Result<(), ObjectsError> {
        self.0.lock().unwrap().remove(name);
        Ok(())
    }
}

#[test]
fn what_was_sealed_opens_in_its_own_context_only() {
    let key = Key::new([7; 32]);
    let sealed = key.seal(b"act 4", b"what was agreed").unwrap();
    assert_eq!(key.open(b"act 4", &sealed).unwrap(), b"what was agreed");
    assert_eq!(key.open(b"act 5", &sealed), Err(OpenError::Altered));
    assert_ne!(key.seal(b"act 4", b"what was agreed").unwrap(), sealed, "twice the same is two values");
    assert_eq!(key.open(b"", &key.seal(b"", b"").unwrap()).unwrap(), b"");
}

#[test]
fn a_wrong_key_is_told_from_an_altered_value() {
    let (key, other) = (Key::new([7; 32]), Key::new([8; 32]));
    let sealed = key.seal(b"act", b"what was agreed").unwrap();
    let error = other.open(b"act", &sealed).unwrap_err();
    assert_eq!(error, OpenError::OtherKey { sealed: key.id(), ours: other.id() });
    assert_eq!(
        error.to_string(),
        format!("sealed under the key {}; the key at hand is {}", key.id(), other.id())
    );
    // Whoever writes our key's id over it gains nothing.
    let relabelled = [&sealed[..1], &other.seal(b"", b"").unwrap()[1..9], &sealed[9..]].concat();
    assert_eq!(other.open(b"act", &relabelled), Err(OpenError::Altered));
}

#[test]
fn a_flipped_bit_or_a_cut_is_refused() {
    let key = Key::new([7; 32]);
    let sealed = key.seal(b"act", b"what was agreed").unwrap();
    for at in 0..sealed.len() {
        for bit in 0..8 {
            let mut flipped = sealed.clone();
            flipped[at] ^= 1 << bit;
            assert!(key.open(b"act", &flipped).is_err(), "byte {at}, bit {bit}");
        }
        assert!(key.open(b"act", &sealed[..at]).is_err(), "{at} bytes");
    }
    assert!(key.open(b"act", br#"{"v":1,"dossier":"talks","kind":"sign"}"#).is_err(), "never sealed");
}

#[test]
fn sealed_objects_keep_the_rules_of_objects() {
    let shelf = Shelf::default();
    let objects = SealedObjects::new(&shelf, Key::new([7; 32]));
    assert_eq!(objects.read("documents/a.txt").unwrap(), None);
    assert_eq!(objects.create("documents/a.txt", b"first").unwrap(), Created::New);
    assert_eq!(objects.create("documents/a.txt", b"second").unwrap(), Created::Existed);
    assert_eq!(objects.read("documents/a.txt").unwrap().unwrap(), b"first");
    assert_eq!(objects.replace("documents/a.txt", Some(b"second"), b"third").unwrap(), Replaced::Differs);
    assert_eq!(objects.replace("documents/a.txt", Some(b"first"), b"third").unwrap(), Replaced::Done);
    assert_eq!(objects.read("documents/a.txt").unwrap().unwrap(), b"third");
    objects.create("documents/b.txt", b"").unwrap();
    objects.create("maps/c", b"c").unwrap();
    assert_eq!(objects.list("documents/").unwrap(), ["documents/a.txt", "documents/b.txt"]);
    objects.remove("documents/a.txt").unwrap();
    assert_eq!(objects.list("").unwrap(), ["documents/b.txt", "maps/c"]);
}

#[test]
fn sealed_objects_show_neither_bytes_nor_names() {
    let shelf = Shelf::default();
    let objects = SealedObjects::new(&shelf, Key::new([7; 32]));
    objects.create("documents/2f1c.pdf", b"the price is four million").unwrap();
    for (stored, bytes) in shelf.all() {
        for secret in ["documents", "2f1c", "price", "million", "pdf"] {
            assert!(!stored.contains(secret), "{stored}");
            assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret}");
        }
    }
    let elsewhere = SealedObjects::new(&shelf, Key::new([8; 32]));
    assert_eq!(elsewhere.read("documents/2f1c.pdf").unwrap(), None, "another key has other names");
    let error = elsewhere.list("").unwrap_err();
    assert!(error.source.to_string().starts_with("sealed under the key "), "{}", error.source);
}

#[test]
fn swapped_objects_are_refused() {
    let shelf = Shelf::default();
    let objects = SealedObjects::new(&shelf, Key::new([7; 32]));
    objects.create("a", b"sell").unwrap();
    objects.create("b", b"hold").unwrap();
    let (a, b) = (objects.stored("a"), objects.stored("b"));
    {
        let mut shelf = shelf.0.lock().unwrap();
        let taken = shelf.remove(&a).unwrap();
        let other = shelf.insert(b.clone(), taken).unwrap();
        shelf.insert(a, other);
    }
    for name in ["a", "b"] {
        let error = objects.read(name).unwrap_err();
        assert_eq!(error.source.to_string(), OpenError::Altered.to_string());
    }
}

#[test]
fn clear_leaves_all_as_it_is() {
    assert_eq!(Clear.seal(b"c", b"plain").unwrap(), b"plain");
    assert_eq!(Clear.open(b"c", b"plain").unwrap(), b"plain");
    assert_eq!(Clear.name(b"c", b"talks"), b"talks");
}
