//! Reading a map of 10,000 statements.

use std::hint::black_box;
use std::time::Duration;

use countersign_benches::world;
use countersign_notation::{parse, resolve};
use criterion::{Criterion, criterion_group, criterion_main};

fn reading(c: &mut Criterion) {
    let text = world::text(8_965);
    let map = parse::map("bench.authority", text.as_bytes()).expect("it reads");
    assert!(
        (9_990..=10_010).contains(&map.value.statements.len()),
        "{} statements",
        map.value.statements.len()
    );
    let mut group = c.benchmark_group("notation");
    group.bench_function("parse 10,000 statements", |b| {
        b.iter(|| black_box(parse::map("bench.authority", black_box(text.as_bytes()))));
    });
    group.bench_function("resolve 10,000 statements", |b| {
        b.iter(|| black_box(resolve::resolve(black_box(std::slice::from_ref(&map)), None, &[])));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(30).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(4));
    targets = reading
}
criterion_main!(benches);
