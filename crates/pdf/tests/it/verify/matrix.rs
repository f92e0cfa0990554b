//! Level × what happened to whom and when × when asked: one test a row.

use super::world::*;

/// The levels by their place in [`World::levels`].
const B: usize = 0;
const T: usize = 1;
const LT: usize = 2;
const LTA: usize = 3;
const AGAIN: usize = 4;

macro_rules! rows {
    ($($name:ident: $level:ident, $event:expr, $asked:expr => $verdict:literal;)+) => {
        $(#[test]
        fn $name() {
            assert_eq!(verdict($level, $event, $asked), $verdict);
        })+
    };
}

/// The verdict on the signature, its level, and the state of its time.
fn verdict(level: usize, event: Event, asked: i64) -> String {
    let world = World::new();
    let file = &world.levels(event)[level];
    let report = world.ask(file, event, asked);
    let signature = &report.signatures[0];
    let validation = signature.validation().unwrap();
    let sub = validation.sub().map(|sub| format!("/{sub}")).unwrap_or_default();
    assert_eq!(signature.holds(), sub.is_empty(), "nothing forbidden was changed");
    format!("{} {}{sub}, {}", validation.level.unwrap(), validation.indication(), validation.state)
}

const LATER: i64 = SIGNED + 30 * DAY;
const EARLIER: i64 = SIGNED - DAY;

rows! {
    b_passes_while_everything_holds: B, Event::Nothing, SOON => "B-B TOTAL-PASSED, none yet";
    t_passes_while_everything_holds: T, Event::Nothing, SOON => "B-T TOTAL-PASSED, proven";
    lt_passes_while_everything_holds: LT, Event::Nothing, SOON => "B-LT TOTAL-PASSED, proven";
    lta_passes_while_everything_holds: LTA, Event::Nothing, SOON => "B-LTA TOTAL-PASSED, archived";
    b_of_an_ended_certificate_is_out_of_bounds: B, Event::Nothing, SIGNED + 3 * YEAR =>
        "B-B INDETERMINATE/OUT_OF_BOUNDS_NO_POE, none yet";
    lt_of_an_ended_certificate_passes: LT, Event::Nothing, SIGNED + 3 * YEAR => "B-LT TOTAL-PASSED, proven";
    lta_of_an_ended_certificate_passes: LTA, Event::Nothing, SIGNED + 3 * YEAR =>
        "B-LTA TOTAL-PASSED, archived";
    lta_whose_timestamp_authority_ended_is_not_proven: LTA, Event::Nothing, SIGNED + 5 * YEAR =>
        "B-LTA INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED, none yet";
    stamped_again_it_passes_after_its_timestamp_authority_ended: AGAIN, Event::Nothing, SIGNED + 5 * YEAR =>
        "B-LTA TOTAL-PASSED, archived";
    stamped_again_it_passes_after_all_authorities_ended: AGAIN, Event::Nothing, SIGNED + 7 * YEAR =>
        "B-LTA TOTAL-PASSED, archived";
    revoked_later_without_a_timestamp_is_not_known_to_be_older: B, Event::Berg(LATER), SIGNED + YEAR =>
        "B-B INDETERMINATE/REVOKED_NO_POE, none yet";
    revoked_later_still_verifies_by_its_timestamp: T, Event::Berg(LATER), SIGNED + YEAR =>
        "B-T TOTAL-PASSED, proven";
    revoked_later_still_verifies_when_all_has_ended: AGAIN, Event::Berg(LATER), SIGNED + 7 * YEAR =>
        "B-LTA TOTAL-PASSED, archived";
    revoked_earlier_does_not_pass: LTA, Event::Berg(EARLIER), SOON =>
        "B-LTA INDETERMINATE/REVOKED_NO_POE, archived";
    authority_revoked_later_needs_proofs_of_its_lists: LT, Event::Ca(LATER), SIGNED + YEAR =>
        "B-LT INDETERMINATE/REVOKED_CA_NO_POE, proven";
    authority_revoked_after_archiving_still_vouches: LTA, Event::Ca(LATER), SIGNED + YEAR =>
        "B-LTA TOTAL-PASSED, archived";
    timestamp_authority_revoked_later_proves_nothing: LTA, Event::Tsa(LATER), SIGNED + 3 * YEAR =>
        "B-LTA INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED, none yet";
}
