//! How webhooks are sent to an app, from and to the messages of the registry.

use std::ops::RangeInclusive;

use patchbay_domain::{Error, SecretString};
use patchbay_proto::installation as proto;
use prost_types::FieldMask;

use crate::domain::app::delivery_settings::{DeliveryChange, DeliverySettings};

/// `timeouts` are the operator's bounds, in milliseconds.
pub(super) fn delivery_message(
    settings: &DeliverySettings,
    timeouts: &RangeInclusive<u32>,
) -> proto::DeliverySettings {
    proto::DeliverySettings {
        timeout_ms: settings.timeout_within(timeouts).unwrap_or_default(),
        retry_delays_seconds: settings.retry_delays_seconds.clone(),
        strict_order: settings.strict_order,
        rate_per_second: settings.rate_per_second.unwrap_or_default(),
    }
}

pub(super) fn delivery_settings(message: proto::DeliverySettings) -> DeliverySettings {
    DeliverySettings {
        timeout_ms: Some(message.timeout_ms).filter(|timeout| *timeout != 0),
        retry_delays_seconds: message.retry_delays_seconds,
        strict_order: message.strict_order,
        rate_per_second: Some(message.rate_per_second).filter(|rate| *rate != 0),
    }
}

/// The settings that the mask names; all of them without a mask.
pub(super) fn delivery_change(
    message: proto::DeliverySettings,
    mask: Option<FieldMask>,
) -> Result<DeliveryChange, Error> {
    let settings = delivery_settings(message);
    let DeliverySettings { timeout_ms, retry_delays_seconds, strict_order, rate_per_second } = settings;
    let Some(mask) = mask else {
        return Ok(DeliveryChange {
            timeout_ms: Some(timeout_ms),
            retry_delays_seconds: Some(retry_delays_seconds),
            strict_order: Some(strict_order),
            rate_per_second: Some(rate_per_second),
        });
    };
    let mut change = DeliveryChange::default();
    for path in &mask.paths {
        match path.as_str() {
            "timeout_ms" => change.timeout_ms = Some(timeout_ms),
            "retry_delays_seconds" => change.retry_delays_seconds = Some(retry_delays_seconds.clone()),
            "strict_order" => change.strict_order = Some(strict_order),
            "rate_per_second" => change.rate_per_second = Some(rate_per_second),
            _ => return Err(Error::field("delivery_mask", "This is not a setting of deliveries.")),
        }
    }
    Ok(change)
}

pub(super) fn certificate_and_key(message: proto::ClientCertificate) -> (String, SecretString) {
    (message.certificate_pem, SecretString::new(message.private_key_pem))
}
