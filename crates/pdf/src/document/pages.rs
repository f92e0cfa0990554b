//! The pages (ISO 32000-2 §7.7.3).

use super::{ReadError, View};
use crate::object::{Object, Reference};
use std::collections::HashSet;

impl View<'_, '_> {
    /// The pages in order.
    pub fn pages(&self) -> Result<Vec<Reference>, ReadError> {
        let catalog = self.catalog()?;
        let mut pages = Vec::new();
        let mut seen = HashSet::new();
        // What is still to visit, the next one last.
        let mut left: Vec<Reference> =
            catalog.get("Pages").and_then(Object::as_reference).into_iter().collect();
        while let Some(reference) = left.pop() {
            if !seen.insert(reference.number) {
                continue;
            }
            if seen.len() > PAGES_MAX {
                return Err(ReadError::Budget { what: "pages", max: PAGES_MAX });
            }
            let Object::Dictionary(node) = self.object(reference)? else { continue };
            match node.get("Kids") {
                None => pages.push(reference),
                Some(_) => {
                    left.extend(self.array(&node, "Kids")?.iter().rev().filter_map(Object::as_reference));
                }
            }
        }
        Ok(pages)
    }
}

/// Twenty times the longest treaty with its annexes.
const PAGES_MAX: usize = 200_000;
