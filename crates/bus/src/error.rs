//! Errors of the bus.

pub type Result<T> = std::result::Result<T, BusError>;

/// Why a publish or its confirm failed. The message still belongs to its publisher in every case.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum BusError {
    /// The broker is unavailable, or became unavailable before it confirmed. The message may still have
    /// arrived.
    #[error("the bus is unavailable: {0}")]
    Unavailable(String),
    /// The queue is at its limit.
    #[error("the queue is full")]
    Full,
    /// No queue receives messages of this topic. The topology has been declared again in the meantime.
    #[error("no queue takes the message")]
    Unroutable,
    /// The consumer rejected the message or returned it too often; it is a dead letter now. Only in process:
    /// RabbitMQ confirms before a consumer receives the message.
    #[error("the message became a dead letter")]
    DeadLettered,
    /// No bus can carry this message.
    #[error("the message cannot be carried: {0}")]
    Invalid(&'static str),
    /// The configuration is invalid.
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
