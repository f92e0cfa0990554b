//! No `yes` without a proof that the independent checker accepts.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use crate::check::{Claim, Evidence, Refused, check};
use crate::judge::question::{Bench, Columns, Subject};
use crate::model::name::PartyId;
use crate::proof::Proof;
use crate::search::ledger::Ledger;
use crate::search::view::View;
use crate::verdict::{Column, ColumnName, Reason, StatementRef, Verdict};

/// Told of each proof.
pub type ShowProof<'p> = dyn Fn(&Evidence<'_>, &Claim<'_>, &Proof) + 'p;

/// What is done with a proof once found.
#[derive(Clone, Copy)]
pub(crate) enum Proofs<'p> {
    /// Every `yes` is checked again, on its own, before it is said.
    Checked,
    /// Checked, and shown.
    Shown(&'p ShowProof<'p>),
    /// The search is believed: for one of millions of rows.
    Believed,
}

impl<'b> Bench<'b> {
    /// Lets no `yes` pass that the independent checker refuses.
    pub(crate) fn checked(
        &self,
        columns: Columns,
        party: &PartyId,
        view: &View,
        ledger: &Ledger,
        subject: &Subject<'b>,
    ) -> Columns {
        let given = |order| self.acts.event(order).map(|event| event.given);
        let used: BTreeSet<(StatementRef, u32)> =
            ledger.uses().filter_map(|(fact, order)| Some((fact, given(order)?))).collect();
        let evidence = Evidence {
            maps: self.world.maps,
            policy: self.world.policy,
            zone: self.world.zone,
            acts: self.acts.all,
            record: self.world.record,
            known_at: self.known_at,
            as_of: self.as_of,
            left_out: &view.dropped,
            used: &used.into_iter().collect::<Vec<_>>(),
        };
        let act = subject.must.and_then(given);
        let one = |name, column: Column| {
            let claim = Claim { party, column: name, text: subject.text, act, matter: subject.matter };
            match column.proof.as_ref().filter(|_| column.verdict == Verdict::Yes) {
                Some(proof) => match check(&evidence, &claim, proof) {
                    Ok(()) => {
                        if let Proofs::Shown(show) = self.proofs {
                            show(&evidence, &claim, proof);
                        }
                        column
                    }
                    Err(Refused { rule, premise }) => {
                        let says = format!(
                            "a proof was found, and its independent check refused it ({}: {premise}): this is a fault of the program, please report it",
                            rule.word()
                        );
                        let why = vec![Reason { rule, says, facts: Vec::new() }];
                        Column { verdict: Verdict::Unknown, why, proof: None }
                    }
                },
                None => column,
            }
        };
        Columns {
            internal: one(ColumnName::Internal, columns.internal),
            legal: one(ColumnName::Legal, columns.legal),
            gate: one(ColumnName::Gate, columns.gate),
        }
    }
}
