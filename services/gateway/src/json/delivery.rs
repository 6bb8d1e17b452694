//! How webhooks are sent to an app: settings of its owner that Sentry does not have.

use patchbay_proto::installation::{ClientCertificate, DeliverySettings};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::api::fields::Fields;

/// Null stands for the setting of the operator, which holds for all apps.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Delivery)]
pub(crate) struct DeliveryJson {
    timeout_ms: Option<u32>,
    /// Pauses between attempts, in seconds.
    retry_schedule: Option<Vec<u32>>,
    strict_order: bool,
    /// The most webhooks per second, 1 to 1000.
    rate_per_second: Option<u32>,
}

impl From<DeliverySettings> for DeliveryJson {
    fn from(settings: DeliverySettings) -> Self {
        Self {
            timeout_ms: Some(settings.timeout_ms).filter(|timeout| *timeout != 0),
            retry_schedule: Some(settings.retry_delays_seconds).filter(|pauses| !pauses.is_empty()),
            strict_order: settings.strict_order,
            rate_per_second: Some(settings.rate_per_second).filter(|rate| *rate != 0),
        }
    }
}

/// The settings under `delivery`; null sets all of them back.
pub(crate) fn settings(fields: &mut Fields, name: &'static str) -> Option<DeliverySettings> {
    let value = fields.raw(name)?;
    if value.is_null() {
        return Some(DeliverySettings::default());
    }
    let read = read(value);
    if read.is_none() {
        fields.problem(
            name,
            "Has to be an object of timeoutMs (number), retrySchedule (list of numbers), strictOrder (boolean) and ratePerSecond (number).",
        );
    }
    read
}

fn read(value: &Value) -> Option<DeliverySettings> {
    let object = value.as_object()?;
    let number = |value: &Value| value.as_u64().map(|number| u32::try_from(number).unwrap_or(u32::MAX));
    // Zero would mean the operator's setting on the way.
    let timeout_ms = match object.get("timeoutMs") {
        None | Some(Value::Null) => 0,
        // Refused as too short.
        Some(value) => number(value)?.max(1),
    };
    let rate_per_second = match object.get("ratePerSecond") {
        None | Some(Value::Null) => 0,
        Some(value) => number(value).filter(|rate| *rate > 0)?,
    };
    let retry_delays_seconds = match object.get("retrySchedule") {
        None | Some(Value::Null) => Vec::new(),
        Some(value) => value.as_array()?.iter().map(number).collect::<Option<_>>()?,
    };
    let strict_order = match object.get("strictOrder") {
        None | Some(Value::Null) => false,
        Some(value) => value.as_bool()?,
    };
    Some(DeliverySettings { timeout_ms, retry_delays_seconds, strict_order, rate_per_second })
}

/// The certificate and key under `clientCertificate`; null takes them away.
pub(crate) fn client_certificate(fields: &mut Fields, name: &'static str) -> Option<ClientCertificate> {
    let value = fields.raw(name)?;
    if value.is_null() {
        return Some(ClientCertificate::default());
    }
    let text = |key: &str| value.get(key).and_then(Value::as_str).filter(|text| !text.contains('\0'));
    match (text("certificate"), text("privateKey")) {
        (Some(certificate), Some(key)) => Some(ClientCertificate {
            certificate_pem: certificate.to_owned(),
            private_key_pem: key.to_owned(),
        }),
        _ => {
            fields.problem(name, "Has to be an object of certificate and privateKey, both PEM.");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_are_read_and_wrong_types_are_not() {
        let settings = read(
            &json!({ "timeoutMs": 2000, "retrySchedule": [5, 60], "strictOrder": true, "ratePerSecond": 5 }),
        )
        .unwrap();
        assert_eq!((settings.timeout_ms, settings.strict_order, settings.rate_per_second), (2000, true, 5));
        assert_eq!(settings.retry_delays_seconds, [5, 60]);
        assert_eq!(read(&json!({})).unwrap(), DeliverySettings::default());
        assert_eq!(read(&json!({ "timeoutMs": 0 })).unwrap().timeout_ms, 1);
        assert_eq!(read(&json!({ "timeoutMs": u64::MAX })).unwrap().timeout_ms, u32::MAX);
        for odd in [
            json!([]),
            json!({ "timeoutMs": "x" }),
            json!({ "timeoutMs": -1 }),
            json!({ "retrySchedule": 5 }),
            json!({ "retrySchedule": ["5"] }),
            json!({ "strictOrder": 1 }),
            json!({ "ratePerSecond": 0 }),
            json!({ "ratePerSecond": "5" }),
            json!({ "ratePerSecond": 0.5 }),
        ] {
            assert_eq!(read(&odd), None, "{odd}");
        }
    }
}
