//! What a log's server answers a mirror: nothing is accepted that isn't the signed tree.
//!
//! The checkpoint is a good one, or the input's; each further answer is the next piece of the input, after its length in two
//! bytes (0xffff: it isn't there).
#![no_main]

use std::sync::Mutex;

use countersign_peer::mirror::{Mirror, Round, Unread, Upstream, faults};
use countersign_store::objects::{Memory, Objects, Tiles};
use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::fsck::{Findings, fsck};
use countersign_tlog::policy::Policy;
use libfuzzer_sys::fuzz_target;

/// A log of 300 entries, and whom it takes.
const CHECKPOINT: &[u8] = include_bytes!("../seeds/mirror.checkpoint");
const POLICY: &[u8] = include_bytes!("../seeds/mirror.policy");

struct Input<'a> {
    checkpoint: &'a [u8],
    rest: Mutex<&'a [u8]>,
}

impl<'a> Input<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let (first, rest) = bytes.split_first().unwrap_or((&0, &[]));
        let (checkpoint, rest) = if first % 2 == 0 { (CHECKPOINT, rest) } else { (rest, &[][..]) };
        Self { checkpoint, rest: Mutex::new(rest) }
    }
}

impl Upstream for Input<'_> {
    fn fetch(&self, name: &str, most: usize) -> Result<Option<Vec<u8>>, Unread> {
        if name == "checkpoint" {
            return Ok(Some(self.checkpoint.to_vec()));
        }
        let mut rest = self.rest.lock().expect("nobody panicked");
        let Some((length, after)) = rest.split_first_chunk() else { return Ok(None) };
        let length = u16::from_be_bytes(*length);
        if length == u16::MAX {
            *rest = after;
            return Ok(None);
        }
        let (answer, after) = after.split_at(usize::from(length).min(after.len()).min(most));
        *rest = after;
        Ok(Some(answer.to_vec()))
    }
}

fuzz_target!(|bytes: &[u8]| {
    let policy = Policy::read(POLICY).expect("a policy");
    let (input, copy) = (Input::new(bytes), Memory::default());
    let found = Mirror { upstream: &input, copy: &copy, policy: &policy, progress: &|_, _| () }.round();
    if let Ok(Round::Grown(grown)) = found {
        let said = grown.checkpoint.checkpoint();
        let findings = fsck(said.size(), said.root(), &Tiles(&copy)).expect("memory answers");
        assert!(matches!(findings, Findings::Sound(_)), "{findings:?}");
    } else {
        assert_eq!(copy.read("checkpoint").expect("memory answers"), None);
    }
    let checkpoint = SignedCheckpoint::read(CHECKPOINT).expect("a checkpoint");
    let _ = faults(checkpoint.checkpoint(), &Input::new(bytes), &mut |_| ());
});
