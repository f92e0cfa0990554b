//! `countersign log witness`: the home's witnesses are asked now.

use countersign_store::ledger::{Elsewhere, Ledger as _, LedgerError};
use countersign_store::witnesses::Answer;
use countersign_store::writer::WriteError;
use serde_json::{Value, json};

use super::trust::{checkpoint_json, escaped, quorum_json, quorum_words};
use crate::exit::{Exit, Failure};
use crate::home::{self, Alarms, Home, Kept};
use crate::shell::Shell;

/// What `log witness` is given.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "What was sequenced and not published yet is published first. Witnesses are those of the home's
witnesses.policy; who cosigned already isn't asked again once the quorum is met.

Exit codes: 0 enough witnesses cosigned · 1 a witness contradicts the record · 3 too few cosigned,
or nobody is to be asked · 2 usage"
)]
pub(super) struct Args {}

pub(super) fn run(_: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let home = Home::needed()?;
    let _lock = home.lock()?;
    let stores = home.stores()?;
    let mut writer = home.writer(&stores)?;
    // A record that is held back goes on where the witnesses say that it may.
    let held_back = stores.store.head().map_err(home::ledger)?.elsewhere != Elsewhere::Nothing;
    let confirmed = if held_back { writer.confirm().map(|_| ()) } else { Ok(()) };
    let published = match confirmed.and_then(|()| writer.publish()) {
        Err(error) if contradicted(&error, &home.alarms) => return alarm(&error, &home.alarms, shell),
        published => published.map_err(home::write)?,
    };
    let exit = match (published.alarms().next(), published.quorum().is_met()) {
        (Some(_), _) => Exit::No,
        (None, true) => Exit::Yes,
        (None, false) => Exit::Undetermined,
    };
    if shell.json {
        let answers = published.answers().iter().map(|answer| answer_json(answer, &home.alarms));
        shell.print_json(&json!({
            "checkpoint": checkpoint_json(published.checkpoint()),
            "quorum": quorum_json(published.quorum()), "witnesses": answers.collect::<Vec<Value>>(),
        }))?;
    } else {
        let said = published.checkpoint().checkpoint();
        let mut text = format!(
            "{} · {} entries\n  root       {}\n  witnessed  {}\n",
            said.origin(),
            said.size(),
            said.root(),
            quorum_words(published.quorum())
        );
        for answer in published.answers() {
            let name = escaped(answer.witness.name().as_str());
            let mark = if answer.alarms() { "ALARM " } else { "" };
            let words = match &answer.said {
                Ok(_) => "cosigned".to_owned(),
                Err(silence) => escaped(&silence.to_string()),
            };
            text.push_str(&format!("  {mark}{name}: {words}\n"));
            for kept in home.alarms.kept().iter().filter(|kept| kept.witness == answer.witness) {
                text.push_str(&format!("    {}\n", kept.words()));
            }
        }
        shell.print(&text)?;
    }
    Ok(exit)
}

/// Whether nothing is signed because others have more of the record, or another one.
fn contradicted(error: &WriteError, alarms: &Alarms) -> bool {
    matches!(error, WriteError::Ledger(LedgerError::Behind { .. } | LedgerError::Contradicted { .. }))
        || !alarms.kept().is_empty()
}

/// Nothing was published: why, and who says so.
fn alarm(error: &WriteError, alarms: &Alarms, shell: &mut Shell) -> Result<Exit, Failure> {
    let (why, kept) = (home::told(error), alarms.kept());
    if shell.json {
        let witnesses: Vec<Value> = kept
            .iter()
            .map(|kept| {
                json!({
                    "witness": kept.witness.name().as_str(), "cosigned": false, "alarm": true,
                    "kept": kept.folder().map(|folder| folder.display().to_string()), "message": kept.says,
                })
            })
            .collect();
        shell.print_json(
            &json!({"checkpoint": null, "quorum": null, "witnesses": witnesses, "message": why}),
        )?;
    } else {
        let mut text = format!("ALARM nothing is published: {}\n", escaped(&why));
        for kept in &kept {
            let name = escaped(kept.witness.name().as_str());
            text.push_str(&format!("  ALARM {name}: {}\n    {}\n", escaped(&kept.says), kept.words()));
        }
        shell.print(&text)?;
    }
    Ok(Exit::No)
}

fn answer_json(answer: &Answer, alarms: &Alarms) -> Value {
    let kept = alarms.kept().into_iter().find(|kept| kept.witness == answer.witness);
    let folder = kept.as_ref().and_then(Kept::folder).map(|folder| folder.display().to_string());
    json!({
        "witness": answer.witness.name().as_str(), "cosigned": answer.said.is_ok(), "alarm": answer.alarms(),
        "kept": folder, "message": answer.said.as_ref().err().map(ToString::to_string),
    })
}
