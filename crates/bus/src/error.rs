//! Why a message is not (yet) on the other side.

/// The result of a bus operation.
pub type Result<T> = std::result::Result<T, BusError>;

/// Why a publish or its confirm failed. In each case the message still belongs to its publisher.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum BusError {
    /// The broker is away, or went away before it confirmed. The message may have arrived all the same.
    #[error("the bus is unavailable: {0}")]
    Unavailable(String),
    /// The queue is at its limit.
    #[error("the queue is full")]
    Full,
    /// No queue takes messages of this topic. The topology has been declared again meanwhile.
    #[error("no queue takes the message")]
    Unroutable,
    /// The consumer rejected the message or sent it back too often; it is among the dead letters.
    /// Only in process: RabbitMQ confirms before anybody consumes.
    #[error("the message became a dead letter")]
    DeadLettered,
    /// The bus cannot carry this message, now or later.
    #[error("the message cannot be carried: {0}")]
    Invalid(&'static str),
    /// The bus cannot be set up as configured.
    #[error("the bus is misconfigured: {0}")]
    Config(String),
    /// [`Bus::close`](crate::Bus::close) was called.
    #[error("the bus is closed")]
    Closed,
}

impl BusError {
    /// Whether publishing the same message again can succeed.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::Full | Self::Unroutable => true,
            Self::DeadLettered | Self::Invalid(_) | Self::Config(_) | Self::Closed => false,
        }
    }
}
