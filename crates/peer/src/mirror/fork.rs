//! The alarm: a log's key signed two histories. What shows it is kept.

use std::fmt;

use countersign_store::objects::{Objects, ObjectsError};
use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::hash::Hash;
use countersign_tlog::proof::ConsistencyProof;

/// Two checkpoints that the log's key signed, neither of which begins with the other. Whoever holds both can show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fork {
    /// What the mirror has.
    pub seen: SignedCheckpoint,
    /// What it was offered.
    pub offered: SignedCheckpoint,
    /// The root that the larger tree had at the smaller one's size, with the proof; none where both have one size, since
    /// then the two notes alone show it.
    pub proof: Option<(Hash, ConsistencyProof)>,
    /// The folder among the copy's objects where the evidence lies.
    pub kept: String,
}

impl Fork {
    /// Keeps both notes and why they exclude each other, under a name that the same two always get.
    pub(crate) fn keep(
        objects: &dyn Objects,
        seen: SignedCheckpoint,
        offered: SignedCheckpoint,
        proof: Option<(Hash, ConsistencyProof)>,
    ) -> Result<Self, ObjectsError> {
        let two = format!("{}{}", seen.note().text(), offered.note().text());
        let hash = Hash::leaf(two.as_bytes());
        let name: String = hash.as_bytes().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let kept = format!("fork/{name}");
        let fork = Self { seen, offered, proof, kept };
        let files = [
            ("seen.checkpoint", fork.seen.to_string()),
            ("offered.checkpoint", fork.offered.to_string()),
            ("why.txt", fork.why()),
        ];
        for (name, text) in files {
            objects.create(&format!("{}/{name}", fork.kept), text.as_bytes())?;
        }
        Ok(fork)
    }

    /// For a stranger who holds the two notes.
    fn why(&self) -> String {
        let (seen, offered) = (self.seen.checkpoint(), self.offered.checkpoint());
        let mut text = format!("{self}\n\n");
        match &self.proof {
            None => text.push_str(
                "Both notes are of one size with different roots, and the log's key signed both.\n",
            ),
            Some((root, proof)) => {
                let (small, large) =
                    if seen.size() < offered.size() { (seen, offered) } else { (offered, seen) };
                text.push_str(&format!(
                    "The log's key signed both. The tree of {} leaves had the root\n{root}\nat {} leaves, where the other note has\n{}\n\
                     The consistency proof (RFC 6962, 2.1.2) from that root to\n{}\n\n{proof}",
                    large.size(),
                    small.size(),
                    small.root(),
                    large.root(),
                ));
            }
        }
        text
    }
}

impl fmt::Display for Fork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seen, offered) = (self.seen.checkpoint(), self.offered.checkpoint());
        write!(f, "fork: {} signed two histories, ", seen.origin())?;
        if seen.size() == offered.size() {
            let (seen_root, offered_root) = (seen.root(), offered.root());
            write!(f, "at {} leaves the roots {seen_root} and {offered_root}", seen.size())
        } else {
            write!(f, "the tree of {} leaves and that of {} don't agree", seen.size(), offered.size())
        }
    }
}
