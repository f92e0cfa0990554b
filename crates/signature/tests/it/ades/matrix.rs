//! Level × what happened to which certificate and when × when asked, with what at hand: one test a row.

use super::world::*;

/// Each row: its claim, the signature, what happened, when it is asked about and with which lists, the verdict, the state
/// of its time.
macro_rules! rows {
    ($($name:ident: $made:ident, $event:expr, $asked:expr, $lists:ident => $verdict:literal, $state:literal;)+) => {
        $(#[test]
        fn $name() {
            let row = (Made::$made, $event, $asked, Lists::$lists);
            assert_eq!(verdict(row), (String::from($verdict), String::from($state)));
        })+
    };
}

type Row = (Made, Event, i64, Lists);

fn verdict((made, event, asked, lists): Row) -> (String, String) {
    let world = World::new();
    let validation = world.ask(&world.made(made, event), &world.collected(lists, event, asked), asked);
    let said = validation.to_string();
    let word = match validation.sub() {
        Some(sub) => format!("{}/{sub}", validation.indication()),
        None => validation.indication().to_string(),
    };
    assert!(said.starts_with(&word), "{said}");
    (word, validation.state.to_string())
}

/// A quarter after signing, long after archiving.
const AFTER: i64 = at(2026, 6, 1);
/// A month before signing.
const BEFORE: i64 = at(2026, 2, 1);

