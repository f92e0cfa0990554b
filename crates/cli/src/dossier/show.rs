//! `countersign dossier show`: a dossier on a page.

use std::path::PathBuf;

use countersign_agreement::signed::SignedAct;
use countersign_authority::model::act::Visibility;
use countersign_notation::time::rfc3339;
use countersign_verify::bundle::BundledAct;
use serde_json::{Value, json};

use crate::exit::{Exit, Failure};
use crate::home::Home;
use crate::keeping::{self, Dossier};
use crate::recorded::{Recorded, Standing};
use crate::shell::Shell;

/// What `dossier show` is given.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The dossier: its name in the home, or a working folder
    #[arg(value_name = "NAME|DIR")]
    name: PathBuf,
}

pub(super) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let word = args.name.to_str().filter(|word| !word.contains(['/', '\\']));
    let recorded = match (Home::find()?, word) {
        (Some(home), Some(word)) => Recorded::open(home, word)?,
        _ => None,
    };
    let standings = recorded.as_ref().map(Recorded::standings).transpose()?;
    let dossier: Box<dyn Dossier> = match recorded {
        Some(recorded) => Box::new(recorded),
        None => keeping::open(&args.name)?,
    };
    let acts = dossier.acts()?;
    let standing = |at: usize| standings.as_ref().and_then(|standings| standings.get(at));
    let rows: Vec<Value> = acts.iter().enumerate().map(|(at, act)| row(act, standing(at))).collect();
    let texts: Vec<String> = dossier.texts()?.iter().map(ToString::to_string).collect();
    let manifest = dossier.manifest();
    if shell.json {
        shell.print_json(&json!({
            "dossier": manifest.id, "title": manifest.title, "parties": manifest.parties,
            "record": manifest.origin, "acts": rows, "texts": texts,
        }))?;
        return Ok(Exit::Yes);
    }
    let mut text = format!("{} · {} · {}\n", manifest.id, manifest.title, manifest.parties.join(", "));
    for (act, value) in acts.iter().zip(&rows) {
        text.push_str(&line(act, value));
    }
    for digest in &texts {
        text.push_str(&format!("text    {digest}\n"));
    }
    text.push_str(&withheld("the other parties", &acts, Visibility::Own));
    text.push_str(&withheld("the public", &acts, Visibility::Parties));
    text.push_str(&match (&manifest.origin, standings.as_ref().and_then(|all| all.last())) {
        (None, _) => "Record  none: this is a working folder\n".to_owned(),
        (Some(origin), None) => format!("Record  {origin}, no act yet\n"),
        (Some(origin), Some(last)) => {
            format!("Record  {origin}, {} acts, the newest at {}\n", acts.len(), last.words())
        }
    });
    shell.print(&text)?;
    Ok(Exit::Yes)
}

fn row(act: &BundledAct, standing: Option<&Standing>) -> Value {
    let read = SignedAct::read(&act.json).ok();
    json!({
        "act": act.number, "id": act.id.to_string(),
        "kind": read.as_ref().map(|read| read.kind.word()),
        "at": read.as_ref().map(|read| rfc3339(read.at)),
        "by": read.as_ref().map(|read| read.person.to_string()),
        "on_behalf_of": read.as_ref().map(|read| read.on_behalf_of.to_string()),
        "visibility": read.as_ref().map(|read| visibility(read.visibility)),
        "timestamp": act.tsr.is_some(),
        "record": standing.map(Standing::json),
    })
}

fn line(act: &BundledAct, row: &Value) -> String {
    let word = |name: &str| row[name].as_str().unwrap_or("?").to_owned();
    let record = row.get("record").unwrap_or(&Value::Null);
    let record = match (record["index"].as_u64(), record["state"].as_str()) {
        (Some(index), Some(state)) => format!(" · record index {index}, {state}"),
        _ => String::new(),
    };
    format!(
        "act {:<3} {} · {} by {} for {} · {}{record}\n",
        act.number,
        word("at"),
        word("kind"),
        word("by"),
        word("on_behalf_of"),
        word("visibility"),
    )
}

fn visibility(visibility: Visibility) -> &'static str {
    Visibility::WORDS.iter().find(|(known, _)| *known == visibility).map_or("", |(_, word)| *word)
}

/// Whom which acts are withheld from: those no wider than a visibility.
fn withheld(whom: &str, acts: &[BundledAct], widest: Visibility) -> String {
    let narrow = |act: &&BundledAct| {
        SignedAct::read(&act.json).is_ok_and(|read| match widest {
            Visibility::Own => read.visibility == Visibility::Own,
            _ => read.visibility != Visibility::Public,
        })
    };
    let numbers: Vec<String> = acts.iter().filter(narrow).map(|act| act.number.to_string()).collect();
    match numbers.as_slice() {
        [] => String::new(),
        numbers => format!("Withheld from {whom}: acts {}\n", numbers.join(", ")),
    }
}
