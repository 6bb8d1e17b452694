//! The service as a whole: a real bus, database, streams and receivers; only the clock is moved by hand.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "ids that no other test has")]

mod apps;
mod bounds;
mod breaker;
mod calls;
mod clock;
mod first_attempts;
mod headers;
mod health;
mod held;
mod installations;
mod neighbours;
mod order;
mod outages;
mod rates;
mod reading;
mod replays;
mod resending;
mod retries;
mod running;
mod schema;
mod searching;
mod unfit;
