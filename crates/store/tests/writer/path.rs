//! From an act to a published checkpoint and a proof.

use std::sync::Arc;

use countersign_store::dossiers::Dossiers as _;
use countersign_store::ledger::Ledger as _;
use countersign_store::objects::{Memory, Objects as _};
use countersign_store::receipt::{Receipt, act_leaf, head_leaf, prove};
use countersign_store::writer::Writer;
use countersign_tlog::size::TreeSize;
use countersign_tlog::spicy::TlogProof;

use crate::kit::{act, acts, directory, expect_sound, ledger, parts, policy, published};

#[test]
fn one_act_becomes_a_published_checkpoint_and_a_proof() {
    let folder = tempfile::tempdir().unwrap();
    let (ledger, objects) = (ledger(), directory(folder.path()));
    let mut writer = Writer::open(parts(ledger.clone(), objects.clone())).unwrap();
    let written = writer.write(&acts(0..1)).unwrap();
    written.published.unwrap();
    let [Receipt::Included(proven)] = written.receipts.as_slice() else { panic!("{:?}", written.receipts) };
    let file = proven.proof().to_string();
    let leaf = act_leaf(&act(0).admission().entry);
    let read = TlogProof::read(file.as_bytes()).unwrap();
    read.verify(leaf, &policy()).unwrap();

    let newest = ledger.newest("talks", TreeSize::MAX).unwrap().unwrap();
    let head = prove(&*objects, &published(&*objects), newest.index, head_leaf(&newest.link)).unwrap();
    head.verify(head_leaf(&newest.link), &policy()).unwrap();
    assert_eq!(expect_sound(&*objects), 2, "the act and its dossier's head");
    assert_eq!(objects.list("").unwrap(), ["checkpoint", "tile/0/000.p/2", "tile/entries/000.p/2"]);
}

#[test]
fn an_act_written_twice_has_one_place() {
    let (ledger, objects) = (ledger(), Arc::new(Memory::new()));
    let mut writer = Writer::open(parts(ledger.clone(), objects.clone())).unwrap();
    let first = writer.write(&acts(0..1)).unwrap();
    let before = published(&*objects);
    let again = writer.write(&acts(0..1)).unwrap();
    assert!(again.receipts[0].place().again);
    assert_eq!(again.receipts[0].place().index, first.receipts[0].place().index);
    assert_eq!(published(&*objects), before, "nothing is signed anew");
}

#[test]
fn a_record_grows_over_the_first_full_bundle_and_its_partial_tiles_go() {
    let (ledger, objects) = (ledger(), Arc::new(Memory::new()));
    let mut writer = Writer::open(parts(ledger.clone(), objects.clone())).unwrap();
    for at in 0..10 {
        writer.write(&acts(at * 30..(at + 1) * 30)).unwrap().published.unwrap();
        expect_sound(&*objects);
    }
    let names = objects.list("").unwrap();
    let expected = [
        "checkpoint",
        "tile/0/000",
        "tile/0/001.p/23",
        "tile/0/001.p/54",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/23",
        "tile/entries/001.p/54",
    ];
    assert_eq!(names, expected);
    assert!(ledger.head().unwrap().tidied.get() > 256);
}

#[test]
fn a_second_writer_goes_on_where_the_first_stopped_and_the_first_signs_nothing_more() {
    let (ledger, objects) = (ledger(), Arc::new(Memory::new()));
    let mut first = Writer::open(parts(ledger.clone(), objects.clone())).unwrap();
    first.write(&acts(0..3)).unwrap().published.unwrap();
    let mut second = Writer::open(parts(ledger.clone(), objects.clone())).unwrap();
    second.write(&acts(3..5)).unwrap().published.unwrap();
    first.write(&acts(5..6)).unwrap_err();
    assert_eq!(expect_sound(&*objects), 7);
}
