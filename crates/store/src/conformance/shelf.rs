//! Dossiers and their acts.

use std::sync::Arc;

use countersign_authority::model::time::Instant;
use countersign_tlog::size::TreeSize;

use super::Backend;
use super::made::{act, acts, dossier, opened, size};
use crate::dossiers::Dossier;
use crate::error::LedgerError;
use crate::objects::Created;

/// In pieces, whatever their ids are.
pub fn dossiers_come_in_the_order_they_were_opened(backend: &dyn Backend) {
    let ids = ["m", "b", "z", "a", "q"];
    let (store, _) = opened(backend, &ids);
    let all: Vec<Dossier> = ids.iter().map(|id| dossier(id)).collect();
    assert_eq!(store.dossiers(None, 99).unwrap(), all);
    assert_eq!(store.dossiers(None, 2).unwrap(), all[..2]);
    assert_eq!(store.dossiers(Some("b"), 2).unwrap(), all[2..4]);
    assert_eq!(store.dossiers(Some("q"), 2).unwrap(), []);
    let error = store.dossiers(Some("nowhere"), 2).unwrap_err();
    assert!(matches!(&error, LedgerError::NoDossier { id } if id == "nowhere"), "{error}");
}

/// Title, parties and time are those of the first opening.
pub fn what_was_opened_first_stands(backend: &dyn Backend) {
    let store = backend.open();
    assert_eq!(store.open(&dossier("talks")).unwrap(), Created::New);
    let other = Dossier { title: "Other".to_owned(), parties: Vec::new(), ..dossier("talks") };
    assert_eq!(store.open(&other).unwrap(), Created::Existed);
    assert_eq!(store.dossier("talks").unwrap(), Some(dossier("talks")));
}

/// It has no written form.
pub fn a_dossier_outside_the_calendar_is_refused(backend: &dyn Backend) {
    let store = backend.open();
    let timeless = Dossier { created: Instant::MAX, ..dossier("talks") };
    assert!(matches!(store.open(&timeless), Err(LedgerError::Timeless { .. })));
    assert_eq!(store.dossiers(None, 9).unwrap(), []);
}

/// From every number, of every length, links as well.
pub fn acts_come_by_number_in_pieces(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["talks", "other"]);
    store.sequence(seat, &[acts("other", 0..3), acts("talks", 3..8), acts("other", 8..9)].concat()).unwrap();
    let all = store.acts("talks", 0, 99).unwrap();
    assert_eq!(all.iter().map(|act| act.link.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    for after in 0..7_usize {
        for most in 0..7 {
            let piece: Vec<_> = all.iter().skip(after).take(most).cloned().collect();
            assert_eq!(store.acts("talks", after as u32, most).unwrap(), piece);
            let links: Vec<_> = piece.into_iter().map(|act| act.link).collect();
            assert_eq!(store.links("talks", after as u32, most).unwrap(), links);
        }
    }
}

/// With all that was admitted.
pub fn an_act_is_found_by_its_id(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["talks"]);
    let batch = acts("talks", 0..6);
    let places = store.sequence(seat, &batch).unwrap();
    for (given, place) in batch.into_iter().zip(places) {
        let kept = store.act(given.id).unwrap().unwrap();
        assert_eq!((kept.id, kept.index, kept.link), (given.id, place.index, place.link));
        assert_eq!((kept.json, kept.p7s, kept.salt), (given.json, given.p7s, given.salt));
        assert_eq!((kept.visibility, kept.stamps), (given.visibility, Vec::new()));
    }
}

/// No error, no empty thing.
pub fn what_is_not_there_is_none(backend: &dyn Backend) {
    let (store, _) = opened(backend, &["talks"]);
    assert_eq!(store.dossier("nowhere").unwrap(), None);
    assert_eq!(store.act(act("talks", 1).id).unwrap(), None);
    for id in ["talks", "nowhere"] {
        assert_eq!(store.newest(id, TreeSize::MAX).unwrap(), None);
        assert_eq!((store.acts(id, 0, 9).unwrap(), store.links(id, 0, 9).unwrap()), (Vec::new(), Vec::new()));
        assert_eq!((store.materials(id).unwrap(), store.documents(id).unwrap()), (Vec::new(), Vec::new()));
        assert_eq!(store.foreign(id).unwrap(), []);
    }
}

/// So that what is proven to outsiders is what they can see.
pub fn the_newest_link_is_that_of_the_last_entry_below_a_size(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &["a", "b"]);
    let mut heads = Vec::new();
    for batch in [acts("a", 0..2), acts("b", 2..3), [acts("a", 3..4), acts("b", 4..5)].concat()] {
        store.sequence(seat, &batch).unwrap();
        heads.push(store.newest("a", TreeSize::MAX).unwrap());
    }
    // Entries: acts 0, 1, head 2; act 3, head 4; acts 5, 6, heads 7, 8.
    let expected = |below: u64| match below {
        0..=2 => None,
        3..=7 => heads[0].clone(),
        _ => heads[2].clone(),
    };
    for below in 0..12 {
        assert_eq!(store.newest("a", size(below)).unwrap(), expected(below), "below {below}");
    }
    assert_eq!(heads[0].as_ref().map(|head| (head.index.get(), head.link.number)), Some((2, 2)));
    assert_eq!(heads[2].as_ref().map(|head| (head.index.get(), head.link.number)), Some((7, 3)));
}

/// Ids are looked up byte by byte, titles and parties are kept.
pub fn names_of_any_kind_come_back_as_they_were(backend: &dyn Backend) {
    let (store, seat) = opened(backend, &[]);
    let long = "ü".repeat(250);
    let ids = ["", " ", "a", "A", "á", "a\u{301}", "it's", "%_", "a\0b", "\n", "🕊", &long];
    for (id, number) in ids.iter().zip(0..) {
        let named = Dossier {
            id: Arc::from(*id),
            title: format!("{id}\"\\ {id}"),
            parties: vec![(*id).to_owned(), format!("{id}2")],
            created: Instant(i128::from(number) * 1_000_000_007),
        };
        assert_eq!(store.open(&named).unwrap(), Created::New, "{id:?}");
        assert_eq!(store.dossier(id).unwrap(), Some(named));
        let place = store.sequence(seat, &[act(id, number)]).unwrap().remove(0);
        assert_eq!((&*place.link.dossier, place.link.number), (*id, 1));
        assert_eq!(store.act(act(id, number).id).unwrap().unwrap().link, place.link);
    }
    assert_eq!(store.dossiers(None, 99).unwrap().len(), ids.len());
}
