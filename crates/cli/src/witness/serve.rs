//! `countersign witness`: answers requests, and says what others need to know.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use countersign_peer::witness::server::{Limits, Server, Service, Told};
use countersign_tlog::note::{self, Signer as _, VerifierKey};
use serde_json::json;

use super::{LISTEN, Place, log, register_failure};
use crate::exit::{Exit, Failure};
use crate::shell::Shell;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where to answer
    #[arg(long, value_name = "ADDR", default_value = LISTEN)]
    listen: String,
    /// What others reach it by, where that is another address: its policy line says so
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// What its key is called, at the first run: a name without spaces, best one that you own, as in witness.example/w1
    #[arg(long, value_name = "NAME", value_parser = note::KeyName::new)]
    name: Option<note::KeyName>,
    #[command(flatten)]
    place: Place,
}

pub(super) fn run(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let failed = |error: std::io::Error| Failure::usage(format!("{}: {error}", args.listen));
    let address = address(&args.listen)?;
    let key = args.place.key(args.name.as_ref(), shell)?;
    let register = args.place.register(key.key())?;
    let server = Server::bind(address).map_err(failed)?;
    let url = format!("http://{}", server.address());
    let logs = register.logs().map_err(register_failure)?;
    let policy = line(key.key(), args.url.as_deref().unwrap_or(&url));
    if shell.json {
        shell.print_json(&json!({
            "vkey": key.key().to_string(), "policy": policy, "listening": url,
            "logs": logs.iter().map(log::as_json).collect::<Vec<_>>(),
        }))?;
    } else {
        shell.print(&format!(
            "key     {}\npolicy  {policy}\nlogs    {} witnessed\nanswering at {url}\n",
            key.key(),
            logs.iter().filter(|log| !log.keys.is_empty()).count()
        ))?;
    }
    if logs.is_empty() {
        shell.tell("no log is known yet: `countersign witness log add VKEY`, also while this runs");
    }
    let service = Service {
        register,
        signer: Box::new(key),
        now: Box::new(Shell::unix_now),
        tell: Box::new(|told| Shell::warn(&words(&told))),
        prefix: String::new(),
        limits: Limits::default(),
    };
    server.run(Arc::new(service)).map_err(failed)?;
    Ok(Exit::Yes)
}

/// `countersign witness key`.
pub(super) fn key(args: &Args, shell: &mut Shell) -> Result<Exit, Failure> {
    let key = args.place.key(args.name.as_ref(), shell)?;
    let policy = line(key.key(), args.url.as_deref().unwrap_or(&format!("http://{}", args.listen)));
    if shell.json {
        shell.print_json(&json!({"vkey": key.key().to_string(), "policy": policy}))?;
    } else {
        shell.print(&format!("key     {}\npolicy  {policy}\n", key.key()))?;
    }
    Ok(Exit::Yes)
}

/// What others write into their policy.
fn line(key: &VerifierKey, url: &str) -> String {
    format!("witness {} {key} {url}", key.name())
}

fn address(listen: &str) -> Result<SocketAddr, Failure> {
    let help = "write an address and a port, as in 127.0.0.1:8890 or [::]:8890";
    let found = listen.to_socket_addrs().map(|mut all| all.next());
    match found {
        Ok(Some(address)) => Ok(address),
        Ok(None) => Err(Failure::usage(format!("{listen}: no address")).help(help)),
        Err(error) => Err(Failure::usage(format!("{listen}: {error}")).help(help)),
    }
}

fn words(told: &Told<'_>) -> String {
    match told {
        Told::Fork(evidence) => format!(
            "ALARM {}\n\n----- cosigned here -----\n{}\n----- refused now -----\n{}\n  help: keep both, they prove it; `countersign witness forks` shows them again",
            evidence.fork, evidence.seen, evidence.offered
        ),
        Told::Trouble(error) => format!("error: a request went without an answer: {error}"),
    }
}
