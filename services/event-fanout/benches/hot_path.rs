//! The work for every event between its acceptance and its hand-over: `cargo bench --workspace --bench hot_path`.

#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

// The modules are compiled into the benchmark, so that the crate need not make them public.
#[allow(dead_code, unreachable_pub, unused_imports, reason = "a benchmark uses a part of them")]
#[path = "../src/domain"]
mod domain {
    pub(crate) mod body;
    pub(crate) mod custom_type;
    pub(crate) mod decision;
    pub(crate) mod event;
    pub(crate) mod index;
    pub(crate) mod kind;
    pub(crate) mod matching;
    pub(crate) mod receiver;
    #[cfg(test)]
    pub(crate) mod samples;
    pub(crate) mod subscription;
}

#[allow(dead_code, unreachable_pub, unused_imports, reason = "a benchmark uses a part of them")]
#[path = "../src/handover"]
mod handover {
    pub(crate) mod pack;
}

use std::hint::black_box;

use chrono::DateTime;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use patchbay_domain::{Actor, Scope, ScopeSet};
use uuid::Uuid;

use domain::body::body;
use domain::decision::match_all;
use domain::event::Event;
use domain::index::Index;
use domain::kind::Kind;
use domain::receiver::Receiver;
use domain::subscription::{Change, Subscription};
use handover::pack::{Packer, delivery};

const ORGANIZATION: i64 = 7;

fn event(number: u128) -> Event {
    Event {
        id: Uuid::from_u128(number),
        accepted_at: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
        organization_id: ORGANIZATION,
        idempotency_key: None,
        kind: Kind::named("error.created").unwrap(),
        data: format!(r#"{{"error":{{"message":"{}"}}}}"#, "x".repeat(1_070)).into(),
        actor: Actor::System,
        project_id: None,
        targets: Vec::new(),
        ordering_key: None,
        traceparent: None,
    }
}

fn subscription(organization_id: i64, number: u128) -> Subscription {
    Subscription {
        installation_id: Uuid::from_u128(number),
        organization_id,
        installed: true,
        app_id: 3,
        app_uuid: Uuid::from_u128(0xaa),
        app_slug: "notify".into(),
        app_name: "Notify".into(),
        events: [Kind::named("error.created").unwrap()].into_iter().collect(),
        scopes: ScopeSet::of(&[Scope::EventRead]),
        project_ids: Vec::new(),
        has_webhook: true,
        suspended_by: String::new(),
    }
}

/// One installation in the event's organization and `others` elsewhere.
fn index(others: u128) -> Index {
    let mut index = Index::default();
    index.apply(Change::Set(Box::new(subscription(ORGANIZATION, 0))));
    for number in 1..=others {
        let organization = 1_000_000 + i64::try_from(number).unwrap();
        index.apply(Change::Set(Box::new(subscription(organization, number))));
    }
    index
}

/// Has to take the same time for any number of other organizations.
fn match_event(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("match");
    for others in [0, 1_000, 100_000] {
        let (index, event) = (index(others), event(1));
        group.bench_function(BenchmarkId::new("installations of others", others), |bencher| {
            bencher.iter(|| match_all(black_box(&index), black_box(&event)));
        });
    }
}

fn build_body(criterion: &mut Criterion) {
    let (event, subscription) = (event(1), subscription(ORGANIZATION, 0));
    let receiver =
        Receiver { installation_id: subscription.installation_id, subscription: Some(&subscription) };
    let mut group = criterion.benchmark_group("body");
    group.throughput(Throughput::Bytes(body(&event, &receiver).len() as u64));
    group.bench_function("build", |bencher| bencher.iter(|| body(black_box(&event), black_box(&receiver))));
}

/// Bodies and encoding together, as a group is handed over.
fn encode_batch(criterion: &mut Criterion) {
    let index = index(0);
    let events: Vec<Event> = (0..128).map(event).collect();
    let decisions: Vec<_> = events.iter().map(|event| match_all(&index, event)).collect();
    let mut group = criterion.benchmark_group("batch");
    group.throughput(Throughput::Elements(events.len() as u64));
    group.bench_function("pack 128 deliveries", |bencher| {
        bencher.iter(|| {
            let mut packer = Packer::default();
            let mut packets = Vec::new();
            for (position, (event, decisions)) in events.iter().zip(&decisions).enumerate() {
                for decided in decisions {
                    packets.extend(packer.add(&position, false, delivery(&index, event, decided, None)));
                }
            }
            packets.extend(packer.take());
            packets
        });
    });
}

criterion_group!(benches, match_event, build_body, encode_batch);
criterion_main!(benches);
