//! `countersign act KIND`: sign an act and put it into a dossier.

use std::path::PathBuf;

use countersign_agreement::kind::{Kind, Shape};
use countersign_agreement::signed::SignedAct;
use countersign_authority::model::name::Digest;
use countersign_authority::model::time::Instant;
use countersign_notation::digest::sha256;
use countersign_notation::time::rfc3339;
use countersign_verify::audience::Audience;
use countersign_verify::evidence::holds;
use serde_json::{Map, Value, json};

use crate::exit::{Exit, Failure};
use crate::keeping::{self, Dossier, Signed};
use crate::recorded::Standing;
use crate::shell::Shell;
use crate::stamp::TsaArgs;
use crate::{input, keys, pdf, stamp};

/// What `act` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  countersign act mandate --key berg --by berg --capacity SL --on-behalf-of RUR --with KRA \\
      --matter security --visibility public --into talks
  countersign act sign --key dahl --by dahl --capacity MFA --on-behalf-of RUR --with KRA \\
      --matter security/nuclear --into talks
  countersign act assurance --key kurt --by kurt --capacity KMFA --on-behalf-of KRA \\
      --matter security --body speaker='A spokesman' --body speaks_for=SL \\
      --body says='The leader agrees' --into talks
  countersign act sign --key berg --by berg --capacity SL --on-behalf-of RUR --with KRA \\
      --matter security/nuclear --into talks --tsa https://tsa.example/ --tsa http://tsa.example.org/
  countersign act sign --key berg --by berg --capacity SL --on-behalf-of RUR --with KRA \\
      --matter security/nuclear --into talks --pdf
  countersign act order --key eriks --by eriks --capacity PRES --on-behalf-of RUR \\
      --matter security/nuclear --body to=AEO --sets 'enrichment 60 percent' --into talks

A text is named by its digest, by the first digits of it, or not at all where there is one only.
Earlier acts are named by number or id. Fields of the kind's body that have no flag are given
with --body NAME=VALUE.")]
pub(crate) struct Args {
    /// What kind of act: mandate, adopt, sign, revoke, grant, refuse, assurance, statement, demand, order …
    kind: String,
    /// The dossier: its name in the home, or a working folder
    #[arg(long, value_name = "NAME|DIR")]
    into: PathBuf,
    /// The key that signs: its name, a PKCS#12 file, or `pkcs11:token=…;object=…` for one on a device
    #[arg(long, value_name = "KEY")]
    key: String,
    /// The folder of keys
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    /// The person who acts
    #[arg(long, value_name = "PERSON")]
    by: String,
    /// The office acted in, or `person`
    #[arg(long, value_name = "OFFICE")]
    capacity: Option<String>,
    /// The grant it rests on
    #[arg(long, value_name = "GRANT")]
    under: Option<String>,
    /// Whom it is meant to bind
    #[arg(long, value_name = "PARTY")]
    on_behalf_of: String,
    /// The other side; may be given several times
    #[arg(long, value_name = "PARTY", num_args = 1..)]
    with: Vec<String>,
    /// On what
    #[arg(long)]
    matter: Option<String>,
    /// The text
    #[arg(long, value_name = "DIGEST")]
    text: Option<String>,
    /// When; now where not given
    #[arg(long, value_name = "TIME", value_parser = input::instant)]
    at: Option<Instant>,
    /// Who may see it: own, parties, public
    #[arg(long, value_name = "WHO")]
    visibility: Option<String>,
    /// How a signature is qualified
    #[arg(long)]
    qualifier: Option<String>,
    /// What is at stake, as in `EUR 8000000`
    #[arg(long, value_name = "AMOUNT")]
    amount: Option<String>,
    /// The act that this one confirms
    #[arg(long, value_name = "ACT")]
    confirms: Option<String>,
    /// In words
    #[arg(long, value_name = "WORDS")]
    says: Option<String>,
    /// What an order sets, as in `enrichment 60 percent`; may be given several times
    #[arg(long, value_name = "QUANTITY VALUE UNIT")]
    sets: Vec<String>,
    /// Who was told and when, as in `KRA 2026-05-06`; may be given several times
    #[arg(long, value_name = "PARTY TIME")]
    notified: Vec<String>,
    /// Another field of the body; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    body: Vec<String>,
    /// Sign the text's PDF as well (PAdES): the file to sign; where not given, the newest signed one of the
    /// dossier, else the text's only PDF
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "", value_parser = pdf::which)]
    pdf: Option<pdf::Which>,
    #[command(flatten)]
    tsa: TsaArgs,
}