rows! {
    // Nothing happened.
    b_b_passes_while_everything_is_fresh:
        BB, Event::Nothing, SOON, Fetched => "TOTAL-PASSED", "none yet";
    b_b_without_lists_waits_for_them:
        BB, Event::Nothing, SOON, Offline => "INDETERMINATE/TRY_LATER", "none yet";
    b_b_passes_a_year_later_with_lists_of_the_day:
        BB, Event::Nothing, A_YEAR_LATER, Fetched => "TOTAL-PASSED", "none yet";
    b_b_of_an_ended_certificate_is_out_of_bounds:
        BB, Event::Nothing, SIGNER_ENDED, Fetched => "INDETERMINATE/OUT_OF_BOUNDS_NO_POE", "none yet";
    b_t_passes_with_lists_of_the_day:
        BT, Event::Nothing, A_YEAR_LATER, Fetched => "TOTAL-PASSED", "proven";
    b_t_without_lists_waits_for_them:
        BT, Event::Nothing, SOON, Offline => "INDETERMINATE/TRY_LATER", "none yet";
    b_t_of_an_ended_certificate_lacks_lists_from_while_it_held:
        BT, Event::Nothing, SIGNER_ENDED, Fetched => "INDETERMINATE/OUT_OF_BOUNDS_NO_POE", "proven";
    b_lt_passes_offline_while_its_lists_are_fresh:
        Blt, Event::Nothing, SOON, Offline => "TOTAL-PASSED", "proven";
    b_lt_offline_a_year_later_lacks_a_proof_of_its_lists:
        Blt, Event::Nothing, A_YEAR_LATER, Offline => "INDETERMINATE/NO_POE", "none yet";
    b_lt_of_an_ended_certificate_passes_by_the_lists_in_it:
        Blt, Event::Nothing, SIGNER_ENDED, Fetched => "TOTAL-PASSED", "proven";
    b_lt_whose_timestamp_authority_ended_is_not_proven:
        Blt, Event::Nothing, TSA_ENDED, Fetched => "INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED", "none yet";
    b_lta_passes_offline_while_its_lists_are_fresh:
        Blta, Event::Nothing, SOON, Offline => "TOTAL-PASSED", "archived";
    b_lta_offline_a_year_later_knows_nothing_of_its_last_timestamp_authority:
        Blta, Event::Nothing, A_YEAR_LATER, Offline => "INDETERMINATE/NO_POE", "none yet";
    b_lta_of_an_ended_certificate_passes:
        Blta, Event::Nothing, SIGNER_ENDED, Fetched => "TOTAL-PASSED", "archived";
    b_lta_whose_last_timestamp_authority_ended_is_not_proven:
        Blta, Event::Nothing, TSA_ENDED, Fetched => "INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED", "none yet";
    renewed_passes_after_its_first_timestamp_authority_ended:
        Renewed, Event::Nothing, TSA_ENDED, Fetched => "TOTAL-PASSED", "archived";
    renewed_passes_after_its_certificate_authority_ended:
        Renewed, Event::Nothing, CA_ENDED, Fetched => "TOTAL-PASSED", "archived";

    // The signer's certificate was revoked after signing.
    b_b_revoked_later_is_not_known_to_be_older:
        BB, Event::SignerRevoked(AFTER), A_YEAR_LATER, Fetched => "INDETERMINATE/REVOKED_NO_POE", "none yet";
    revoked_certificate_with_an_earlier_timestamp_still_verifies:
        BT, Event::SignerRevoked(AFTER), A_YEAR_LATER, Fetched => "TOTAL-PASSED", "proven";
    b_lt_revoked_later_still_verifies:
        Blt, Event::SignerRevoked(AFTER), A_YEAR_LATER, Fetched => "TOTAL-PASSED", "proven";
    b_lt_revoked_later_and_ended_since_still_verifies:
        Blt, Event::SignerRevoked(AFTER), SIGNER_ENDED, Fetched => "TOTAL-PASSED", "proven";
    b_lta_revoked_later_still_verifies:
        Blta, Event::SignerRevoked(AFTER), A_YEAR_LATER, Fetched => "TOTAL-PASSED", "archived";
    renewed_revoked_later_still_verifies_when_all_has_ended:
        Renewed, Event::SignerRevoked(AFTER), CA_ENDED, Fetched => "TOTAL-PASSED", "archived";

    // The signer's certificate had been revoked before.
    b_b_revoked_before_does_not_pass:
        BB, Event::SignerRevoked(BEFORE), SOON, Fetched => "INDETERMINATE/REVOKED_NO_POE", "none yet";
    b_t_revoked_before_does_not_pass:
        BT, Event::SignerRevoked(BEFORE), SOON, Fetched => "INDETERMINATE/REVOKED_NO_POE", "proven";
    b_lt_revoked_before_does_not_pass:
        Blt, Event::SignerRevoked(BEFORE), SOON, Offline => "INDETERMINATE/REVOKED_NO_POE", "proven";
    b_lta_revoked_before_does_not_pass:
        Blta, Event::SignerRevoked(BEFORE), SIGNER_ENDED, Fetched => "INDETERMINATE/REVOKED_NO_POE", "archived";
    renewed_revoked_before_does_not_pass_when_all_has_ended:
        Renewed, Event::SignerRevoked(BEFORE), CA_ENDED, Fetched => "INDETERMINATE/REVOKED_NO_POE", "archived";
    revoked_in_the_second_of_the_timestamp_is_not_before:
        BT, Event::SignerRevoked(SIGNED), SOON, Fetched => "INDETERMINATE/REVOKED_NO_POE", "proven";
    revoked_within_the_accuracy_of_the_timestamp_is_not_before:
        BT, Event::SignerRevoked(SIGNED + 1), SOON, Fetched => "INDETERMINATE/REVOKED_NO_POE", "proven";
    revoked_a_second_past_the_accuracy_is_before:
        BT, Event::SignerRevoked(SIGNED + 2), SOON, Fetched => "TOTAL-PASSED", "proven";

    // The authority above was revoked after signing.
    b_t_under_an_authority_revoked_later_lacks_proofs:
        BT, Event::CaRevoked(AFTER), A_YEAR_LATER, Fetched => "INDETERMINATE/REVOKED_CA_NO_POE", "proven";
    b_lt_under_an_authority_revoked_later_lacks_proofs_of_its_lists:
        Blt, Event::CaRevoked(AFTER), A_YEAR_LATER, Fetched => "INDETERMINATE/REVOKED_CA_NO_POE", "proven";
    authority_revoked_after_archiving_still_vouches:
        Blta, Event::CaRevoked(AFTER), A_YEAR_LATER, Fetched => "TOTAL-PASSED", "archived";
    authority_revoked_after_archiving_still_vouches_when_all_has_ended:
        Renewed, Event::CaRevoked(AFTER), CA_ENDED, Fetched => "TOTAL-PASSED", "archived";
    authority_revoked_before_archiving_vouches_no_more:
        Blta, Event::CaRevoked(LISTED + 1), A_YEAR_LATER, Fetched =>
        "INDETERMINATE/REVOKED_CA_NO_POE", "archived";
    authority_revoked_before_signing_vouches_for_nobody:
        Blta, Event::CaRevoked(BEFORE), A_YEAR_LATER, Fetched => "INDETERMINATE/REVOKED_CA_NO_POE", "archived";

    // The timestamp authority was revoked.
    timestamp_of_an_authority_revoked_later_proves_nothing_alone:
        BT, Event::TsaRevoked(AFTER), A_YEAR_LATER, Fetched => "TOTAL-PASSED", "none yet";
    and_then_an_ended_certificate_is_not_proven:
        Blt, Event::TsaRevoked(AFTER), SIGNER_ENDED, Fetched =>
        "INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED", "none yet";
    archived_by_the_same_authority_that_was_revoked_later_is_not_proven:
        Blta, Event::TsaRevoked(AFTER), SIGNER_ENDED, Fetched =>
        "INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED", "none yet";
    timestamp_authority_revoked_before_it_stamped_proves_nothing:
        Blta, Event::TsaRevoked(BEFORE), SIGNER_ENDED, Fetched =>
        "INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED", "none yet";
    timestamp_authority_revoked_after_renewal_stays_covered:
        Renewed, Event::TsaRevoked(RENEWED + DAY), TSA_ENDED, Fetched => "TOTAL-PASSED", "archived";
    timestamp_authority_revoked_before_renewal_is_not_saved_by_it:
        Renewed, Event::TsaRevoked(AFTER), TSA_ENDED, Fetched =>
        "INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED", "proven";
}
