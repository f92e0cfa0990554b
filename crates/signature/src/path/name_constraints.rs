//! Which names an authority may vouch for (RFC 5280 §4.2.1.10, §6.1.3 (b) and (c), §6.1.4 (g)).

use super::PathError;
use super::budget::Budget;
use super::subtree::{Unreadable, is_excluded_by, is_within};
use crate::certificate::Certificate;
use crate::extensions::content;
use crate::general_name::GeneralName;
use crate::read::{Walk, context, context_primitive};
use der::Tag;
use std::borrow::Cow;

/// The extension: subtrees in which names must lie, and in which they must not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct NameConstraints {
    permitted: Vec<GeneralName>,
    excluded: Vec<GeneralName>,
}

impl NameConstraints {
    /// Neither of them, or one with nothing in it, is no constraint that RFC 5280 knows: refused, not skipped.
    pub(crate) fn read(value: &[u8]) -> der::Result<Self> {
        let mut fields = content(value)?;
        let permitted = fields.take_if(context(0))?.map(|list| subtrees(list.value)).transpose()?;
        let excluded = fields.take_if(context(1))?.map(|list| subtrees(list.value)).transpose()?;
        fields.finish()?;
        if permitted.is_none() && excluded.is_none() {
            return Err(Tag::Sequence.value_error().into());
        }
        Ok(Self { permitted: permitted.unwrap_or_default(), excluded: excluded.unwrap_or_default() })
    }
}

/// `GeneralSubtrees`. RFC 5280 §4.2.1.10 wants the minimum zero, which DER then leaves out, and no maximum.
fn subtrees(list: &[u8]) -> der::Result<Vec<GeneralName>> {
    let mut walk = Walk::new(list)?;
    let mut out = Vec::new();
    while !walk.is_done() {
        let mut subtree = walk.enter(Tag::Sequence)?;
        out.push(GeneralName::read(&mut subtree)?);
        if let Some(minimum) = subtree.take_if(context_primitive(0))?
            && minimum.value != [0]
        {
            return Err(Tag::Integer.value_error().into());
        }
        subtree.finish()?;
    }
    if out.is_empty() { Err(Tag::Sequence.value_error().into()) } else { Ok(out) }
}

/// `permitted_subtrees` and `excluded_subtrees` (RFC 5280 §6.1.2 (b), (c)): a name must lie in one subtree of each list
/// that permits names of its form, which is the intersection that §6.1.4 (g) asks for.
#[derive(Debug, Default)]
pub(super) struct NameState<'a> {
    lists: Vec<Imposed<'a>>,
}

#[derive(Debug)]
struct Imposed<'a> {
    /// Who imposed it; nobody where the verifier did.
    by: Option<&'a Certificate>,
    permitted: &'a [GeneralName],
    excluded: &'a [GeneralName],
}

impl<'a> NameState<'a> {
    /// With the verifier's own subtrees.
    pub(super) fn new(permitted: &'a [GeneralName], excluded: &'a [GeneralName]) -> Self {
        Self { lists: vec![Imposed { by: None, permitted, excluded }] }
    }

    /// RFC 5280 §6.1.4 (g).
    pub(super) fn impose(&mut self, by: &'a Certificate, constraints: &'a NameConstraints) {
        let NameConstraints { permitted, excluded } = constraints;
        self.lists.push(Imposed { by: Some(by), permitted, excluded });
    }

    /// RFC 5280 §6.1.3 (b) and (c).
    pub(super) fn check(&self, certificate: &Certificate, budget: &mut Budget) -> Result<(), PathError> {
        if self.lists.iter().all(|list| list.permitted.is_empty() && list.excluded.is_empty()) {
            return Ok(());
        }
        let subject = certificate.subject_name();
        let own = (!subject.is_empty()).then(|| GeneralName::Directory(subject.clone()));
        // §4.2.1.10: mailboxes in the subject are mailboxes.
        let mailboxes = subject.mailboxes().into_iter().map(GeneralName::Rfc822);
        let alternative = certificate.alternative_names().iter().map(Cow::Borrowed);
        for name in own.into_iter().chain(mailboxes).map(Cow::Owned).chain(alternative) {
            for list in &self.lists {
                list.check(certificate, &name, budget)?;
            }
        }
        Ok(())
    }
}

impl Imposed<'_> {
    fn check(
        &self,
        certificate: &Certificate,
        name: &GeneralName,
        budget: &mut Budget,
    ) -> Result<(), PathError> {
        let of_form = |bases: &[GeneralName]| bases.iter().filter(|base| base.form() == name.form()).count();
        let (permitted, excluded) = (of_form(self.permitted), of_form(self.excluded));
        budget.compare_names(self.permitted.len().saturating_add(self.excluded.len()))?;
        let unreadable = |Unreadable| PathError::NameUnreadable {
            subject: certificate.subject(),
            name: name.to_string(),
            by: self.by(),
        };
        if excluded > 0 {
            for base in self.excluded.iter().filter(|base| base.form() == name.form()) {
                if is_excluded_by(name, base).map_err(unreadable)? {
                    return Err(PathError::NameExcluded {
                        subject: certificate.subject(),
                        name: name.to_string(),
                        by: self.by(),
                        excluded: base_text(base),
                    });
                }
            }
        }
        if permitted > 0 {
            let mut within = false;
            for base in self.permitted.iter().filter(|base| base.form() == name.form()) {
                within |= is_within(name, base).map_err(unreadable)?;
            }
            if !within {
                let bases = self.permitted.iter().filter(|base| base.form() == name.form());
                return Err(PathError::NameNotPermitted {
                    subject: certificate.subject(),
                    name: name.to_string(),
                    by: self.by(),
                    permitted: bases.take(SHOWN_MAX).map(base_text).collect::<Vec<_>>().join(", "),
                });
            }
        }
        Ok(())
    }

    fn by(&self) -> String {
        self.by.map_or_else(|| "the rules asked about".to_owned(), Certificate::subject)
    }
}

/// How many permitted subtrees a message names.
const SHOWN_MAX: usize = 5;

fn base_text(base: &GeneralName) -> String {
    match base {
        GeneralName::Ip(octets) => {
            let (address, mask) = octets.split_at(octets.len().div_euclid(2));
            let [address, mask] = [address, mask].map(|half| GeneralName::Ip(half.to_vec()));
            format!("{address}/{mask}")
        }
        other => other.to_string(),
    }
}
