//! Evidence beside acts: only ever added.

use countersign_agreement::record::{Commitment, Link, Salt};
use countersign_agreement::signed::id_of;
use countersign_authority::model::act::Visibility;

use super::Backend;
use super::made::{act, acts, opened};
use crate::dossiers::{Audience, Document, ForeignAct, ForeignRecord, Material, MaterialKind, Store};
use crate::error::LedgerError;
use crate::objects::Created;

fn audience(visibility: Visibility, owner: &str) -> Audience {
    Audience { visibility, owner: Some(owner.to_owned()) }
}

fn material(kind: MaterialKind, name: &str, bytes: &[u8]) -> Material {
    Material {
        kind,
        name: name.to_owned(),
        audience: audience(Visibility::Own, "RUR"),
        bytes: bytes.to_vec(),
    }
}

fn document(bytes: &[u8]) -> Document {
    Document {
        digest: id_of(bytes),
        extension: "pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        audience: audience(Visibility::Own, "RUR"),
    }
}

/// What the record of an origin has on `talks` at a length, with proofs of its acts from one on.
fn foreign(origin: &str, length: u8, acts_from: u8) -> ForeignRecord {
    let mut links: Vec<Link> = Vec::new();
    for number in 0..length {
        let link = Link::after(links.last(), "talks".into(), Commitment::new([number; 32]), number % 2 == 0);
        links.push(link);
    }
    let acts = (acts_from..length).map(|number| ForeignAct {
        id: act("talks", number.into()).id,
        number: u32::from(number) + 1,
        proof: format!("proof of {number} at {length}").into_bytes(),
        salt: Salt::new([number; 32]),
    });
    let head = Some(format!("head {length}").into_bytes());
    ForeignRecord { origin: origin.to_owned(), links, head, acts: acts.collect() }
}

/// Read with its act, whether by id or by number.
pub fn a_stamp_is_kept_once_in_the_order_it_came(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["talks"]);
    let batch = acts("talks", 0..2);
    store.sequence(seat, &batch).unwrap();
    let id = batch[1].id;
    for (tsr, created) in
        [("z", Created::New), ("a", Created::New), ("z", Created::Existed), ("m", Created::New)]
    {
        assert_eq!(store.keep_stamp(id, tsr.as_bytes()).unwrap(), created, "{tsr}");
    }
    let stamps = ["z", "a", "m"].map(|tsr| tsr.as_bytes().to_vec());
    assert_eq!(store.act(id).unwrap().unwrap().stamps, stamps);
    let all = store.acts("talks", 0, 9).unwrap();
    assert_eq!((all[0].stamps.as_slice(), all[1].stamps.as_slice()), ([].as_slice(), stamps.as_slice()));
    assert_eq!(store.keep_stamp(batch[0].id, b"z").unwrap(), Created::New, "another act's");
}

/// Never narrower than it was said to be; whose it is stays.
pub fn a_material_is_kept_once_and_the_wider_audience_stands(backend: &dyn Backend) {
    let (store, _) = opened(backend, &["talks", "other"]);
    let kinds = MaterialKind::WORDS.iter().map(|(kind, _)| *kind);
    let mut all: Vec<Material> =
        kinds.flat_map(|kind| [material(kind, "b", b"1"), material(kind, "a", b"")]).collect();
    for material in &all {
        assert_eq!(store.keep_material("talks", material).unwrap(), Created::New);
        assert_eq!(store.keep_material("other", material).unwrap(), Created::New);
    }
    all.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    assert_eq!(store.materials("talks").unwrap(), all);

    for (given, expected) in [
        (Visibility::Own, Visibility::Own),
        (Visibility::Parties, Visibility::Parties),
        (Visibility::Own, Visibility::Parties),
        (Visibility::Public, Visibility::Public),
        (Visibility::Parties, Visibility::Public),
    ] {
        let again = Material { audience: audience(given, "KRA"), ..all[0].clone() };
        assert_eq!(store.keep_material("talks", &again).unwrap(), Created::Existed);
        all[0].audience.visibility = expected;
        assert_eq!(store.materials("talks").unwrap(), all);
    }
    assert_eq!(store.materials("other").unwrap()[0].audience, audience(Visibility::Own, "RUR"));
}

/// Of a kind, in a dossier.
pub fn a_name_stands_for_one_material(backend: &dyn Backend) {
    let (store, _) = opened(backend, &["talks"]);
    let first = material(MaterialKind::Map, "ruritania.authority", b"first");
    store.keep_material("talks", &first).unwrap();
    let second = Material {
        bytes: b"second".to_vec(),
        audience: audience(Visibility::Public, "RUR"),
        ..first.clone()
    };
    let error = store.keep_material("talks", &second).unwrap_err();
    assert!(matches!(&error, LedgerError::Taken { kind: "map", name } if *name == first.name), "{error}");
    let terms = Material { kind: MaterialKind::Terms, ..second };
    store.keep_material("talks", &terms).unwrap();
    assert_eq!(store.materials("talks").unwrap(), [first, terms]);
}

