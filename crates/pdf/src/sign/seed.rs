//! What the maker of a field asks of whoever signs it: seed values (ISO 32000-2 §12.7.5.5, table 237).
//!
//! What is demanded and can be met is held to; what is demanded and isn't known here is refused. What is only wished for
//! is left to the signer.

use super::plan::Plan;
use super::request::{Permission, SignatureRequest};
use crate::document::{ReadError, View};
use crate::object::{Dictionary, Object};
use crate::text::text;

/// A demand that the signature would not meet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SeedError {
    /// Something else than what the field takes.
    #[error("the field takes no {what} `{given}`; it takes {allowed}")]
    NotAllowed {
        /// Of what.
        what: &'static str,
        /// What the signature would have.
        given: String,
        /// What the field allows.
        allowed: String,
    },
    /// Something that the field demands is not there.
    #[error("the field demands {what}")]
    Missing {
        /// What.
        what: &'static str,
    },
    /// The field wants an approval where a certification is asked for, another one, or the other way round.
    #[error("the field is for {wanted}")]
    Kind {
        /// What for.
        wanted: String,
    },
    /// A demand that isn't known here.
    #[error("the field demands `{entry}`, which can't be met here")]
    Unknown {
        /// Which entry of its seed values.
        entry: &'static str,
    },
}

/// Bits of `/Ff` of the seed values: which entries are demands.
const DEMANDS: [(i64, &str); 9] = [
    (1, "Filter"),
    (1 << 1, "SubFilter"),
    (1 << 2, "V"),
    (1 << 3, "Reasons"),
    (1 << 4, "LegalAttestation"),
    (1 << 5, "AddRevInfo"),
    (1 << 6, "DigestMethod"),
    (1 << 7, "LockDocument"),
    (1 << 8, "AppearanceFilter"),
];

/// Seed values of version 3 are those of PDF 2.0; more is not known here.
const VERSION_MAX: i64 = 3;

pub(crate) struct Seed<'d, 'a> {
    view: View<'d, 'a>,
    values: Dictionary<'a>,
}

/// Either kind of failure.
pub(crate) enum Failure {
    Read(ReadError),
    Seed(SeedError),
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl From<SeedError> for Failure {
    fn from(error: SeedError) -> Self {
        Self::Seed(error)
    }
}

impl<'d, 'a> Seed<'d, 'a> {
    pub(crate) fn new(view: View<'d, 'a>, values: Dictionary<'a>) -> Self {
        Self { view, values }
    }

    /// Holds what is to be signed against what the field demands.
    pub(crate) fn check(&self, request: &SignatureRequest<'_>, plan: &Plan<'_>) -> Result<(), Failure> {
        let flags = self.view.get(&self.values, "Ff")?.as_integer().unwrap_or(0);
        for (_, entry) in DEMANDS.into_iter().filter(|(bit, _)| flags & bit != 0) {
            self.demand(entry, request, plan)?;
        }
        self.kind(request)?;
        self.timestamp(plan)?;
        self.certificate(plan)
    }

    fn demand(
        &self,
        entry: &'static str,
        request: &SignatureRequest<'_>,
        plan: &Plan<'_>,
    ) -> Result<(), Failure> {
        match entry {
            "Filter" => self.only("signature handler", entry, super::FILTER),
            "SubFilter" => self.one_of("encoding", entry, super::SUB_FILTER),
            "V" => match self.view.get(&self.values, entry)?.as_number() {
                #[expect(clippy::cast_precision_loss, reason = "a small constant")]
                Some(version) if version > VERSION_MAX as f64 => Err(SeedError::Unknown { entry }.into()),
                _ => Ok(()),
            },
            "Reasons" => self.reason(request.reason()),
            "DigestMethod" => {
                let digest = plan.digest().to_string();
                self.one_of("digest", entry, &digest.replace('-', ""))
            }
            _ => {
                // Demanded to be false or empty: nothing is demanded.
                let value = self.view.get(&self.values, entry)?;
                let is_no = value.is_null() || value.as_boolean() == Some(false);
                if is_no { Ok(()) } else { Err(SeedError::Unknown { entry }.into()) }
            }
        }
    }

