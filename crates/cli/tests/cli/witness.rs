//! `countersign witness` as real processes over HTTP: two of two, and one of them slow, lying, forgetful, killed.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use countersign_peer::witness::client::{Client, Patience, Question};
use countersign_peer::witness::outcome::{Asked, Outcome};
use countersign_testkit::loopback::{Loopback, Reply};
use countersign_testkit::{TestLog, missing};
use countersign_tlog::checkpoint::SignedCheckpoint;
use countersign_tlog::note::VerifierKey;
use countersign_tlog::policy::Policy;
use countersign_tlog::size::TreeSize;
use serde_json::Value;

use crate::{countersign, json, text};

const ORIGIN: &str = "log.example/ruritania";

/// A witness as a process; killed when it is dropped.
pub(crate) struct Process {
    child: Child,
    stderr: Option<ChildStderr>,
    pub(crate) vkey: String,
    pub(crate) url: String,
}

impl Process {
    pub(crate) fn start(dir: &Path) -> Self {
        Self::spawn(Command::new(env!("CARGO_BIN_EXE_countersign")), dir).unwrap()
    }

    /// Under a program that has the witness's command line after its own. `None` where it ended before it answered.
    fn spawn(mut command: Command, dir: &Path) -> Option<Self> {
        command.args(["witness", "--json", "--listen", "127.0.0.1:0", "--dir"]).arg(dir);
        // A group of its own, so that whatever runs below is killed with it.
        command.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.env_remove("COUNTERSIGN_PASSPHRASE").spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = String::new();
        while let Some(line) = lines.next().transpose().unwrap() {
            said += &line;
            if line == "}" {
                break;
            }
        }
        let stderr = child.stderr.take();
        let Ok(said) = serde_json::from_str::<Value>(&said) else {
            let _ = child.wait();
            return None;
        };
        let word = |name: &str| said[name].as_str().unwrap().to_owned();
        Some(Self { child, stderr, vkey: word("vkey"), url: word("listening") })
    }

    pub(crate) fn signal(&self, signal: &str) {
        let group = format!("-{}", self.child.id());
        assert!(Command::new("kill").args([signal, "--", &group]).status().unwrap().success());
    }

