//! A policy beside the maps: demands that no claim can meet, sources that nobody gave, lines that never count.

use countersign_authority::model::map::Fact;
use countersign_authority::model::policy::{GateSigner, GateStep, Policy, Rule, Trust};

use super::{Found, Lint, Placed};
use crate::diagnostic::Fault;
use crate::lint::Finding;
use crate::parse::Parsed;
use crate::policy::whole_vkey;

pub(super) fn look(found: &mut Found<'_>, policy: &Parsed<Policy>) {
    let maps = found.maps;
    let claims = found.facts(|fact| if let Fact::PrincipalClaim(claim) = fact { Some(claim) } else { None });
    let rules = &policy.value.rules;
    let (records, witnesses) = (policy.value.records().next().is_some(), policy.value.witnesses().count());
    let mut note = |lint: Lint, ix: usize, word: &str, message: String, help: &str| {
        let diagnostic = policy.fault(ix, word, |span| Fault::new(span, message).help(help));
        found.findings.push(Finding { lint, diagnostic });
    };
    for (ix, rule) in rules.iter().enumerate() {
        let later = || rules.iter().skip(ix.saturating_add(1));
        match rule {
            Rule::Recognition(line) => {
                let again = |other: &Rule| matches!(other, Rule::Recognition(o) if o.source == line.source && (o.on.is_none() || o.on == line.on));
                if later().any(again) {
                    let what = format!("a later line decides about \"{}\"", line.source);
                    note(
                        Lint::Unreachable,
                        ix,
                        &line.source,
                        what,
                        "the latest matching line wins: drop this one",
                    );
                }
                if !maps.is_empty() && !maps.iter().any(|map| map.value.source == line.source) {
                    let what = format!("no map given is of the source \"{}\"", line.source);
                    note(Lint::Gap, ix, &line.source, what, "sources are matched by their exact name");
                }
            }
            Rule::Profile { parties, profile } => {
                let covers = |other: &Rule| match other {
                    Rule::Profile { parties: later, .. } => {
                        later.is_empty()
                            || !parties.is_empty() && parties.iter().all(|party| later.contains(party))
                    }
                    _ => false,
                };
                if later().any(covers) {
                    let what = format!("a later line replaces this `profile {}`", profile.word());
                    note(
                        Lint::Unreachable,
                        ix,
                        profile.word(),
                        what,
                        "the latest matching line wins: drop this one",
                    );
                }
            }
            Rule::Trust(Trust::Record(key) | Trust::Witness(key)) if !whole_vkey(key) => {
                let what = format!("\"{key}\" is no whole verifier key, so nobody is trusted by it");
                note(Lint::Gap, ix, key, what, "its form is NAME+8 HEX DIGITS+BASE64");
            }
            Rule::Quorum(count) if usize::try_from(*count).map_or(true, |count| count > witnesses) => {
                let what = format!("{count} of {witnesses} trusted witnesses can't cosign");
                note(Lint::Unreachable, ix, "quorum", what, "trust more of them, or lower the quorum");
            }
            Rule::Gate(gate) => {
                let trusts = |lacks: bool, what| lacks.then_some(what);
                let missing = [
                    trusts(!records, "no record is trusted (`trust record \"VKEY\"`)"),
                    trusts(witnesses == 0, "no witness is trusted (`trust witness \"VKEY\"`)"),
                ];
                for lack in missing.into_iter().flatten().filter(|_| gate.witnessed) {
                    let what = format!("the act must be witnessed, and {lack}");
                    note(Lint::Gap, ix, "witnessed", what, "without it no act is shown to be witnessed");
                }
                let claimed = |(_, claim): &(Placed<'_>, &_)| {
                    let claim: &countersign_authority::model::map::PrincipalClaim = claim;
                    claim.party == gate.with
                        && (claim.matter.covers(&gate.matter) || gate.matter.covers(&claim.matter))
                };
                if !maps.is_empty() && !claims.iter().any(claimed) {
                    let what = format!("no map given claims a principal of {} on {}", gate.with, gate.matter);
                    note(
                        Lint::Gap,
                        ix,
                        gate.with.as_str(),
                        what,
                        "without a claim the gate's verdict is `unknown`",
                    );
                }
                let refers = matches!(gate.signer, GateSigner::SameOffice | GateSigner::SamePerson);
                let opens = |other: &Rule| matches!(other, Rule::Gate(o) if o.step == GateStep::OpenTalks && o.with == gate.with && o.matter.covers(&gate.matter));
                if refers && !rules.iter().any(opens) {
                    let what = "there is no gate for the mandate that this one refers to".to_owned();
                    note(
                        Lint::Gap,
                        ix,
                        "same",
                        what,
                        "without an open-talks gate `same` means the principal",
                    );
                }
            }
            _ => {}
        }
    }
    let accepts = |rule: &Rule| matches!(rule, Rule::Recognition(line) if line.standing == countersign_authority::model::policy::Recognised::Accept);
    if !rules.iter().any(accepts) {
        let what = "no source is accepted, so every verdict will be `unknown`".to_owned();
        note(Lint::Gap, 0, "", what, "add `accept source \"…\" on PARTY`");
    }
}
