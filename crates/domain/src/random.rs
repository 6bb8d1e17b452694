//! Random values as a parameter: unpredictable in production, repeatable in tests.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use uuid::Uuid;

/// A source of random values. Cheap to clone; clones of a seeded source share one sequence.
///
/// It is for ids and pauses. Secrets and nonces do not come from it, so that no caller can make them repeatable.
#[derive(Clone)]
pub struct Random(Source);

#[derive(Clone)]
enum Source {
    System,
    Seeded(Arc<Mutex<StdRng>>),
}

impl Random {
    /// Unpredictable values.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// The same sequence of values for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(Mutex::new(StdRng::seed_from_u64(seed)))))
    }

    /// A UUID of version 4.
    pub fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.draw(|rng| rng.fill_bytes(&mut bytes));
        bytes
    }

    /// A number from 0 to 1.
    pub fn fraction(&self) -> f64 {
        self.draw(|rng| rng.random())
    }

    #[expect(clippy::disallowed_methods, reason = "everything else takes a `Random`")]
    fn draw<T>(&self, draw: impl FnOnce(&mut dyn Rng) -> T) -> T {
        match &self.0 {
            Source::System => draw(&mut rand::rng()),
            Source::Seeded(rng) => draw(&mut *rng.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Source::System => "Random::system",
            Source::Seeded(_) => "Random::seeded",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_values() {
        let values = |seed| {
            let random = Random::seeded(seed);
            (random.uuid(), random.clone().uuid(), random.bytes::<10>(), random.fraction())
        };
        assert_eq!(values(1), values(1));
        assert_ne!(values(1).0, values(2).0);
        assert_ne!(values(1).0, values(1).1, "a clone continues the sequence");
    }

    #[test]
    fn every_source_gives_uuids_of_version_4_and_fractions_below_1() {
        for random in [Random::system(), Random::seeded(1)] {
            assert_eq!(random.uuid().get_version_num(), 4);
            assert_ne!(random.uuid(), random.uuid());
            assert!((0.0..1.0).contains(&random.fraction()));
        }
    }
}
