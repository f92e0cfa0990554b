//! Names to indices and back.

use alloc::vec::Vec;
use core::borrow::Borrow;

/// Index of an interned name.
pub(crate) type Ix = u32;

/// Names, each with its index in the order of first appearance.
///
/// Found by binary search over their first eight bytes as one number, then over the rest where these are alike: short
/// names cost a comparison of integers a step, and no choice of names costs more than logarithmic time.
#[derive(Debug, Clone)]
pub(crate) struct Interner<N> {
    names: Vec<N>,
    /// Sorted by name.
    index: Vec<(u64, Ix)>,
}

impl<N: Borrow<str> + Clone> Interner<N> {
    pub(crate) fn of<'n>(names: impl Iterator<Item = &'n N>) -> Self
    where
        N: 'n,
    {
        let mut all: Vec<(u64, &str, usize, &N)> = names
            .enumerate()
            .map(|(place, name)| (head(name.borrow()), name.borrow(), place, name))
            .collect();
        all.sort_unstable_by_key(|(head, name, place, _)| (*head, *name, *place));
        all.dedup_by(|later, first| later.1 == first.1);
        let mut places: Vec<(usize, usize)> =
            all.iter().enumerate().map(|(rank, (_, _, place, _))| (*place, rank)).collect();
        places.sort_unstable();
        let names = places.iter().filter_map(|(_, rank)| all.get(*rank)).map(|(.., name)| (*name).clone());
        let mut index: Vec<(u64, Ix)> = all.iter().map(|(head, ..)| (*head, 0)).collect();
        for ((_, rank), ix) in places.iter().zip(0..) {
            if let Some((_, of)) = index.get_mut(*rank) {
                *of = ix;
            }
        }
        Self { names: names.collect(), index }
    }

    pub(crate) fn find(&self, name: &str) -> Option<Ix> {
        let wanted = head(name);
        let rest = |ix: Ix| self.name(ix).map_or("", Borrow::borrow);
        let found =
            self.index.binary_search_by(|(head, ix)| head.cmp(&wanted).then_with(|| rest(*ix).cmp(name)));
        self.index.get(found.ok()?).map(|(_, ix)| *ix)
    }

    pub(crate) fn name(&self, ix: Ix) -> Option<&N> {
        self.names.get(ix as usize)
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }
}

/// The first eight bytes, most significant first, so that numbers sort as names do.
fn head(name: &str) -> u64 {
    name.bytes().chain(core::iter::repeat(0)).take(8).fold(0, |head, byte| head << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;

    #[test]
    fn names_keep_the_order_of_their_first_appearance_and_are_found_again() {
        let mut names: Vec<String> =
            (0..500).map(|n| format!("person-of-the-same-prefix-{}", n * 7919 % 500)).collect();
        names.extend(["a", "ab", "b", "", "person-o", "a"].map(String::from));
        let interner = Interner::of(names.iter());
        assert_eq!(interner.len(), 505);
        for (place, name) in names.iter().enumerate().take(505) {
            assert_eq!(interner.find(name), u32::try_from(place).ok(), "{name}");
            assert_eq!(interner.name(u32::try_from(place).unwrap()), Some(name));
        }
        assert_eq!(interner.find("person-of-the-same-prefix-500"), None);
        assert_eq!(interner.find("aa"), None);
    }
}