pub(crate) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let kind =
        Kind::WORDS.iter().find(|(_, word)| *word == args.kind).map(|(kind, _)| *kind).ok_or_else(|| {
            let words: Vec<&str> = Kind::WORDS.iter().map(|(_, word)| *word).collect();
            let near = countersign_notation::diagnostic::nearest(&args.kind, words.iter().copied());
            let near = near.map_or(String::new(), |near| format!("did you mean `{near}`? "));
            Failure::usage(format!("`{}` is not a kind of act", args.kind))
                .help(format!("{near}kinds: {}", words.join(", ")))
        })?;
    let dossier = keeping::open(&args.into)?;
    let authorities = args.tsa.authorities()?;
    let signer = keys::signer(&args.key, args.keys.as_deref())?;
    let at = args.at.unwrap_or_else(|| shell.now());
    let mut body = Body { args, kind, dossier: &*dossier }.json()?;
    let signed = match &args.pdf {
        Some(which) => {
            let signing = pdf::Signing { dossier: &*dossier, kind, capacity: args.capacity.as_deref(), at };
            Some(signing.sign(&mut body, which, signer.as_ref())?)
        }
        None => None,
    };
    let own_by_default = matches!(kind, Kind::Assurance | Kind::Note);
    let visibility = args.visibility.as_deref().unwrap_or(if own_by_default { "own" } else { "parties" });
    let act = |seen: Option<Digest>| {
        json!({
            "v": 1,
            "dossier": dossier.manifest().id,
            "kind": kind.word(),
            "on_behalf_of": args.on_behalf_of,
            "with": args.with.iter().flat_map(|w| w.split(',')).collect::<Vec<_>>(),
            "by": {"person": args.by, "capacity": args.capacity, "under": args.under},
            "matter": args.matter,
            "at": rfc3339(at),
            "seen": seen.map(|seen| seen.to_string()),
            "visibility": visibility,
            "body": body,
        })
    };
    let read = |act: Value| {
        SignedAct::read_any(act.to_string().as_bytes()).map_err(|error| {
            let fields: Vec<&str> = kind.fields().iter().map(|field| field.name).collect();
            Failure::usage(error.to_string()).help(format!(
                "the body of `{}` holds: {}",
                kind.word(),
                fields.join(", ")
            ))
        })
    };
    let earlier = dossier.acts()?;
    // Who may see it decides what it may have seen.
    let act = read(act(keeping::seen(&earlier, &Audience::of(&read(act(None))?))))?;
    keeping::keeps_quiet(&act, &earlier)?;
    if !holds(signer.certificate(), act.at) {
        return Err(Failure::usage(format!(
            "the certificate of key {} does not hold at {}, the time of the act",
            args.key, act.at
        ))
        .help("such a signature would count for nothing; `countersign key list` shows from when until when each holds"));
    }
    let mut act = Signed::new(&act, signer.as_ref())?;
    if let Some(pdf) = &signed {
        act.beside.push((format!("documents/{}.pdf", sha256(pdf).hex()), pdf.clone()));
    }
    let admitted = dossier.admit(&act)?;
    let (number, id) = (admitted.number, admitted.id);
    let outcome = match &authorities {
        Some(authorities) => {
            let admitted = dossier.acts()?.into_iter().find(|act| act.id == id);
            admitted.map(|act| authorities.stamp(&*dossier, &act)).transpose()?
        }
        None => None,
    };
    if shell.json {
        let mut value = json!({"act": number, "id": id.to_string(), "kind": kind.word(),
            "record": admitted.standing.as_ref().map(Standing::json)});
        if let (Some(pdf), Value::Object(map)) = (&signed, &mut value) {
            map.insert("pdf".to_owned(), json!(sha256(pdf).to_string()));
        }
        if let (Some(outcome), Value::Object(map)) = (&outcome, &mut value) {
            map.insert("timestamp".to_owned(), stamp::outcome_json(outcome));
        }
        shell.print_json(&value)?;
    } else {
        let time = match &outcome {
            Some(Ok(_)) => outcome.as_ref().map(stamp::outcome_words).unwrap_or_default(),
            _ => String::new(),
        };
        let time = if time.is_empty() { time } else { format!(" · {time}") };
        let record = admitted.standing.as_ref().map(|standing| format!(" · {}", standing.words()));
        let record = record.unwrap_or_default();
        let pdf = signed.as_ref().map(|pdf| format!(" · documents/{}.pdf", sha256(pdf).hex()));
        shell.print(&format!(
            "act {number} · {} · {id}{record}{time}{}\n",
            kind.word(),
            pdf.unwrap_or_default()
        ))?;
    }
    let mut troubled = false;
    if let Some(standing) = &admitted.standing {
        standing.told.iter().for_each(|told| shell.tell(told));
        troubled = standing.troubled;
    }
    let Some(Err(none)) = outcome else {
        return Ok(if troubled { Exit::Undetermined } else { Exit::Yes });
    };
    shell.tell(&format!("act {number} is signed and in the dossier, and its time is not proven yet: {none}"));
    shell.tell(&format!("  help: `countersign dossier stamp {} --tsa URL` asks again", dossier.place()));
    Ok(Exit::Undetermined)
}

struct Body<'a> {
    args: &'a Args,
    kind: Kind,
    dossier: &'a dyn Dossier,
}

