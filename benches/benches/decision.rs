//! Decisions, ours and Cedar's, warm, on identical questions; each answer is checked before it is measured.

use std::hint::black_box;
use std::time::Duration;

use countersign_authority::model::name::PartyId;
use countersign_authority::model::time::Utc;
use countersign_authority::verdict::Verdict;
use countersign_authority::{Ask, Auditor, Question, World, decide};
use countersign_benches::{cedar, world};
use criterion::{Criterion, criterion_group, criterion_main};

fn ours(c: &mut Criterion) {
    let mut group = c.benchmark_group("decision");
    for grants in [0, 1_000, 100_000] {
        let maps = [world::map(grants)];
        let world = World::new(&maps, None, &Utc).expect("a world");
        let auditor = Auditor::new(&world);
        for (name, act) in [("direct", world::direct()), ("chain of 3", world::chain())] {
            let acts = [act];
            assert!(auditor.prove(&acts).is_some(), "{name} is authorised");
            group.bench_function(format!("{name}, {grants} other grants"), |b| {
                b.iter(|| black_box(auditor.prove(black_box(&acts))));
            });
        }
        if grants != 0 {
            continue;
        }
        let joint = world::joint();
        assert!(auditor.prove(&joint).is_some());
        group.bench_function("joint 3 of 4, one through a grant", |b| {
            b.iter(|| black_box(auditor.prove(black_box(&joint))))
        });
        let consent = [world::map_with_consent()];
        let with_consent = World::new(&consent, None, &Utc).expect("a world");
        let acts = world::joint_and_consent();
        let asked = Question { parties: vec![PartyId::new("RUR").expect("an id")], ..Question::default() };
        assert_eq!(decide(&with_consent, &acts, &asked).parties[0].internal.verdict, Verdict::Yes);
        group.bench_function("joint 3 of 4 and 1 of 2, decided and checked in all columns", |b| {
            b.iter(|| black_box(decide(&with_consent, black_box(&acts), &asked)))
        });
        let above = world::above();
        assert_eq!(auditor.explain(&above).internal.verdict, Verdict::No);
        group.bench_function("why not, nearest first", |b| {
            b.iter(|| black_box(auditor.why_not(black_box(&above))))
        });
        let question = |id: &str| Question {
            ask: Ask::Act(id.into()),
            parties: vec![PartyId::new("RUR").expect("an id")],
            ..Question::default()
        };
        for (name, act, yes) in [("yes", world::chain(), true), ("no", world::above(), false)] {
            let (acts, asked) = ([act.clone()], question(&act.id));
            assert_eq!(decide(&world, &acts, &asked).parties[0].internal.verdict == Verdict::Yes, yes);
            group.bench_function(format!("decide, all columns, reasons and repairs ({name})"), |b| {
                b.iter(|| black_box(decide(&world, black_box(&acts), &asked)));
            });
        }
    }
    group.finish();
}

fn peer(c: &mut Criterion) {
    let mut group = c.benchmark_group("cedar");
    for (name, question) in
        [("direct", cedar::Question::Direct), ("chain of 3, flattened", cedar::Question::ChainFlattened)]
    {
        for grants in [0, 1_000] {
            let cedar = cedar::Cedar::new(question, grants);
            assert!(cedar.allowed());
            group.bench_function(format!("{name}, {grants} other grants"), |b| {
                b.iter(|| black_box(cedar.allowed()))
            });
        }
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    targets = ours, peer
}
criterion_main!(benches);
