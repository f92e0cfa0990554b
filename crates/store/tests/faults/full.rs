//! A disk that is full, page by page: a file system in memory that only this test sees, and that is given room again.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use countersign_testkit::skip;

use crate::check;
use crate::driver::{self, STOPPED, Work};
use crate::scene::{self, Scene};

/// `sh -c SCRIPT sh HOME BEFORE KIB OUT DRIVER…`: mounts, fills but for so many KiB, drives, makes room, drives again.
const SCRIPT: &str = r#"
home=$1 before=$2 room=$3 out=$4; shift 4
mount -t tmpfs -o size=256m none "$home" && cp -r "$before/." "$home/" || exit 90
used=$(df -k --output=used "$home" | tail -n 1)
mount -o "remount,size=$((used + room))k" "$home" || exit 91
"$@"; first=$?
mount -o remount,size=256m "$home" || exit 92
"$@" || exit 93
cp -r "$home" "$out" || exit 94
exit $first
"#;

/// More room than the writes need.
const ENOUGH: usize = 4096;

pub(crate) fn every_page() {
    let folder = scene::folder();
    if let Err(why) = may_mount(folder.path()) {
        return skip(&format!("no file system can be mounted in a namespace of one's own: {}", why.trim()));
    }
    let acts = folder.path().join("acts");
    scene::write_acts(&acts, 256);
    let before = Scene(folder.path().join("before"));
    driver::finish(&before, Work { acts: &acts, from: 0, to: 248, batch: 248 });
    let work = Work { acts: &acts, from: 248, to: 256, batch: 4 };

    let mut stopped = 0;
    let mut messages = std::collections::BTreeSet::new();
    // Page by page as far as anything stops it, then once with plenty.
    for room in (0..400).step_by(8).chain([ENOUGH]) {
        let scene = Scene(folder.path().join(format!("room-{room}")));
        scene::copy(&before.0, &scene.0);
        let output = starved(&scene, &before, room, work);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let code = output.status.code();
        assert!(code == Some(0) || code == Some(STOPPED.into()), "{room} KiB: {}: {said}", output.status);
        if code != Some(0) {
            stopped += 1;
            let told = said.contains("full") || said.contains("No space left on device");
            assert!(told, "{room} KiB: the message does not say that the disk is full: {said}");
            messages.insert(said.clone());
        }
        assert!(room != ENOUGH || code == Some(0), "with {room} KiB of room it stopped: {said}");
        assert_eq!(check::sound(&scene), Ok(256), "{room} KiB");
        fs::remove_dir_all(&scene.0).unwrap();
    }
    println!("stopped by a full disk {stopped} times");
    for message in &messages {
        println!("  {}", message.trim());
    }
    assert!(stopped > 0, "no disk was full");
}

fn may_mount(folder: &Path) -> Result<(), String> {
    let tried = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none"]).arg(folder).output();
    match tried {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn starved(scene: &Scene, before: &Scene, room: usize, work: Work<'_>) -> Output {
    let out = scene.0.join("out");
    let home = scene.home();
    fs::remove_dir_all(&home).unwrap();
    fs::create_dir(&home).unwrap();
    let mut words = ["unshare", "-rm", "sh", "-c", SCRIPT, "sh"].map(str::to_owned).to_vec();
    words.extend([home.display().to_string(), before.home().display().to_string(), room.to_string()]);
    words.push(out.display().to_string());
    let output = driver::command(&words, scene, work).output().unwrap();
    fs::remove_dir(&home).unwrap();
    if out.is_dir() {
        fs::rename(out, home).unwrap();
    }
    output
}