/// By its digest, in a dossier.
pub fn a_document_is_kept_once_and_the_wider_audience_stands(backend: &dyn Backend) {
    let (store, _) = opened(backend, &["talks", "other"]);
    let mut all = [document(b"1"), document(b"2"), document(b"3")];
    for document in &all {
        assert_eq!(store.keep_document("talks", document).unwrap(), Created::New);
    }
    all.sort_by_key(|document| document.digest);
    assert_eq!(store.documents("talks").unwrap(), all);
    let wider = Document { audience: audience(Visibility::Parties, "KRA"), ..all[1].clone() };
    assert_eq!(store.keep_document("talks", &wider).unwrap(), Created::Existed);
    assert_eq!(store.keep_document("talks", &all[1]).unwrap(), Created::Existed);
    all[1].audience.visibility = Visibility::Parties;
    assert_eq!(store.documents("talks").unwrap(), all);
    assert_eq!(store.documents("other").unwrap(), []);
}

/// A bundle that is older than the last adds what it has, and takes nothing.
pub fn another_record_grows_and_never_shrinks(backend: &dyn Backend) {
    let (store, _) = opened(backend, &["talks"]);
    let (long, short) = (foreign("kravonia.example", 5, 3), foreign("kravonia.example", 2, 0));
    store.keep_foreign("talks", &foreign("z.example", 1, 1)).unwrap();
    store.keep_foreign("talks", &foreign("kravonia.example", 3, 2)).unwrap();
    store.keep_foreign("talks", &long).unwrap();
    store.keep_foreign("talks", &short).unwrap();

    let kept = store.foreign("talks").unwrap();
    assert_eq!(
        kept.iter().map(|record| record.origin.as_str()).collect::<Vec<_>>(),
        ["kravonia.example", "z.example"]
    );
    assert_eq!((&kept[0].links, &kept[0].head), (&long.links, &long.head));
    let proofs: Vec<_> =
        kept[0].acts.iter().map(|act| (act.number, String::from_utf8_lossy(&act.proof))).collect();
    let expected = ["0 at 2", "1 at 2", "2 at 3", "3 at 5", "4 at 5"].map(|at| format!("proof of {at}"));
    assert_eq!(proofs, (1..).zip(expected.into_iter().map(Into::into)).collect::<Vec<_>>());
    assert_eq!(kept[0].acts[0], short.acts[0]);
}

/// And leaves what is kept as it is.
pub fn another_record_that_contradicts_itself_is_refused(backend: &dyn Backend) {
    let (store, _) = opened(backend, &["talks"]);
    let honest = foreign("kravonia.example", 3, 0);
    store.keep_foreign("talks", &honest).unwrap();
    for length in [3, 5] {
        let mut forked = foreign("kravonia.example", length, 0);
        forked.links[1].bears = !forked.links[1].bears;
        forked.acts[0].proof = b"another".to_vec();
        let error = store.keep_foreign("talks", &forked).unwrap_err();
        assert!(matches!(&error, LedgerError::Forked { number: 2, .. }), "{error}");
    }
    assert_eq!(store.foreign("talks").unwrap(), [honest]);
}

/// Of no dossier and of no act.
pub fn evidence_of_nothing_is_refused(backend: &dyn Backend) {
    let (store, _) = opened(backend, &["talks"]);
    let id = act("talks", 1).id;
    assert!(matches!(store.keep_stamp(id, b"tsr"), Err(LedgerError::NoAct { .. })));
    for error in [
        store.keep_material("nowhere", &material(MaterialKind::Map, "a", b"")).unwrap_err(),
        store.keep_document("nowhere", &document(b"")).unwrap_err(),
        store.keep_foreign("nowhere", &foreign("a", 1, 0)).unwrap_err(),
    ] {
        assert!(matches!(&error, LedgerError::NoDossier { id } if id == "nowhere"), "{error}");
    }
}

/// All of it.
pub fn evidence_is_there_after_reopening(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["talks"]);
    store.sequence(seat, &acts("talks", 0..2)).unwrap();
    store.keep_stamp(act("talks", 1).id, &[0; 9000]).unwrap();
    store.keep_material("talks", &material(MaterialKind::Trust, "ca.crl", &vec![7; 100_000])).unwrap();
    let nobodys =
        Document { audience: Audience { visibility: Visibility::Public, owner: None }, ..document(b"") };
    store.keep_document("talks", &nobodys).unwrap();
    store.keep_foreign("talks", &foreign("kravonia.example", 4, 0)).unwrap();
    let headless = ForeignRecord { head: None, ..foreign("b.example", 0, 0) };
    store.keep_foreign("talks", &headless).unwrap();
    let all = |store: &dyn Store| {
        (
            store.acts("talks", 0, 9).unwrap(),
            store.materials("talks").unwrap(),
            store.documents("talks").unwrap(),
            store.foreign("talks").unwrap(),
        )
    };
    let before = all(&*store);
    assert_eq!((before.1.len(), &before.2[0], &before.3[0]), (1, &nobodys, &headless));
    drop(store);
    assert_eq!(all(&*backend.open()), before);
}