    /// Ends it at once, as a loss of power does for the process.
    pub(crate) fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }

    /// Asks it to stop; gives its exit code and what it told.
    fn stop(mut self) -> (Option<i32>, String) {
        self.signal("-TERM");
        let code = self.child.wait().unwrap().code();
        let mut told = String::new();
        self.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        (code, told)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

fn witness(dir: &Path, arguments: &[&str]) -> Output {
    let dir_words = ["--dir", dir.to_str().unwrap()];
    countersign(dir.parent().unwrap(), &[&["witness"], arguments, &dir_words].concat())
}

/// The folder of a witness that knows a log.
fn made(folder: &Path, name: &str, log: &TestLog) -> PathBuf {
    let dir = folder.join(name);
    let added = witness(&dir, &["log", "add", &log.verifier().to_string()]);
    assert_eq!(added.status.code(), Some(0), "{}", text(&added.stderr));
    dir
}

/// Who is asked, by what the witnesses said of themselves.
fn policy(log: &TestLog, witnesses: &[(&str, &str)], quorum: usize) -> Policy {
    let mut lines = format!("log {}\n", log.verifier());
    for (at, (vkey, url)) in witnesses.iter().enumerate() {
        lines += &format!("witness w{at} {vkey} {url}\n");
    }
    let names: Vec<String> = (0..witnesses.len()).map(|at| format!("w{at}")).collect();
    lines += &format!("group all {quorum} {}\nquorum all\n", names.join(" "));
    Policy::read(lines.as_bytes()).unwrap()
}

fn ask(log: &TestLog, policy: &Policy, size: u64, patience: Patience) -> Asked {
    let checkpoint = log.signed(size);
    let question = Question {
        checkpoint: &checkpoint,
        policy,
        remembered: &|_| None,
        proof: &mut |old| Ok(log.proof(old.get(), size)),
    };
    Client::new(patience).ask(question).unwrap()
}

/// Longer than any machine takes.
fn patient() -> Patience {
    Patience { witness: Duration::from_secs(30), all: Duration::from_mins(1) }
}

fn pair(process: &Process) -> (&str, &str) {
    (&process.vkey, &process.url)
}

#[test]
fn two_processes_cosign_until_one_is_stopped_and_the_quorum_is_not_met() {
    let folder = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 300);
    let (one, two) = (made(folder.path(), "one", &log), made(folder.path(), "two", &log));
    let (first, second) = (Process::start(&one), Process::start(&two));
    let of_two = policy(&log, &[pair(&first), pair(&second)], 2);
    let asked = ask(&log, &of_two, 100, patient());
    assert!(asked.quorum.is_met(), "{:?}", asked.answers);

    // Slow: it is not dead, and says nothing.
    second.signal("-STOP");
    let short = Patience { witness: Duration::from_secs(20), all: Duration::from_secs(10) };
    let asked = ask(&log, &of_two, 200, short);
    assert!(!asked.quorum.is_met());
    assert!(matches!(asked.answers[0].outcome, Outcome::Cosigned { .. }), "{:?}", asked.answers);
    assert_eq!(asked.answers[1].outcome, Outcome::NotWaitedFor);
    let either = policy(&log, &[pair(&first), pair(&second)], 1);
    assert!(
        ask(&log, &either, 200, patient()).quorum.is_met(),
        "one of two is enough where the policy says so"
    );
    second.signal("-CONT");
    assert!(ask(&log, &of_two, 200, patient()).quorum.is_met(), "back again, it is asked from where it is");

    // Gone.
    second.kill();
    let asked = ask(&log, &of_two, 300, patient());
    assert!(!asked.quorum.is_met());
    assert!(matches!(asked.answers[1].outcome, Outcome::Unreachable { .. }), "{:?}", asked.answers);

    // Back at another port.
    let second = Process::start(&two);
    let of_two = policy(&log, &[pair(&first), pair(&second)], 2);
    assert!(ask(&log, &of_two, 300, patient()).quorum.is_met());
    assert_eq!(first.stop().0, Some(0), "SIGTERM ends it in order");
}

#[test]
fn a_liar_beside_two_honest_ones_counts_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 30);
    let first = Process::start(&made(folder.path(), "one", &log));
    let second = Process::start(&made(folder.path(), "two", &log));
    // It passes on what an honest witness says, under its own name in the policy; the policy has another key for it.
    let other = Process::start(&made(folder.path(), "three", &log));
    let honest = policy(&log, &[pair(&other)], 1);
    let asked = ask(&log, &honest, 10, patient());
    let stolen = asked.checkpoint.note().signatures()[1].to_string().into_bytes();
    let liar = Loopback::serve(move |_| Reply::ok("text/plain", stolen.clone()));
    let url = liar.url();
    let policy = policy(&log, &[(&other.vkey, &url), pair(&first), pair(&second)], 3);
    let asked = ask(&log, &policy, 30, patient());
    assert!(!asked.quorum.is_met());
    assert_eq!(asked.answers[0].outcome, Outcome::NotCounted { lines: 1 });
    assert_eq!(asked.quorum.signed().len(), 2);
}

#[test]
fn a_forked_log_is_refused_and_both_sides_have_both_notes() {
    let folder = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 30);
    let fork = log.forked(5);
    let dir = made(folder.path(), "one", &log);
    let process = Process::start(&dir);
    let policy = policy(&log, &[pair(&process)], 1);
    assert!(ask(&log, &policy, 20, patient()).quorum.is_met());
    let asked = ask(&fork, &policy, 20, patient());
    let alarm = asked.alarms().next().unwrap();
    let (ours, theirs) = (log.signed(20), fork.signed(20));
    assert_eq!((alarm.seen.as_ref(), &alarm.ours), (Some(&ours), &theirs));

    let forks = witness(&dir, &["forks", "--json"]);
    assert_eq!(forks.status.code(), Some(1), "{}", text(&forks.stderr));
    let fork = &json(&forks)["forks"][0];
    assert_eq!(fork["seen"]["checkpoint"], ours.to_string());
    assert_eq!(fork["offered"]["checkpoint"], theirs.to_string());
    let shown = text(&witness(&dir, &["forks"]).stdout);
    assert!(shown.contains(&ours.to_string()) && shown.contains(&theirs.to_string()), "{shown}");
    let (code, told) = process.stop();
    assert_eq!(code, Some(0));
    assert!(
        told.contains("ALARM fork") && told.contains(&ours.to_string()) && told.contains(&theirs.to_string()),
        "{told}"
    );
}

