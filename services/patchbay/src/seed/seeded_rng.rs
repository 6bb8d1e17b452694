use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

/// Random numbers that are the same for the same seed.
#[derive(Debug)]
pub(super) struct SeededRng(StdRng);

impl SeededRng {
    pub(super) fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0.random()
    }

    /// A number below `limit`.
    ///
    /// # Panics
    /// If `limit` is 0.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0.random_range(..limit)
    }

    /// One of `things`.
    ///
    /// # Panics
    /// If there are none.
    pub(super) fn pick<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        things.choose(&mut self.0).expect("there is something to choose from")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let numbers = |seed| {
            let mut rng = SeededRng::new(seed);
            (0..5).map(|_| rng.below(100)).collect::<Vec<_>>()
        };
        assert_eq!(numbers(1), numbers(1));
        assert_ne!(numbers(1), numbers(2));
    }
}