    /// The reasons that are allowed; none, or a full stop alone: no reason may be given (table 237).
    fn reason(&self, given: Option<&str>) -> Result<(), Failure> {
        let allowed = self.texts("Reasons")?;
        if allowed.is_empty() || allowed == ["."] {
            return match given {
                None => Ok(()),
                Some(given) => Err(refused("reason", given, &[])),
            };
        }
        match given {
            Some(given) if allowed.iter().any(|one| one == given) => Ok(()),
            Some(given) => Err(refused("reason", given, &allowed)),
            None => Err(SeedError::Missing { what: "a reason" }.into()),
        }
    }

    /// `/MDP`: 0 for an approval, 1 to 3 for a certification with that permission.
    fn kind(&self, request: &SignatureRequest<'_>) -> Result<(), Failure> {
        let wanted = self.view.dictionary(&self.values, "MDP")?;
        let Some(number) = self.view.get(&wanted, "P")?.as_integer() else { return Ok(()) };
        let given = request.certify.map_or(0, Permission::number);
        if given == number {
            return Ok(());
        }
        let wanted = match Permission::of(number) {
            Some(permission) => format!("a certification that permits {permission}"),
            None => "an approval, not a certification".to_owned(),
        };
        Err(SeedError::Kind { wanted }.into())
    }

    /// `/TimeStamp` with `/Ff` 1: a timestamp is demanded. Which authority's is asked is the caller's affair.
    fn timestamp(&self, plan: &Plan<'_>) -> Result<(), Failure> {
        let wanted = self.view.dictionary(&self.values, "TimeStamp")?;
        let demanded = self.view.get(&wanted, "Ff")?.as_integer().unwrap_or(0) & 1 != 0;
        if demanded && plan.token_room == 0 {
            return Err(SeedError::Missing { what: "a timestamp" }.into());
        }
        Ok(())
    }

    /// `/Cert` (table 238): bit 1 the signer's certificate, bit 2 one above it; the others aren't known here.
    fn certificate(&self, plan: &Plan<'_>) -> Result<(), Failure> {
        let wanted = self.view.dictionary(&self.values, "Cert")?;
        let flags = self.view.get(&wanted, "Ff")?.as_integer().unwrap_or(0);
        if flags & 1 != 0 && !self.holds(&wanted, "Subject", plan.certificate.as_der())? {
            return Err(SeedError::Missing { what: "the certificate of somebody else" }.into());
        }
        if flags & 2 != 0 {
            let mut found = false;
            for above in plan.chain {
                found = found || self.holds(&wanted, "Issuer", above.as_der())?;
            }
            if !found {
                return Err(SeedError::Missing { what: "a certificate from another authority" }.into());
            }
        }
        if flags & !3 != 0 {
            return Err(SeedError::Unknown { entry: "Cert" }.into());
        }
        Ok(())
    }

    fn holds(&self, wanted: &Dictionary<'a>, name: &str, der: &[u8]) -> Result<bool, ReadError> {
        for one in self.view.array(wanted, name)? {
            if self.view.resolve(&one)?.as_string() == Some(der) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn only(&self, what: &'static str, entry: &str, given: &str) -> Result<(), Failure> {
        match self.view.get(&self.values, entry)?.as_name() {
            Some(wanted) if wanted != given.as_bytes() => {
                Err(refused(what, given, &[String::from_utf8_lossy(wanted).into_owned()]))
            }
            _ => Ok(()),
        }
    }

    fn one_of(&self, what: &'static str, entry: &str, given: &str) -> Result<(), Failure> {
        let allowed = self.texts(entry)?;
        if allowed.is_empty() || allowed.iter().any(|one| one == given) {
            return Ok(());
        }
        Err(refused(what, given, &allowed))
    }

    /// Names or strings in an array.
    fn texts(&self, entry: &str) -> Result<Vec<String>, ReadError> {
        let mut found = Vec::new();
        for item in self.view.array(&self.values, entry)? {
            match &*self.view.resolve(&item)? {
                Object::String(bytes) => found.push(text(bytes)),
                Object::Name(name) => found.push(String::from_utf8_lossy(name.as_bytes()).into_owned()),
                _ => {}
            }
        }
        Ok(found)
    }
}

fn refused(what: &'static str, given: &str, allowed: &[String]) -> Failure {
    let allowed = if allowed.is_empty() { "none".to_owned() } else { format!("`{}`", allowed.join("`, `")) };
    SeedError::NotAllowed { what, given: given.to_owned(), allowed }.into()
}
