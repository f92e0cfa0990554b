//! `countersign log witness`: the home's witnesses are asked now.

use countersign_store::witnesses::Answer;
use serde_json::{Value, json};

use super::trust::{checkpoint_json, escaped, quorum_json, quorum_words};
use crate::exit::{Exit, Failure};
use crate::home::{self, Alarms, Home};
use crate::shell::Shell;

/// What `log witness` is given.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "What was sequenced and not published yet is published first. Witnesses are those of the home's
witnesses.policy; who cosigned already isn't asked again once the quorum is met.

Exit codes: 0 enough witnesses cosigned · 1 a witness contradicts the record · 3 too few cosigned, or the
record is empty · 2 usage"
)]
pub(super) struct Args {}

pub(super) fn run(_: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let home = Home::needed()?;
    let _lock = home.lock()?;
    let stores = home.stores()?;
    let published = home.writer(&stores)?.publish().map_err(home::write)?;
    let Some(published) = published else {
        if shell.json {
            shell.print_json(&json!({"checkpoint": null, "quorum": null, "witnesses": []}))?;
        } else {
            shell.print("the record is empty: there is no checkpoint to cosign\n")?;
        }
        return Ok(Exit::Undetermined);
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

fn answer_json(answer: &Answer, alarms: &Alarms) -> Value {
    let kept = alarms.kept().into_iter().find(|kept| kept.witness == answer.witness);
    let folder = kept.and_then(|kept| kept.folder.ok()).map(|folder| folder.display().to_string());
    json!({
        "witness": answer.witness.name().as_str(), "cosigned": answer.said.is_ok(), "alarm": answer.alarms(),
        "kept": folder, "message": answer.said.as_ref().err().map(ToString::to_string),
    })
}
