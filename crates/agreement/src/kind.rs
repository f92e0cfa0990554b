//! Kinds of signed acts, and what the body of each holds: one table, read by the reader, the writer and the help.

/// How a field of a body is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Words for people.
    Words,
    /// A SHA-256 digest: a text, a document, a map.
    Digest,
    /// An act's id, which is a digest.
    Act,
    /// An amount of money.
    Amount,
    /// A party's id.
    Party,
    /// An office's id.
    Office,
    /// An office's or a person's id.
    Actor,
    /// Several offices' or persons' ids.
    Actors,
    /// A grant's, deadline's or obligation's id.
    Id,
    /// Several party ids.
    Parties,
    /// Several acts of a power (`sign`, `initial`).
    Verbs,
    /// `definitive`, `ad-referendum` or `subject-to-ratification`.
    Qualifier,
    /// `day`, `month`, `quarter` or `year`.
    Period,
    /// A moment.
    Moment,
    /// A small whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// What an order sets: `[{"quantity","value","unit"}]`.
    Sets,
    /// Who was told, and when: `[{"to","at"}]`.
    Notices,
}

/// A field of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// How it is read.
    pub shape: Shape,
    /// Whether the act makes no sense without it.
    pub required: bool,
}

const fn must(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: true }
}

const fn may(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: false }
}

const SAYS: Field = may("says", Shape::Words);
/// The document of the text that is signed as a PDF: the revision without signatures. Goes with [`PDF`].
const BASE: Field = may("base", Shape::Digest);
/// That PDF with the signer's signature in it.
const PDF: Field = may("pdf", Shape::Digest);

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $word:literal [$($field:expr),* $(,)?]),* $(,)?) => {
        /// What kind of signed act it is (record.md §1).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($(#[$doc])* $kind),* }

        impl Kind {
            /// Every kind with its word in JSON.
            pub const WORDS: &[(Self, &'static str)] = &[$((Self::$kind, $word)),*];

            /// The word of JSON.
            pub fn word(self) -> &'static str {
                match self { $(Self::$kind => $word),* }
            }

            /// The fields of its body.
            pub fn fields(self) -> &'static [Field] {
                match self { $(Self::$kind => const { &[$($field),*] }),* }
            }
        }
    };
}

kinds! {
    /// Opens the dossier.
    OpenDossier = "open-dossier" [must("title", Shape::Words), must("parties", Shape::Parties)],
    /// Takes a map into the dossier.
    AdoptMap = "adopt-map" [must("map", Shape::Digest), must("source", Shape::Words)],
    /// Makes a grant.
    Grant = "grant" [
        must("grant", Shape::Id), must("grantors", Shape::Actors), must("grantee", Shape::Actor),
        must("verbs", Shape::Verbs), may("counterparty", Shape::Party), may("up_to", Shape::Amount),
        may("per", Shape::Period), must("from", Shape::Moment), may("until", Shape::Moment),
        may("depth", Shape::Number), may("special_to", Shape::Digest), may("general", Shape::Flag),
        may("personal", Shape::Flag), may("single_use", Shape::Flag), may("may_deal_with_self", Shape::Flag),
        may("report_due", Shape::Moment), must("basis", Shape::Words),
    ],
    /// Ends a grant.
    Revoke = "revoke" [
        must("grant", Shape::Id), must("from", Shape::Moment), may("notified", Shape::Notices),
        must("basis", Shape::Words),
    ],
    /// Restricts an office.
    Restrict = "restrict" [
        must("office", Shape::Office), must("verbs", Shape::Verbs), may("fundamental", Shape::Flag),
        may("publicised", Shape::Moment), may("notified", Shape::Notices), must("basis", Shape::Words),
    ],
    /// Demands something of the other side, with a clock.
    Demand = "demand" [must("says", Shape::Words), may("deadline", Shape::Id), may("text", Shape::Digest)],
    /// Opens talks.
    Mandate = "mandate" [SAYS],
    /// Lets one text go ahead.
    Release = "release" [must("text", Shape::Digest), SAYS],
    /// Puts a draft on the table.
    Draft = "draft" [must("text", Shape::Digest), SAYS],
    /// Comments on a draft.
    Comment = "comment" [may("text", Shape::Digest), must("says", Shape::Words)],
    /// Adopts a text as definitive.
    Adopt = "adopt" [must("text", Shape::Digest), SAYS],
    /// Initials a text.
    Initial = "initial" [must("text", Shape::Digest), SAYS, BASE, PDF],
    /// Signs a text.
    Sign = "sign" [
        must("text", Shape::Digest), may("qualifier", Shape::Qualifier), may("amount", Shape::Amount), SAYS,
        BASE, PDF,
    ],
    /// Ratifies a text.
    Ratify = "ratify" [must("text", Shape::Digest), may("amount", Shape::Amount), SAYS, BASE, PDF],
    /// Confirms an earlier act.
    Confirm = "confirm" [must("confirms", Shape::Act), SAYS],
    /// Gives a consent that a map asks for.
    Consent = "consent" [must("text", Shape::Digest), SAYS],
    /// Deposits an instrument.
    Deposit = "deposit" [must("text", Shape::Digest), SAYS],
    /// Refuses.
    Refuse = "refuse" [may("text", Shape::Digest), may("confirms", Shape::Act), must("says", Shape::Words)],
    /// Somebody spoke for somebody else; written by whoever heard it, weighs nothing.
    Assurance = "assurance" [
        must("speaker", Shape::Words), must("speaks_for", Shape::Actor), must("says", Shape::Words),
        may("medium", Shape::Words), may("source", Shape::Words), may("public", Shape::Flag),
        may("evidence", Shape::Digest), may("stance", Shape::Words),
    ],
    /// A principal's own public words; written by whoever heard them, binds nobody.
    Statement = "statement" [
        must("speaker", Shape::Words), may("speaks_for", Shape::Actor), must("says", Shape::Words),
        may("medium", Shape::Words), may("source", Shape::Words), may("public", Shape::Flag),
        may("evidence", Shape::Digest), may("stance", Shape::Words),
    ],
    /// Orders somebody below.
    Order = "order" [may("to", Shape::Office), must("sets", Shape::Sets), SAYS],
    /// Reports.
    Report = "report" [may("obligation", Shape::Id), SAYS, may("evidence", Shape::Digest)],
    /// Finds that an obligation was kept or breached.
    Finding = "finding" [may("obligation", Shape::Id), must("says", Shape::Words), may("evidence", Shape::Digest)],
    /// Suspends.
    Suspend = "suspend" [may("text", Shape::Digest), SAYS],
    /// Takes up again.
    Resume = "resume" [may("text", Shape::Digest), SAYS],
    /// Withdraws.
    Withdraw = "withdraw" [may("text", Shape::Digest), SAYS],
    /// Attests a wet-ink signature.
    Attest = "attest" [
        must("act", Shape::Act), must("scan", Shape::Digest), must("attested_by", Shape::Words),
        may("original", Shape::Words),
    ],
    /// Points at an earlier act that is wrong; removes nothing.
    Correct = "correct" [must("act", Shape::Act), must("says", Shape::Words)],
    /// A note.
    Note = "note" [must("says", Shape::Words)],
}

impl Kind {
    /// Whether an act of this kind can change a verdict: what the record tells of an act that is withheld, so that a reader
    /// knows whether its absence matters.
    #[must_use]
    pub fn bears(self) -> bool {
        !matches!(
            self,
            Self::OpenDossier
                | Self::Assurance
                | Self::Statement
                | Self::Note
                | Self::Correct
                | Self::Deposit
        )
    }
}
