//! Editions of the legal profiles: what each rule of column B states, with its citation, and until when it is to be
//! looked at again.

use super::policy::Profile;
use super::time::{Day, Instant, Utc, Zone};

/// One edition of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edition {
    /// Which profile.
    pub profile: Profile,
    /// The edition: year and month.
    pub edition: &'static str,
    /// The day from which reports warn that nobody has looked at it since.
    pub expires: &'static str,
    /// Who reviewed it as counsel; nobody yet.
    pub reviewed_by: Option<&'static str>,
    /// Each rule with its source.
    pub rules: &'static [(&'static str, &'static str)],
}

/// Every profile's edition.
pub const EDITIONS: [Edition; 3] = [
    Edition {
        profile: Profile::Strict,
        edition: "2026-11",
        expires: "9999-12-31",
        reviewed_by: None,
        rules: &[("the party's own rules only", "the map")],
    },
    Edition {
        profile: Profile::Vclt,
        edition: "2026-11",
        expires: "2029-01-01",
        reviewed_by: None,
        rules: &[
            ("full powers, also from an office presumed to represent", "VCLT 7(1)"),
            (
                "head of state, head of government, foreign minister represent without full powers",
                "VCLT 7(2)(a)",
            ),
            ("an unauthorised act is without effect unless confirmed", "VCLT 8"),
            ("ad referendum binds once confirmed", "VCLT 12(2)(b)"),
            ("subject to ratification binds once ratified", "VCLT 14(1)(c)"),
            ("a manifest violation of a fundamental rule may be invoked by the party", "VCLT 46"),
            ("a restriction notified beforehand may be invoked by the party", "VCLT 47"),
            ("notice of withdrawal needs the authority that entry needed", "VCLT 67(2)"),
        ],
    },
    Edition {
        profile: Profile::Unidroit,
        edition: "2026-11",
        expires: "2029-01-01",
        reviewed_by: None,
        rules: &[
            ("actual authority, with what it takes to carry it out", "UNIDROIT 2.2.2"),
            ("apparent authority from the principal's own manifestation", "UNIDROIT 2.2.5(2)"),
            ("self-dealing lets the principal avoid, unless released", "UNIDROIT 2.2.7"),
            ("an unauthorised act may be confirmed", "UNIDROIT 2.2.9"),
            ("an end counts once the other side knew or ought to have known", "UNIDROIT 2.2.10"),
        ],
    },
];

impl Edition {
    /// The edition of a profile.
    pub fn of(profile: Profile) -> &'static Self {
        match profile {
            Profile::Strict => &EDITIONS[0],
            Profile::Vclt => &EDITIONS[1],
            Profile::Unidroit => &EDITIONS[2],
        }
    }

    /// Whether the edition is past its day.
    pub fn expired(&self, at: Instant) -> bool {
        Day::parse(self.expires).is_some_and(|day| at >= Utc.start_of(day))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_has_its_own_edition_with_a_day_that_exists() {
        for edition in EDITIONS {
            assert_eq!(Edition::of(edition.profile), &edition);
            assert!(Day::parse(edition.expires).is_some(), "{}", edition.expires);
        }
    }
}