/// Every checkpoint that was cosigned is of one history, and the witness goes on with it.
fn goes_on_with_one_history(dir: &Path, histories: [&TestLog; 2], cosigned: &[SignedCheckpoint]) {
    let largest = cosigned.iter().map(|signed| signed.checkpoint().size()).max().unwrap_or(TreeSize::ZERO);
    let of = |log: &TestLog| {
        cosigned.iter().all(|signed| signed.checkpoint().root() == log.root(signed.checkpoint().size().get()))
    };
    assert!(histories.iter().any(|log| of(log)), "two histories were cosigned");
    let logs = json(&witness(dir, &["log", "list", "--json"]));
    let size = logs["logs"][0]["size"].as_u64().unwrap();
    assert!(size >= largest.get(), "went back to {size}, {largest} was cosigned");
}

#[test]
fn killed_at_every_write_and_sync_it_never_goes_back_and_never_signs_two_histories() {
    if Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_err() {
        return missing("strace is not installed");
    }
    let folder = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 30);
    let fork = log.forked(8);
    let (mut killed, mut site) = (0, 0);
    loop {
        site += 1;
        assert!(site < 200, "there is no end to the sites");
        let dir = made(folder.path(), &format!("w{site}"), &log);
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=write,pwrite64,fsync,fdatasync"]);
        strace.args(["-e", &format!("inject=write,pwrite64,fsync,fdatasync:signal=SIGKILL:when={site}")]);
        strace.arg(env!("CARGO_BIN_EXE_countersign"));
        let mut cosigned = Vec::new();
        let mut died = true;
        if let Some(process) = Process::spawn(strace, &dir) {
            let policy = policy(&log, &[pair(&process)], 1);
            died = false;
            for (log, size) in [(&log, 5), (&log, 10), (&fork, 10), (&log, 20), (&log, 20)] {
                let asked = ask(log, &policy, size, patient());
                if asked.quorum.is_met() {
                    cosigned.push(asked.checkpoint);
                }
                died |= matches!(asked.answers[0].outcome, Outcome::Unreachable { .. });
            }
            process.kill();
        }
        goes_on_with_one_history(&dir, [&log, &log], &cosigned);
        // Whoever comes first with another history at the size where it was cut off is refused where it was cosigned.
        let process = Process::start(&dir);
        let policy = policy(&log, &[pair(&process)], 1);
        if cosigned.iter().any(|signed| signed.checkpoint().size() > TreeSize::new(8).unwrap()) {
            assert!(!ask(&fork, &policy, 20, patient()).quorum.is_met(), "site {site}: two histories");
        }
        let asked = ask(&log, &policy, 30, patient());
        assert!(asked.quorum.is_met(), "site {site}: {:?}", asked.answers);
        if !died {
            break;
        }
        killed += 1;
    }
    println!("sites killed {killed}, none left");
    // The calls of one thread: each cosignature writes and syncs the database and the mark.
    assert!(killed >= 16, "fewer sites than four cosignatures have: {killed}");
}

#[test]
fn two_processes_on_one_register_never_sign_two_histories() {
    let folder = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 60);
    let fork = log.forked(7);
    let dir = made(folder.path(), "one", &log);
    let (first, second) = (Process::start(&dir), Process::start(&dir));
    let cosigned = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for at in 0..16_u64 {
            let policy = policy(&log, &[pair(if at % 2 == 0 { &first } else { &second })], 1);
            let history = if at % 4 < 2 { &log } else { &fork };
            let cosigned = &cosigned;
            scope.spawn(move || {
                for size in (8 + at..60).step_by(9) {
                    let asked = ask(history, &policy, size, patient());
                    if asked.quorum.is_met() {
                        cosigned.lock().unwrap().push(asked.checkpoint);
                    }
                }
            });
        }
    });
    let cosigned = cosigned.into_inner().unwrap();
    assert!(!cosigned.is_empty());
    goes_on_with_one_history(&dir, [&log, &fork], &cosigned);
}

