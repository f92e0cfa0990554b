//! Mutated signatures, lists and tokens: no panic, and nothing gains by it.

use super::world::*;
use countersign_signature::ades::{Evidence, Indication};
use proptest::prelude::*;
use std::sync::LazyLock;

/// Signed, stamped, archived and stamped again by somebody whose certificate had been revoked a month before: the lists that
/// say so are inside.
static REVOKED: LazyLock<(World, Vec<u8>)> = LazyLock::new(|| {
    let world = World::new();
    let file = world.made(Made::Renewed, Event::SignerRevoked(at(2026, 2, 1)));
    (world, file)
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_changed_byte_makes_a_signature_pass_that_was_revoked_before(
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        asked in prop::sample::select(vec![SOON, A_YEAR_LATER, SIGNER_ENDED, TSA_ENDED, CA_ENDED]),
    ) {
        let (world, file) = &*REVOKED;
        let mut file = file.clone();
        for (place, byte) in places {
            let place = place.index(file.len());
            file[place] = byte;
        }
        let collected = world.collected(Lists::Fetched, Event::SignerRevoked(at(2026, 2, 1)), asked);
        let validation = world.ask(&file, &collected, asked);
        prop_assert_ne!(validation.indication(), Indication::TotalPassed, "{}", validation);
    }

    #[test]
    fn any_bytes_among_the_evidence_change_no_pass_into_a_panic(
        crl in prop::collection::vec(any::<u8>(), 0..64),
        cut in any::<prop::sample::Index>(),
    ) {
        let (world, file) = &*REVOKED;
        let mut collected = Evidence { crls: vec![crl.clone()], ocsps: vec![crl], ..Evidence::default() };
        let lists = world.lists(Event::Nothing, SOON);
        collected.crls.extend(lists.iter().map(|list| list[..cut.index(list.len())].to_vec()));
        let validation = world.ask(file, &collected, SOON);
        prop_assert_ne!(validation.indication(), Indication::TotalPassed);
    }
}

#[test]
fn every_cut_of_a_signature_is_refused() {
    let (world, file) = &*REVOKED;
    for length in (0..file.len()).step_by(97) {
        let validation = world.ask(&file[..length], &Evidence::default(), SOON);
        assert_ne!(validation.indication(), Indication::TotalPassed, "{length} bytes");
    }
}
