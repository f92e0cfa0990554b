//! What no process can do to itself: system calls that fail or never return, a full disk, processes killed at any moment,
//! two writers. Its own test binary, since it is also the process that is killed (`faults drive …`).

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod backup;
mod check;
mod driver;
mod full;
mod processes;
mod scene;
mod strace;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [verb, rest @ ..] = words.as_slice()
        && verb == "drive"
    {
        return driver::run(rest);
    }
    let trial = |name: &str, claim: fn()| {
        Trial::test(name, move || {
            claim();
            Ok::<(), Failed>(())
        })
    };
    libtest_mimic::run(
        &Arguments::from_args(),
        vec![
            trial("no_write_that_fails_or_never_returns_loses_what_was_acknowledged", strace::every_site),
            trial("a_full_disk_stops_the_record_and_room_lets_it_go_on", full::every_page),
            trial("a_copy_made_while_others_write_is_whole", backup::online),
            trial("a_restored_record_signs_nothing_before_it_has_what_was_signed_since", backup::restored),
            trial("a_restored_record_goes_on_when_witnesses_have_seen_no_more", backup::nothing_since),
            trial("an_old_database_beside_a_newer_record_signs_nothing", backup::beside_a_newer_record),
            trial("a_witness_that_has_seen_more_stops_an_old_copy", backup::past_the_program),
            trial("a_seal_that_remembers_signs_nothing_for_an_old_copy", backup::remembered),
            trial("an_old_copy_goes_on_from_a_mirror_that_holds", backup::asked_first),
            trial("two_writers_take_turns_and_never_sign_twice", processes::duel),
            trial("a_process_killed_at_any_moment_loses_nothing", processes::kills),
        ],
    )
    .exit_code()
}
