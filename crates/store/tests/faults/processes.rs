//! Several processes at one home, and processes that are killed.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use countersign_store::ledger::Ledger as _;

use crate::check;
use crate::driver::{self, Work};
use crate::scene::{self, Scene};

/// Three processes write at once, without the lock that the program takes: only the seat stands between them.
pub(crate) fn duel() {
    const EACH: usize = 24;
    let folder = scene::folder();
    let acts = folder.path().join("acts");
    scene::write_acts(&acts, 3 * EACH);
    let scene = Scene(folder.path().join("scene"));
    fs::create_dir(&scene.0).unwrap();
    drop(scene.parts().unwrap());
    let children: Vec<_> = (0..3)
        .map(|number| {
            let work = Work { acts: &acts, from: number * EACH, to: (number + 1) * EACH, batch: 1 };
            driver::command(&[], &scene, work).stderr(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    println!("the seat was taken {} times", scene.ledger().unwrap().head().unwrap().seat.0);
    assert_eq!(check::sound(&scene), Ok(3 * EACH));
}

/// Killed after so many milliseconds, wherever it is then, and started again; also between system calls.
pub(crate) fn kills() {
    const ACTS: usize = 60;
    let folder = scene::folder();
    let acts = folder.path().join("acts");
    scene::write_acts(&acts, ACTS);
    let scene = Scene(folder.path().join("scene"));
    fs::create_dir(&scene.0).unwrap();
    let work = Work { acts: &acts, from: 0, to: ACTS, batch: 1 };
    let mut killed = 0;
    for wait in (0_u64..).map(|round| 5 + 7 * (round % 40)).take(40) {
        let mut child = driver::command(&[], &scene, work).spawn().unwrap();
        sleep(Duration::from_millis(wait));
        killed += usize::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        child.wait().unwrap();
    }
    println!("killed {killed} times");
    assert!(killed > 0, "no process lived long enough to be killed");
    driver::finish(&scene, work);
    assert_eq!(check::sound(&scene), Ok(ACTS));
}
