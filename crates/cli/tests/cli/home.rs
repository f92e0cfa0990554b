//! Homes: made, found, written to by several processes, killed, encrypted; two of them witnessing each other and exchanging
//! bundles both ways.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::dossier::run;
use crate::witness::Process;
use crate::{countersign, json, root, text};

const TEXT: [&str; 3] = ["agreement-1.md", "enrichment-1.terms", "ruritania.authority"];

/// Two keys and the example's text, in a folder for homes.
pub(crate) fn desk() -> TempDir {
    let temporary = TempDir::new().unwrap();
    let dir = temporary.path();
    for file in TEXT {
        fs::copy(root().join("examples/enrichment-talks").join(file), dir.join(file)).unwrap();
    }
    for person in ["berg", "kurz"] {
        run(dir, &["key", "new", person]);
    }
    temporary
}

/// A home of one side, its record named after it.
pub(crate) fn home(dir: &Path, party: &str, more: &[&str]) -> Value {
    let origin = format!("{}.example/record", party.to_lowercase());
    let mut arguments = vec!["init", party, "--party", party, "--origin", &origin, "--no-ca"];
    arguments.extend(more);
    run(dir, &arguments)
}

pub(crate) fn talks(dir: &Path, party: &str) -> Value {
    run(
        dir,
        &[
            "--home",
            party,
            "dossier",
            "new",
            "talks",
            "--party",
            "RUR",
            "--party",
            "KRA",
            "--map",
            "ruritania.authority",
            "--terms",
            "enrichment-1.terms",
            "--document",
            "agreement-1.md",
        ],
    )
}

/// The command line of an act of one side's signer in its home.
pub(crate) fn act_words<'a>(
    home: &'a str,
    kind: &'a str,
    party: &'a str,
    visibility: &'a str,
) -> Vec<&'a str> {
    let (key, capacity, with) = if party == "RUR" { ("berg", "SL", "KRA") } else { ("kurz", "KFM", "RUR") };
    vec![
        "--home",
        home,
        "act",
        kind,
        "--key",
        key,
        "--by",
        key,
        "--capacity",
        capacity,
        "--on-behalf-of",
        party,
        "--with",
        with,
        "--matter",
        "security/nuclear",
        "--into",
        "talks",
        "--visibility",
        visibility,
    ]
}

pub(crate) fn act(dir: &Path, home: &str, kind: &str, party: &str, visibility: &str, more: &[&str]) -> Value {
    let mut arguments = act_words(home, kind, party, visibility);
    arguments.extend(more);
    run(dir, &arguments)
}

pub(crate) fn refused(output: &Output) -> String {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{}{said}", text(&output.stdout));
    assert!(said.contains("help:") && !said.contains("internal error"), "{said}");
    said
}

