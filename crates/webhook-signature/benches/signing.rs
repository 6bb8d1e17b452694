//! Both signatures of a webhook of 1.2 KB: `cargo bench --workspace --bench signing`.

#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use patchbay_webhook_signature::{Secret, Signer};

fn sign(criterion: &mut Criterion) {
    let signer = Signer::new(&Secret::from_client_secret(&"ab".repeat(32)).unwrap());
    let body = vec![b'x'; 1_200];
    let mut group = criterion.benchmark_group("sign");
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function("Sentry's", |bencher| bencher.iter(|| signer.sentry(black_box(&body))));
    group.bench_function("Standard Webhooks'", |bencher| {
        bencher.iter(|| {
            signer.standard("0198c0de-0000-7000-8000-000000000000", 1_700_000_000, black_box(&body))
        });
    });
}

criterion_group!(benches, sign);
criterion_main!(benches);
