//! What every backend promises, as claims that each of them is held to.
//!
//! A backend's tests say `countersign_store::conformance!(BACKEND)`, where `BACKEND` makes a [`Backend`] without anything in
//! it: each claim becomes a test by its name. `objects_conformance!(KEEPER)` does the same for a store of objects.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a claim that does not hold fails by panicking"
)]
#![expect(clippy::cast_possible_truncation, reason = "its numbers are small")]
#![expect(clippy::missing_panics_doc, reason = "to panic is how each of them says no")]

pub mod evidence;
pub mod files;
pub mod head;
pub mod made;
pub mod order;
pub mod race;
pub mod restore;
pub mod shelf;

use crate::dossiers::Store;
use crate::objects::Objects;

/// Where a database can be.
pub trait Backend: Sync {
    /// Opens the database that is there; the first time, creates it.
    fn open(&self) -> Box<dyn Store>;
}

/// Where objects can be.
pub trait Keeper: Sync {
    /// Opens the store that is there; the first time, one without objects.
    fn open(&self) -> Box<dyn Objects>;
}

macro_rules! claims {
    ($d:tt $name:ident $all:ident: $of:ident; $($module:ident { $($claim:ident)* })*) => {
        /// Every claim with its name.
        pub const $all: &[(&str, fn(&dyn $of))] = &[$($((stringify!($claim), $module::$claim)),*),*];

        /// Makes a test of each claim, for the backend that an expression makes anew.
        #[macro_export]
        macro_rules! $name {
            ($d backend:expr) => {
                $($(
                    #[test]
                    fn $claim() {
                        $crate::conformance::$module::$claim(&$d backend);
                    }
                )*)*
            };
        }
    };
}

claims! { $ objects_conformance OBJECTS_CLAIMS: Keeper;
    files {
        what_is_created_stays_as_it_was_first
        many_are_created_at_once
        it_is_found_fit
        replacing_compares_first
        names_are_listed_in_order_by_how_they_begin_and_are_gone_when_removed
        names_that_lead_elsewhere_are_refused
        of_many_creators_and_of_many_replacers_one_wins
        objects_are_there_after_reopening
    }
}

claims! { $ conformance CLAIMS: Backend;
    order {
        the_same_act_twice_has_one_place_and_what_came_first_stands
        the_same_act_twice_in_a_batch_has_one_place
        a_batch_is_placed_whole_or_not_at_all
        an_act_that_changed_since_its_admission_is_refused
        indices_and_numbers_count_without_a_gap
        each_dossier_touched_gets_one_head_entry
        a_batch_of_acts_known_already_adds_nothing
        an_empty_batch_asks_for_the_seat_alone
        entries_come_in_pieces_without_a_gap
        a_batch_of_a_thousand_is_placed
        a_dossier_takes_no_more_acts_than_a_bundle
    }
    head {
        a_new_record_is_empty
        a_fenced_seat_changes_nothing
        advancing_compares_and_sets
        what_is_integrated_follows_what_was
        publishing_never_goes_back
        publishing_again_keeps_the_last_cosignatures
        only_what_is_published_is_tidied_and_only_whole_batches
        no_size_ever_decreases
        what_witnesses_know_is_kept
        what_others_have_is_kept_and_nothing_is_written_before_it_is_here
        a_record_that_was_forked_takes_nothing
        what_returned_is_there_after_reopening
    }
    shelf {
        dossiers_come_in_the_order_they_were_opened
        what_was_opened_first_stands
        a_dossier_outside_the_calendar_is_refused
        acts_come_by_number_in_pieces
        an_act_is_found_by_its_id
        what_is_not_there_is_none
        the_newest_link_is_that_of_the_last_entry_below_a_size
        names_of_any_kind_come_back_as_they_were
    }
    evidence {
        a_stamp_is_kept_once_in_the_order_it_came
        a_material_is_kept_once_and_the_wider_audience_stands
        a_name_stands_for_one_material
        a_document_is_kept_once_and_the_wider_audience_stands
        another_record_grows_and_never_shrinks
        another_record_that_contradicts_itself_is_refused
        evidence_of_nothing_is_refused
        evidence_is_there_after_reopening
    }
    restore {
        what_others_have_more_of_stops_the_record
        adopting_goes_on_from_a_tree_that_was_signed
        what_is_lost_stops_the_dossiers_that_were_there
        what_was_lost_comes_back_to_its_old_place
        a_link_without_its_act_holds_its_number
        what_contradicts_the_record_is_not_put_back
    }
    race {
        threads_sequence_without_gap_or_double
        of_many_seats_the_last_alone_writes
        who_reads_beside_a_writer_sees_whole_batches
    }
}