/// Every folder and file with its bytes, locks and the database's own files left out.
fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((path.display().to_string(), fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_home_publishes_its_empty_record_and_is_never_written_over() {
    let temporary = desk();
    let dir = temporary.path();
    let made = home(dir, "RUR", &[]);
    let checkpoint = fs::read_to_string(dir.join("RUR/record/checkpoint")).unwrap();
    assert!(checkpoint.starts_with("rur.example/record\n0\n"), "{checkpoint}");
    assert!(made["vkey"].as_str().unwrap().starts_with("rur.example/record+"));
    let before = files(&dir.join("RUR"));
    let again = countersign(dir, &["init", "RUR", "--party", "RUR"]);
    assert!(refused(&again).contains("a home already"));
    assert_eq!(files(&dir.join("RUR")), before);
}

#[test]
fn a_home_is_found_by_flag_variable_and_folder_and_missed_with_words() {
    let temporary = desk();
    let dir = temporary.path();
    home(dir, "RUR", &[]);
    talks(dir, "RUR");
    let listed = |output: Output| json(&output)["dossiers"][0]["dossier"].as_str().map(str::to_owned);
    let talks = Some("talks".to_owned());
    assert_eq!(listed(countersign(dir, &["dossier", "list", "--home", "RUR", "--json"])), talks);
    assert_eq!(listed(countersign(&dir.join("RUR"), &["dossier", "list", "--json"])), talks);
    let by_variable = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .current_dir(dir)
        .args(["dossier", "list", "--json"])
        .env("COUNTERSIGN_HOME", "RUR")
        .output()
        .unwrap();
    assert_eq!(listed(by_variable), talks);
    assert!(refused(&countersign(dir, &["dossier", "list"])).contains("no home here"));
}

#[test]
fn an_act_gets_its_place_and_the_page_shows_it() {
    let temporary = desk();
    let dir = temporary.path();
    home(dir, "RUR", &[]);
    talks(dir, "RUR");
    let first = act(dir, "RUR", "mandate", "RUR", "public", &[]);
    assert_eq!(first["record"]["index"], 0);
    assert_eq!(first["record"]["state"], "included");
    // A note for its own side is seen by nobody else, and no wider act names it.
    act(dir, "RUR", "note", "RUR", "own", &["--says", "Hold back"]);
    let third = act(dir, "RUR", "sign", "RUR", "parties", &[]);
    assert_eq!(third["act"], 3);
    let shown = run(dir, &["--home", "RUR", "dossier", "show", "talks"]);
    let states: Vec<&Value> =
        shown["acts"].as_array().unwrap().iter().map(|act| &act["record"]["state"]).collect();
    assert_eq!(states, ["included"; 3]);
    let page = text(&countersign(dir, &["--home", "RUR", "dossier", "show", "talks"]).stdout);
    assert!(page.contains("Withheld from the other parties: acts 2"), "{page}");
    let exported = run(dir, &["--home", "RUR", "dossier", "export", "talks", "-o", "talks.dossier"]);
    assert_eq!((&exported["acts"], &exported["withheld"][0]["act"]), (&2.into(), &2.into()));
    let public = run(
        dir,
        &["--home", "RUR", "dossier", "export", "talks", "--audience", "public", "-o", "public.dossier"],
    );
    assert_eq!(public["acts"], 1);
    let own =
        run(dir, &["--home", "RUR", "dossier", "export", "talks", "--audience", "own", "-o", "own.dossier"]);
    assert_eq!(own["acts"], 3);
}

#[test]
fn two_acts_at_once_both_get_a_number() {
    let temporary = desk();
    let dir = temporary.path();
    home(dir, "RUR", &[]);
    talks(dir, "RUR");
    let start = |says: &str| {
        let mut arguments = act_words("RUR", "refuse", "RUR", "parties");
        arguments.extend(["--says", says, "--json"]);
        Command::new(env!("CARGO_BIN_EXE_countersign"))
            .current_dir(dir)
            .args(arguments)
            .env("COUNTERSIGN_KEYS", dir.join("keys"))
            .env_remove("COUNTERSIGN_PASSPHRASE")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let both = [start("No"), start("Never")].map(|child| child.wait_with_output().unwrap());
    let mut numbers: Vec<u64> = both.iter().map(|output| json(output)["act"].as_u64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2]);
}

#[test]
fn an_act_that_is_killed_is_there_whole_or_not_at_all_and_the_next_goes_on() {
    let temporary = desk();
    let dir = temporary.path();
    let vkey = home(dir, "RUR", &[])["vkey"].as_str().unwrap().to_owned();
    talks(dir, "RUR");
    // Killed at other moments each time: before, while and after it writes.
    for pause in [5, 20, 40, 60, 80, 120] {
        let mut arguments = act_words("RUR", "refuse", "RUR", "parties");
        let says = format!("{pause}");
        arguments.extend(["--says", &says]);
        let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
            .current_dir(dir)
            .args(arguments)
            .env("COUNTERSIGN_KEYS", dir.join("keys"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(pause));
        let _ = child.kill();
        child.wait().unwrap();
    }
    let last = act(dir, "RUR", "sign", "RUR", "parties", &[]);
    assert_eq!(last["record"]["state"], "included");
    run(dir, &["--home", "RUR", "dossier", "export", "talks", "-o", "talks.dossier"]);
    fs::write(dir.join("record.policy"), format!("log {vkey}\nquorum none\n")).unwrap();
    let verified = countersign(dir, &["verify", "talks.dossier", "--record-policy", "record.policy"]);
    let said = text(&verified.stdout);
    let number = last["act"].as_u64().unwrap();
    assert!(said.contains(&format!("complete to head {number}")), "{said}{}", text(&verified.stderr));
}

#[test]
fn an_encrypted_home_needs_its_passphrase_and_shows_nothing_on_disk() {
    let temporary = desk();
    let dir = temporary.path();
    let with = |passphrase: Option<&str>, arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command.current_dir(dir).args(arguments).env("COUNTERSIGN_KEYS", dir.join("keys"));
        command.env_remove("COUNTERSIGN_HOME").env_remove("COUNTERSIGN_PASSPHRASE").stdin(Stdio::null());
        if let Some(passphrase) = passphrase {
            command.env("COUNTERSIGN_PASSPHRASE", passphrase);
        }
        command.output().unwrap()
    };
    let init = ["init", "RUR", "--party", "RUR", "--encrypt", "--no-ca"];
    assert!(refused(&with(None, &init)).contains("no passphrase"));
    assert!(!dir.join("RUR").exists());
    let good = Some("open sesame");
    assert_eq!(with(good, &init).status.code(), Some(0));
    let new = [
        "--home",
        "RUR",
        "dossier",
        "new",
        "talks",
        "--party",
        "RUR",
        "--party",
        "KRA",
        "--document",
        "agreement-1.md",
    ];
    let made = with(good, &new);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let mut note = act_words("RUR", "note", "RUR", "own");
    note.extend(["--says", "Everything hangs on clause nine"]);
    let noted = with(good, &note);
    assert_eq!(noted.status.code(), Some(0), "{}", text(&noted.stderr));
    let words = [b"clause nine".as_slice(), b"enrichment".as_slice(), b"talks".as_slice()];
    for (name, bytes) in files(&dir.join("RUR")) {
        for word in words {
            assert!(!bytes.windows(word.len()).any(|window| window == word), "{name} holds {}", text(word));
        }
    }
    for wrong in [None, Some("close sesame")] {
        let said = refused(&with(wrong, &["--home", "RUR", "dossier", "show", "talks"]));
        assert!(said.contains("passphrase") || said.contains("COUNTERSIGN_PASSPHRASE"), "{said}");
    }
    let shown = with(good, &["--home", "RUR", "dossier", "show", "talks"]);
    assert!(text(&shown.stdout).contains("note by berg"), "{}", text(&shown.stderr));
}

#[test]
fn a_bundle_whose_acts_can_not_be_recorded_leaves_nothing_behind() {
    let temporary = desk();
    let dir = temporary.path();
    home(dir, "RUR", &[]);
    talks(dir, "RUR");
    act(dir, "RUR", "mandate", "RUR", "public", &[]);
    run(dir, &["--home", "RUR", "dossier", "export", "talks", "-o", "talks.dossier"]);
    let made = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .current_dir(dir)
        .args(["init", "KRA", "--party", "KRA", "--no-ca"])
        .env("COUNTERSIGN_PASSPHRASE", "open sesame")
        .output()
        .unwrap();
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    // Without the seal's passphrase nothing can be signed, so nothing is taken in.
    let said = refused(&countersign(dir, &["--home", "KRA", "dossier", "import", "talks.dossier"]));
    assert!(said.contains("passphrase"), "{said}");
    let listed = run(dir, &["--home", "KRA", "dossier", "list"]);
    assert_eq!(listed["dossiers"].as_array().unwrap().len(), 0);
}

/// Two homes; each side's witness cosigns the other's record.
pub(crate) struct Sides {
    desk: TempDir,
    pub(crate) witnesses: Vec<Process>,
    vkeys: Vec<String>,
}

impl Sides {
    pub(crate) fn new() -> Self {
        let desk = desk();
        let dir = desk.path();
        let vkeys: Vec<String> =
            ["RUR", "KRA"].map(|party| home(dir, party, &[])["vkey"].as_str().unwrap().to_owned()).into();
        // The witness of each side knows the other's record.
        let mut witnesses = Vec::new();
        for (side, other) in [("RUR", 1), ("KRA", 0)] {
            let place = dir.join(format!("witness-{side}"));
            let witness = Process::start(&place);
            run(dir, &["witness", "log", "add", &vkeys[other], "--dir", place.to_str().unwrap()]);
            let home = ["KRA", "RUR"][1 - other];
            run(dir, &["--home", home, "home", "witness", &format!("{}={}", witness.vkey, witness.url)]);
            run(dir, &["--home", home, "home", "trust", &vkeys[1 - other]]);
            witnesses.push(witness);
        }
        Self { desk, witnesses, vkeys }
    }

    pub(crate) fn dir(&self) -> &Path {
        self.desk.path()
    }

    pub(crate) fn export(&self, home: &str) {
        run(
            self.dir(),
            &["--home", home, "dossier", "export", "talks", "-o", &format!("from-{home}.dossier")],
        );
    }

    pub(crate) fn import(&self, home: &str, from: &str) -> Value {
        run(self.dir(), &["--home", home, "dossier", "import", &format!("from-{from}.dossier")])
    }
}

#[test]
fn bundles_go_both_ways_and_keep_both_records_proofs() {
    let sides = Sides::new();
    let dir = sides.dir();
    talks(dir, "RUR");
    let first = act(dir, "RUR", "mandate", "RUR", "public", &[]);
    assert_eq!(first["record"]["state"], "witnessed", "{first}");
    act(dir, "RUR", "note", "RUR", "own", &["--says", "Hold back"]);
    act(dir, "RUR", "sign", "RUR", "parties", &[]);
    sides.export("RUR");
    let taken = sides.import("KRA", "RUR");
    assert_eq!((&taken["new"], &taken["opened"]), (&2.into(), &true.into()));
    assert_eq!(taken["records"][0]["verified"], true, "{taken}");
    // The same again: nothing is new, and the same receipt.
    let again = sides.import("KRA", "RUR");
    assert_eq!(again["new"], 0);
    assert_eq!(again["acts"][0]["record"]["index"], taken["acts"][0]["record"]["index"]);

    act(dir, "KRA", "sign", "KRA", "parties", &[]);
    sides.export("KRA");
    let back = sides.import("RUR", "KRA");
    assert_eq!(back["new"], 1, "{back}");
    sides.export("RUR");

    let policy: String = sides.vkeys.iter().map(|vkey| format!("log {vkey}\n")).collect();
    let witnesses: String = sides
        .witnesses
        .iter()
        .map(|w| format!("witness {} {}\n", w.vkey.split('+').next().unwrap(), w.vkey))
        .collect();
    fs::write(dir.join("both.policy"), format!("{policy}{witnesses}quorum none\n")).unwrap();
    for home in ["RUR", "KRA"] {
        let bundle = format!("from-{home}.dossier");
        let bundle = countersign_verify::bundle::read(&fs::read(dir.join(bundle)).unwrap()).unwrap();
        let policy = fs::read(dir.join("both.policy")).unwrap();
        let policy = countersign_tlog::policy::Policy::read(&policy).unwrap();
        let shown = countersign_verify::record::RecordEvidence::examine(&bundle, &policy);
        let records: Vec<_> = shown.own().into_iter().chain(shown.others()).collect();
        assert_eq!(records.len(), 2, "both records are in the bundle of {home}");
        for record in records {
            let proven = record.acts().iter().filter(|act| act.state().proven().is_some()).count();
            // Each side's own record has all three acts; Kravonia exported before Ruritania had taken in her signature.
            let expected =
                if home == "KRA" && record.origin().as_str() == "rur.example/record" { 2 } else { 3 };
            assert_eq!(proven, expected, "{home}: record {}", record.origin());
            assert!(record.lies().is_empty() && record.forks().is_empty());
        }
    }
}

#[test]
fn a_record_that_was_rewritten_is_refused_loudly_and_nothing_is_taken_in() {
    let temporary = desk();
    let dir = temporary.path();
    let vkey = home(dir, "RUR", &[])["vkey"].as_str().unwrap().to_owned();
    home(dir, "KRA", &[]);
    run(dir, &["--home", "KRA", "home", "trust", &vkey]);
    talks(dir, "RUR");
    // What a keeper does who wants to rewrite: the whole home as it was before.
    let before = dir.join("before");
    copy(&dir.join("RUR"), &before);
    let bundle = |name: &str, says: &str| {
        act(dir, "RUR", "refuse", "RUR", "parties", &["--says", says]);
        run(dir, &["--home", "RUR", "dossier", "export", "talks", "-o", name]);
    };
    bundle("first.dossier", "Not on these terms");
    fs::rename(dir.join("RUR"), dir.join("after")).unwrap();
    copy(&before, &dir.join("RUR"));
    bundle("second.dossier", "On any terms");
    let taken = run(dir, &["--home", "KRA", "dossier", "import", "first.dossier"]);
    assert_eq!(taken["new"], 1);
    let shown = run(dir, &["--home", "KRA", "dossier", "show", "talks"]);
    let said = refused(&countersign(dir, &["--home", "KRA", "dossier", "import", "second.dossier"]));
    assert!(said.contains("RECORD REWRITTEN") && said.contains("rur.example/record"), "{said}");
    assert_eq!(run(dir, &["--home", "KRA", "dossier", "show", "talks"]), shown);

    // Its own keeper, from whose database the act is gone, is told so instead of getting it back silently.
    let own = refused(&countersign(dir, &["--home", "RUR", "dossier", "import", "first.dossier"]));
    assert!(own.contains("REWRITTEN") || own.contains("older than the bundle"), "{own}");
}

#[test]
fn witnesses_that_are_gone_are_told_of_and_do_not_stop_the_record() {
    let mut sides = Sides::new();
    for witness in sides.witnesses.drain(..) {
        witness.kill();
    }
    let dir = sides.dir();
    talks(dir, "RUR");
    let mut arguments = act_words("RUR", "mandate", "RUR", "public");
    arguments.push("--json");
    let output = countersign(dir, &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(json(&output)["record"]["state"], "included");
    assert!(text(&output.stderr).contains("did not cosign"), "{}", text(&output.stderr));
}

#[test]
fn a_damaged_or_missing_database_is_named_and_the_record_stays() {
    let temporary = desk();
    let dir = temporary.path();
    home(dir, "RUR", &[]);
    talks(dir, "RUR");
    act(dir, "RUR", "mandate", "RUR", "public", &[]);
    let database = dir.join("RUR/countersign.db");
    let checkpoint = fs::read(dir.join("RUR/record/checkpoint")).unwrap();
    let kept = dir.join("kept.db");
    fs::rename(&database, &kept).unwrap();
    for bytes in [None, Some(&b"not a database, and long enough to be read as one"[..]), Some(&b""[..])] {
        if let Some(bytes) = bytes {
            fs::write(&database, bytes).unwrap();
        }
        let said = refused(&countersign(dir, &act_words("RUR", "sign", "RUR", "parties")));
        assert!(said.contains("backup"), "{said}");
    }
    fs::remove_file(&database).unwrap();
    fs::rename(&kept, &database).unwrap();
    assert_eq!(fs::read(dir.join("RUR/record/checkpoint")).unwrap(), checkpoint);
    assert_eq!(act(dir, "RUR", "sign", "RUR", "parties", &[])["act"], 2);
}

#[test]
fn a_backup_put_back_signs_nothing_before_it_has_what_was_signed_since() {
    let temporary = desk();
    let dir = temporary.path();
    home(dir, "RUR", &[]);
    talks(dir, "RUR");
    act(dir, "RUR", "mandate", "RUR", "public", &[]);
    run(dir, &["--home", "RUR", "home", "backup", "copy"]);
    act(dir, "RUR", "sign", "RUR", "parties", &[]);
    run(dir, &["--home", "RUR", "dossier", "export", "talks", "-o", "talks.dossier"]);
    // The disk is lost but for the keys and the published files.
    fs::remove_file(dir.join("RUR/countersign.db")).unwrap();
    let _ = fs::remove_file(dir.join("RUR/countersign.db-wal"));
    let _ = fs::remove_file(dir.join("RUR/countersign.db-shm"));
    run(dir, &["init", "RUR", "--from", "copy"]);
    let said = refused(&countersign(dir, &act_words("RUR", "sign", "RUR", "parties")));
    assert!(said.contains("rejoin"), "{said}");
    let again = refused(&countersign(dir, &["init", "RUR", "--from", "copy"]));
    assert!(again.contains("written over"), "{again}");
    // Its own bundle gives nothing back silently: what it shows has to be looked for in a newer backup.
    let own = refused(&countersign(dir, &["--home", "RUR", "dossier", "import", "talks.dossier"]));
    assert!(own.contains("older than the bundle"), "{own}");
}

#[test]
fn the_guide_to_the_record_runs_as_it_is_written() {
    let guide = fs::read_to_string(root().join("docs/guide/record.md")).unwrap();
    let blocks = guide.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let program = Path::new(env!("CARGO_BIN_EXE_countersign")).parent().unwrap();
    let mut script = format!("set -e\ntrap 'kill $(jobs -p)' EXIT\nPATH='{}':$PATH\n", program.display());
    script.extend(blocks);
    // On two machines nobody types as fast as this: each witness is waited for.
    for port in ["8891", "8892"] {
        let waits =
            format!("{port} &\nuntil (exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null; do sleep 0.1; done\n");
        script = script.replace(&format!("{port} &\n"), &waits);
    }
    script = script.replace("--policy ours.policy\n", "--policy ours.policy || [ $? -eq 3 ]\n");
    // Ports that nobody has, in the place of those of the guide.
    let sockets = ["8891", "8892"].map(|port| (port, std::net::TcpListener::bind("127.0.0.1:0").unwrap()));
    for (port, socket) in &sockets {
        script = script.replace(port, &socket.local_addr().unwrap().port().to_string());
    }
    drop(sockets);
    let temporary = TempDir::new().unwrap();
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(temporary.path())
        .env_remove("COUNTERSIGN_HOME")
        .env_remove("COUNTERSIGN_KEYS")
        .env_remove("COUNTERSIGN_PASSPHRASE")
        .output()
        .unwrap();
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    // Nobody has a map here, so the report's answer is unknown; all before it and after it went well.
    for words in [
        "included, witnessed 1 of 1",
        "2 of 2 acts are new here",
        "its proofs hold",
        "Withheld from the other",
    ] {
        assert!(said.contains(words), "no `{words}` in\n{said}");
    }
    assert!(said.contains("3 acts, complete to head 3, checkpoint witnessed 1 of 1"), "{said}");
    assert!(temporary.path().join("ruritania-copy/countersign.db").exists(), "{said}");
}

#[test]
fn a_home_without_keys_takes_no_backup() {
    let temporary = desk();
    let dir = temporary.path();
    home(dir, "RUR", &[]);
    run(dir, &["--home", "RUR", "home", "backup", "copy"]);
    let said = refused(&countersign(dir, &["init", "elsewhere", "--from", "copy"]));
    assert!(said.contains("keys"), "{said}");
    assert!(!dir.join("copy/keys").exists(), "a backup has no keys");
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
