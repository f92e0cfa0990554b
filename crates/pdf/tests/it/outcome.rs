//! A verdict in one line.

use countersign_pdf::{ChangeVerdict, Coverage, DifferencePolicy, Document, Judgement};
use std::collections::BTreeSet;

/// What is said about the first signature of a file.
pub(crate) fn outcome(file: &[u8]) -> String {
    let judged = Document::read(file).and_then(|document| document.judge(DifferencePolicy::default()));
    match judged {
        Err(error) => format!("refused: {}", variant(&error)),
        Ok(judgements) => judgements.first().map_or("no signature".into(), shown),
    }
}

/// What is said about each signature.
pub(crate) fn outcomes(file: &[u8]) -> Vec<String> {
    let document = Document::read(file).unwrap();
    document.judge(DifferencePolicy::default()).unwrap().iter().map(shown).collect()
}

/// Every change after the first signature.
pub(crate) fn changes(file: &[u8]) -> String {
    let document = Document::read(file).unwrap();
    let judgements = document.judge(DifferencePolicy::default()).unwrap();
    let lines = judgements[0].changes.iter().map(|change| format!("{:?}: {change}", change.level));
    lines.collect::<Vec<_>>().join("\n")
}

fn shown(judgement: &Judgement<'_>) -> String {
    let worst = judgement.changes.iter().map(|change| change.level).max();
    let kinds: BTreeSet<String> = judgement
        .changes
        .iter()
        .filter(|change| Some(change.level) == worst)
        .map(|change| format!("{:?}", change.kind))
        .collect();
    let kinds = kinds.into_iter().collect::<Vec<_>>().join(" ");
    match (judgement.verdict, &judgement.coverage) {
        (ChangeVerdict::Uncovered, Coverage::Broken(fault)) => format!("uncovered: {}", variant(fault)),
        (ChangeVerdict::Untouched, _) => "untouched".into(),
        (ChangeVerdict::AsPermitted(level), _) => {
            format!("permitted, {level:?}: {kinds}").trim_end_matches(": ").into()
        }
        (ChangeVerdict::Suspicious(level), _) => format!("suspicious, {level:?}: {kinds}"),
        (verdict, _) => {
            format!("{verdict:?}: {kinds}").to_lowercase().replacen(&kinds.to_lowercase(), &kinds, 1)
        }
    }
}

/// The name of an error's variant.
fn variant(error: &impl std::fmt::Debug) -> String {
    format!("{error:?}").chars().take_while(|letter| letter.is_alphanumeric()).collect()
}
