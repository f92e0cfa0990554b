//! Admission: form and signature, checked before an act takes anybody's turn.

use countersign_agreement::record::{Commitment, Salt};
use countersign_agreement::signed::{ActError, SignedAct, id_of};
use countersign_signature::{SignatureError, verify_detached};

use crate::ledger::Admission;

/// Bound on salt, act and signature together: what the record commits to (record.md §3).
pub const RECORD_MAX: usize = 64 * 1024;

/// An act as it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The act's canonical bytes.
    pub json: Vec<u8>,
    /// The detached CMS signature over them.
    pub p7s: Vec<u8>,
    /// 32 random bytes; where the act was admitted before, those of that time stand.
    pub salt: Salt,
}

/// An act whose form and signature were checked. Only [`admit`] makes one. Whether its signer could bind anybody is not asked
/// here: the record keeps evidence, reports weigh it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    admission: Admission,
    act: SignedAct,
}

/// Why an act is not admitted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdmitError {
    /// Longer than [`RECORD_MAX`].
    #[error(
        "act and signature have {bytes} bytes, the record takes {RECORD_MAX}: put long texts into documents"
    )]
    TooLong {
        /// How many, with the salt.
        bytes: usize,
    },
    /// Not an act.
    #[error("the act can't be read")]
    Act(#[from] ActError),
    /// Not its signature.
    #[error("the act's signature does not hold")]
    Signature(#[from] SignatureError),
}

/// Checks an act. Needs no lock and no database: as many at once as there are cores.
pub fn admit(submission: Submission) -> Result<Admitted, AdmitError> {
    let Submission { json, p7s, salt } = submission;
    let bytes = json.len() + p7s.len() + salt.as_bytes().len();
    if bytes > RECORD_MAX {
        return Err(AdmitError::TooLong { bytes });
    }
    let act = SignedAct::read(&json)?;
    // Whose key it is and what it may do is for reports to say.
    let _ = verify_detached(&json, &p7s)?;
    let admission = Admission {
        dossier: act.dossier.clone(),
        id: id_of(&json),
        entry: Commitment::of(&salt, &json, &p7s),
        json,
        p7s,
        salt,
        visibility: act.visibility,
        bears: act.kind.bears(),
    };
    Ok(Admitted { admission, act })
}

impl Admitted {
    /// What is sequenced.
    pub fn admission(&self) -> &Admission {
        &self.admission
    }

    /// The act as it was read.
    pub fn act(&self) -> &SignedAct {
        &self.act
    }
}