#[test]
fn a_restored_backup_is_refused_until_it_is_led_on() {
    let folder = tempfile::tempdir().unwrap();
    let log = TestLog::of(ORIGIN, 30);
    let dir = made(folder.path(), "one", &log);
    let process = Process::start(&dir);
    let policy_of = |process: &Process| policy(&log, &[pair(process)], 1);
    assert!(ask(&log, &policy_of(&process), 10, patient()).quorum.is_met());
    let copy = folder.path().join("backup.db");
    let backup = witness(&dir, &["backup", copy.to_str().unwrap()]);
    assert_eq!(backup.status.code(), Some(0), "{}", text(&backup.stderr));
    let published = ask(&log, &policy_of(&process), 20, patient()).checkpoint;
    let late = folder.path().join("checkpoint");
    std::fs::write(&late, published.to_string()).unwrap();
    process.kill();

    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(dir.join(format!("witness.db{end}")));
    }
    let refused = witness(&dir, &["--listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("a key and no register"), "{}", text(&refused.stderr));
    std::fs::copy(&copy, dir.join("witness.db")).unwrap();
    let refused = witness(&dir, &["--listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(2));
    let told = text(&refused.stderr);
    assert!(told.contains("is a backup") && told.contains("countersign witness resume"), "{told}");
    let refused = witness(&dir, &["resume"]);
    assert!(
        text(&refused.stderr).contains("nothing says what was last cosigned"),
        "{}",
        text(&refused.stderr)
    );
    let resumed = witness(&dir, &["resume", late.to_str().unwrap(), "--json"]);
    assert_eq!(resumed.status.code(), Some(0), "{}", text(&resumed.stderr));
    assert_eq!(json(&resumed)["logs"][0]["size"], 20);

    let process = Process::start(&dir);
    assert!(!ask(&log.forked(12), &policy_of(&process), 20, patient()).quorum.is_met());
    assert!(ask(&log, &policy_of(&process), 30, patient()).quorum.is_met());
}

#[test]
fn keys_names_and_lines_are_what_others_need() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("w");
    let key = json(&witness(
        &dir,
        &["key", "--name", "witness.example/w1", "--url", "https://witness.example", "--json"],
    ));
    let vkey: VerifierKey = key["vkey"].as_str().unwrap().parse().unwrap();
    assert_eq!(vkey.name().as_str(), "witness.example/w1");
    let line = key["policy"].as_str().unwrap();
    let policy = Policy::read(format!("{line}\nquorum witness.example/w1\n").as_bytes()).unwrap();
    assert_eq!(policy.witnesses()[0].key(), &vkey);
    assert_eq!(policy.witnesses()[0].url().unwrap().as_bytes(), b"https://witness.example");

    let log = TestLog::of(ORIGIN, 3);
    let file = folder.path().join("logs.policy");
    std::fs::write(&file, format!("log {}\nquorum none\n", log.verifier())).unwrap();
    let added = witness(&dir, &["log", "add", "--policy", file.to_str().unwrap(), "--json"]);
    assert_eq!(json(&added)["logs"][0]["origin"], ORIGIN);
    let removed = witness(&dir, &["log", "remove", &log.verifier().to_string()]);
    assert_eq!(removed.status.code(), Some(0), "{}", text(&removed.stderr));
    assert!(text(&witness(&dir, &["log", "list"]).stdout).contains("no longer witnessed"));

    let table: &[(&[&str], &str)] = &[
        (&["--name", "another"], "this witness is called witness.example/w1, not another"),
        (&["log", "add", &vkey.to_string()], "is not a log's key"),
        (&["log", "add", "nonsense"], "not a verifier key"),
        (&["log", "remove", &log.verifier().to_string()], "is not witnessed under that key"),
        (&["--listen", "nowhere"], "write an address and a port"),
        (&["resume", "logs.policy"], "logs.policy"),
    ];
    for (arguments, words) in table {
        let failed = witness(&dir, arguments);
        assert_eq!(failed.status.code(), Some(2), "{arguments:?}");
        assert!(text(&failed.stderr).contains(words), "{arguments:?}: {}", text(&failed.stderr));
    }
}
