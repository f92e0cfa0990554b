//! Dictionaries (ISO 32000-2 §7.3.7).

use super::{Name, Object};

/// Names with their objects, in the file's order, each name once.
///
/// `null` counts as absent: [`Dictionary::get`] doesn't answer with it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Dictionary<'a>(Vec<(Name<'a>, Object<'a>)>);

impl<'a> Dictionary<'a> {
    /// Nothing at all.
    pub(crate) const NONE: Dictionary<'static> = Dictionary(Vec::new());

    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What stands under a name, references as they are; `None` for `null` (§7.3.7).
    pub fn get(&self, name: &str) -> Option<&Object<'a>> {
        self.get_bytes(name.as_bytes())
    }

    /// The same for a name that need not be text.
    pub fn get_bytes(&self, name: &[u8]) -> Option<&Object<'a>> {
        self.0
            .iter()
            .find(|(key, _)| key.as_bytes() == name)
            .map(|(_, value)| value)
            .filter(|value| !value.is_null())
    }

    /// Puts an object under a name: in the place of what stood there, else at the end.
    pub fn set(&mut self, name: impl Into<Name<'a>>, value: impl Into<Object<'a>>) {
        let (name, value) = (name.into(), value.into());
        match self.0.iter_mut().find(|(key, _)| *key == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// The same, for building in one expression.
    #[must_use]
    pub fn with(mut self, name: impl Into<Name<'a>>, value: impl Into<Object<'a>>) -> Self {
        self.set(name, value);
        self
    }

    /// Takes a name out, and gives what stood there.
    pub fn remove(&mut self, name: &str) -> Option<Object<'a>> {
        let at = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.remove(at).1)
    }

    /// What stands under a name, to be changed; `null` is put there where nothing does.
    pub(crate) fn entry(&mut self, name: &'a str) -> &mut Object<'a> {
        let at = self.0.iter().position(|(key, _)| key == name).unwrap_or_else(|| {
            self.0.push((name.into(), Object::Null));
            self.0.len().saturating_sub(1)
        });
        #[expect(clippy::indexing_slicing, reason = "found or pushed just now")]
        &mut self.0[at].1
    }

    /// All names with their objects, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Name<'a>, &Object<'a>)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no name.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `/Type` says this.
    pub fn is_type(&self, name: &str) -> bool {
        self.get("Type").and_then(Object::as_name) == Some(name.as_bytes())
    }

    /// The same dictionary, owning all it holds.
    pub fn into_owned(self) -> Dictionary<'static> {
        Dictionary(self.0.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// Entries whose names the reader has found to be distinct.
    pub(crate) fn of(entries: Vec<(Name<'a>, Object<'a>)>) -> Self {
        Self(entries)
    }
}

impl<'a, N: Into<Name<'a>>, const COUNT: usize> From<[(N, Object<'a>); COUNT]> for Dictionary<'a> {
    fn from(entries: [(N, Object<'a>); COUNT]) -> Self {
        let mut dictionary = Self::new();
        for (name, value) in entries {
            dictionary.set(name, value);
        }
        dictionary
    }
}