impl Body<'_> {
    fn json(&self) -> Result<Value, Failure> {
        let args = self.args;
        let mut body = Map::new();
        for pair in &args.body {
            let (name, value) = pair
                .split_once('=')
                .ok_or_else(|| Failure::usage(format!("--body {pair}: expected NAME=VALUE")))?;
            body.insert(name.to_owned(), self.value(name, value)?);
        }
        let flags = [
            ("qualifier", &args.qualifier),
            ("amount", &args.amount),
            ("confirms", &args.confirms),
            ("says", &args.says),
        ];
        for (name, value) in flags {
            if let Some(value) = value {
                body.insert(name.to_owned(), self.value(name, value)?);
            }
        }
        let takes_text = self.kind.fields().iter().find(|field| field.name == "text");
        match (&args.text, takes_text) {
            (Some(text), _) => {
                body.insert("text".to_owned(), json!(self.text(text)?.to_string()));
            }
            (None, Some(field)) if field.required => {
                body.insert("text".to_owned(), json!(self.only_text()?.to_string()));
            }
            _ => {}
        }
        if !args.sets.is_empty() {
            let sets: Result<Vec<Value>, Failure> = args.sets.iter().map(|set| setting(set)).collect();
            body.insert("sets".to_owned(), Value::Array(sets?));
        }
        if !args.notified.is_empty() {
            let told: Result<Vec<Value>, Failure> =
                args.notified.iter().map(|notice| notified(notice)).collect();
            body.insert("notified".to_owned(), Value::Array(told?));
        }
        Ok(Value::Object(body))
    }

    /// A flag's words as the JSON that the field's shape asks for.
    fn value(&self, name: &str, words: &str) -> Result<Value, Failure> {
        let shape = self.kind.fields().iter().find(|field| field.name == name).map(|field| field.shape);
        Ok(match shape {
            Some(Shape::Flag) => match words {
                "true" => json!(true),
                "false" => json!(false),
                _ => return Err(Failure::usage(format!("{name}: `{words}` is neither true nor false"))),
            },
            Some(Shape::Number) => {
                json!(
                    words
                        .parse::<u32>()
                        .map_err(|_| Failure::usage(format!("{name}: `{words}` is not a number")))?
                )
            }
            Some(Shape::Amount) => match words.split_once(' ') {
                Some((currency, value)) => json!({"currency": currency, "value": value}),
                None => {
                    return Err(Failure::usage(format!(
                        "{name}: `{words}`: expected an amount such as EUR 8000000"
                    )));
                }
            },
            Some(Shape::Actors | Shape::Parties | Shape::Verbs) => {
                words.split(',').map(|word| json!(word.trim())).collect()
            }
            Some(Shape::Act) => json!(self.act(words)?.to_string()),
            Some(Shape::Digest) if name == "text" => json!(self.text(words)?.to_string()),
            _ => json!(words),
        })
    }

    /// An earlier act, by number or id.
    fn act(&self, word: &str) -> Result<Digest, Failure> {
        let acts = self.dossier.acts()?;
        let found = acts.iter().find(|act| act.number.to_string() == word || act.id.to_string() == word);
        found.map(|act| act.id).ok_or_else(|| {
            Failure::usage(format!("the dossier has no act {word}"))
                .help(format!("it has acts 1 to {}", acts.len()))
        })
    }

    fn text(&self, word: &str) -> Result<Digest, Failure> {
        if let Some(digest) = Digest::parse(word) {
            return Ok(digest);
        }
        let texts = self.dossier.texts()?;
        let start = word.trim_start_matches("sha256:").trim_end_matches('…');
        let mut matching = texts.iter().filter(|text| start.len() >= 4 && text.hex().starts_with(start));
        match (matching.next(), matching.next()) {
            (Some(one), None) => Ok(*one),
            _ => {
                Err(Failure::usage(format!("--text {word}: not one text of the dossier"))
                    .help(listed(&texts)))
            }
        }
    }

    fn only_text(&self) -> Result<Digest, Failure> {
        let texts = self.dossier.texts()?;
        match texts.as_slice() {
            [one] => Ok(*one),
            _ => Err(Failure::usage("which text? give --text").help(listed(&texts))),
        }
    }
}

fn listed(texts: &[Digest]) -> String {
    if texts.is_empty() {
        return "the dossier has no text: `countersign dossier text DIR --document F --terms F` puts one in"
            .to_owned();
    }
    let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
    format!("texts of the dossier: {}", texts.join(", "))
}

fn setting(words: &str) -> Result<Value, Failure> {
    match words.split_whitespace().filter(|word| *word != "to").collect::<Vec<_>>().as_slice() {
        [quantity, value, unit] => Ok(json!({"quantity": quantity, "value": value, "unit": unit})),
        _ => Err(Failure::usage(format!(
            "--sets `{words}`: expected QUANTITY VALUE UNIT, as in `enrichment 60 percent`"
        ))),
    }
}

fn notified(words: &str) -> Result<Value, Failure> {
    match words.split_whitespace().collect::<Vec<_>>().as_slice() {
        [party, at] => Ok(json!({"to": party, "at": at})),
        _ => {
            Err(Failure::usage(format!("--notified `{words}`: expected PARTY TIME, as in `KRA 2026-05-06`")))
        }
    }
}
