//! Mutated files: no panic, and nothing gains by it.

use super::world::*;
use proptest::prelude::*;
use std::sync::LazyLock;

const EARLIER: i64 = SIGNED - DAY;

/// Signed and stamped twice over by somebody whose certificate had been revoked a day before, and by somebody else since.
static REVOKED: LazyLock<(World, Vec<u8>)> = LazyLock::new(|| {
    let world = World::new();
    let [.., again] = world.levels(Event::Berg(EARLIER));
    (world, again)
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_changed_byte_makes_a_signature_hold_that_was_revoked_before(
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        asked in prop::sample::select(vec![SOON, SIGNED + YEAR, SIGNED + 3 * YEAR, SIGNED + 5 * YEAR]),
    ) {
        let (world, file) = &*REVOKED;
        let mut file = file.clone();
        for (place, byte) in places {
            let place = place.index(file.len());
            file[place] = byte;
        }
        let Some(report) = world.try_ask(&file, Event::Berg(EARLIER), asked) else { return Ok(()) };
        let signer = |one: &countersign_pdf::PdfSignature| one.signature.is_some();
        for signature in report.signatures.iter().filter(|one| signer(one)) {
            prop_assert!(!signature.holds(), "{}", signature);
        }
    }
}
