//! Whatever is asked in whatever order, the file and the memory say the same.

#![expect(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "what is drawn is small")]

use std::fmt::Debug;

use countersign_store::conformance::made;
use countersign_store::dossiers::Store;
use countersign_store::ledger::{Cosigned, Seat};
use countersign_store::memory::Memory;

use crate::sqlite::Folder;

/// Numbers that look random and are the same every time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// One call, and what came of it in words.
fn step(draw: &mut Draw, store: &dyn Store) -> String {
    let said = |outcome: &dyn Debug| format!("{outcome:?}");
    let dossier = ["a", "b", "c", "nowhere"][draw.below(4) as usize];
    let head = store.head().unwrap();
    let seat = Seat(head.seat.0.saturating_sub(u64::from(draw.below(8) == 0)));
    let near = |size: u64, off: u64| {
        made::tree((size + off).saturating_sub(2), ["", "other"][usize::from(off == 3)])
    };
    match draw.below(14) {
        0 => said(&store.open(&made::dossier(["a", "b", "c"][draw.below(3) as usize]))),
        1 => said(&store.take_seat()),
        2..=5 => {
            let from = draw.below(60);
            let mut batch = made::acts(dossier, from..from + draw.below(5));
            batch.extend(made::acts("a", from..from + draw.below(3)));
            said(&store.sequence(seat, &batch))
        }
        6 => {
            let next = near(head.sequenced.get(), draw.below(4));
            said(&store.advance(seat, head.integrated, &made::signed(next)))
        }
        7 => said(&store.publish(seat, &made::signed(near(head.integrated.size.get(), draw.below(4))))),
        8 => said(&store.tidy(seat, near(head.published_size().get(), draw.below(4)).size)),
        9 => said(&store.entries(made::index(draw.below(90)), draw.below(9) as usize)),
        10 => said(&store.newest(dossier, made::size(draw.below(90)))),
        11 => said(&store.acts(dossier, draw.below(9) as u32, draw.below(9) as usize)),
        12 => said(&store.keep_stamp(made::act(dossier, draw.below(60)).id, &[draw.below(3) as u8])),
        _ => {
            let witness = ["v", "w"][draw.below(2) as usize].to_owned();
            said(&store.keep_cosigned(seat, &Cosigned { witness, size: made::size(draw.below(90)) }))
        }
    }
}

#[test]
fn the_file_and_the_memory_say_the_same() {
    for seed in 1..=6 {
        let folder = Folder::new();
        let (file, memory) = (folder.create(), Memory::new());
        let draws = || Draw(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
        let (mut of_file, mut of_memory) = (draws(), draws());
        for at in 0..250 {
            let (file_said, memory_said) = (step(&mut of_file, &file), step(&mut of_memory, &memory));
            assert_eq!(file_said, memory_said, "seed {seed}, step {at}");
        }
        file.check().unwrap();
        let (file, memory): (&dyn Store, &dyn Store) = (&file, &memory);
        assert_eq!(file.head().unwrap(), memory.head().unwrap());
        assert_eq!(file.cosigned().unwrap(), memory.cosigned().unwrap());
        assert_eq!(file.dossiers(None, 9).unwrap(), memory.dossiers(None, 9).unwrap());
        assert!(file.head().unwrap().sequenced.get() > 40);
    }
}
