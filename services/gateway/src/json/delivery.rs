//! How webhooks are sent to an app: settings of its owner that Sentry does not have.

use patchbay_domain::shortened;
use patchbay_proto::installation::{ClientCertificate, DeliverySettings};
use prost_types::FieldMask;
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

/// A change of delivery settings: those that the mask names.
#[derive(Debug, PartialEq)]
pub(crate) struct DeliveryChange {
    pub(crate) settings: DeliverySettings,
    pub(crate) mask: FieldMask,
}

/// The keys of `delivery`, and the settings that they change.
const KEYS: [(&str, &str); 4] = [
    ("timeoutMs", "timeout_ms"),
    ("retrySchedule", "retry_delays_seconds"),
    ("strictOrder", "strict_order"),
    ("ratePerSecond", "rate_per_second"),
];

/// The change under `delivery`. Keys that are left out keep their setting; a null sets it back, and null instead of the
/// object sets all of them back.
pub(crate) fn change(fields: &mut Fields, name: &'static str) -> Option<DeliveryChange> {
    let value = fields.raw(name)?;
    if value.is_null() {
        let paths = KEYS.map(|(_, setting)| setting.to_owned()).to_vec();
        return Some(DeliveryChange { settings: DeliverySettings::default(), mask: FieldMask { paths } });
    }
    let read = read(value);
    read.map_err(|problem| fields.problem(name, problem)).ok()
}

fn read(value: &Value) -> Result<DeliveryChange, String> {
    let shape = || {
        "Has to be an object of timeoutMs (number), retrySchedule (list of numbers), strictOrder (boolean) and ratePerSecond (number)."
            .to_owned()
    };
    let object = value.as_object().ok_or_else(shape)?;
    if let Some(unknown) = object.keys().find(|name| KEYS.iter().all(|(known, _)| known != name)) {
        return Err(format!("{} is not known here. {}", shortened(unknown), shape()));
    }
    let number = |value: &Value| value.as_u64().map(|number| u32::try_from(number).unwrap_or(u32::MAX));
    // Zero would mean the operator's setting on the way.
    let timeout_ms = match object.get("timeoutMs") {
        None | Some(Value::Null) => 0,
        // Refused as too short.
        Some(value) => number(value).ok_or_else(shape)?.max(1),
    };
    let rate_per_second = match object.get("ratePerSecond") {
        None | Some(Value::Null) => 0,
        Some(value) => number(value).filter(|rate| *rate > 0).ok_or_else(shape)?,
    };
    let retry_delays_seconds = match object.get("retrySchedule") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(pauses)) if pauses.is_empty() => {
            return Err("retrySchedule may not be empty. Null stands for the operator's schedule.".to_owned());
        }
        Some(value) => {
            let pauses = value.as_array().ok_or_else(shape)?;
            pauses.iter().map(number).collect::<Option<_>>().ok_or_else(shape)?
        }
    };
    let strict_order = match object.get("strictOrder") {
        None | Some(Value::Null) => false,
        Some(value) => value.as_bool().ok_or_else(shape)?,
    };
    let changed = KEYS.iter().filter(|(key, _)| object.contains_key(*key));
    Ok(DeliveryChange {
        settings: DeliverySettings { timeout_ms, retry_delays_seconds, strict_order, rate_per_second },
        mask: FieldMask { paths: changed.map(|(_, setting)| (*setting).to_owned()).collect() },
    })
}

/// The certificate and key under `clientCertificate`; null takes them away.
pub(crate) fn client_certificate(fields: &mut Fields, name: &'static str) -> Option<ClientCertificate> {
    let value = fields.raw(name)?;
    if value.is_null() {
        return Some(ClientCertificate::default());
    }
    let text = |key: &str| value.get(key).and_then(Value::as_str).filter(|text| !text.contains('\0'));
    let has_others = value.as_object().is_some_and(|object| object.len() > 2);
    match (text("certificate").filter(|_| !has_others), text("privateKey")) {
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
        let all = read(
            &json!({ "timeoutMs": 2000, "retrySchedule": [5, 60], "strictOrder": true, "ratePerSecond": 5 }),
        )
        .unwrap();
        assert_eq!((all.settings.timeout_ms, all.settings.strict_order), (2000, true));
        assert_eq!((all.settings.retry_delays_seconds, all.settings.rate_per_second), (vec![5, 60], 5));
        assert_eq!(all.mask.paths, KEYS.map(|(_, setting)| setting));
        let nothing = read(&json!({})).unwrap();
        assert_eq!((nothing.settings, nothing.mask.paths), (DeliverySettings::default(), vec![]));
        assert_eq!(read(&json!({ "retrySchedule": null })).unwrap().mask.paths, ["retry_delays_seconds"]);
        assert_eq!(read(&json!({ "timeoutMs": 0 })).unwrap().settings.timeout_ms, 1);
        assert_eq!(read(&json!({ "timeoutMs": u64::MAX })).unwrap().settings.timeout_ms, u32::MAX);
        for odd in [
            json!([]),
            json!({ "timeoutMs": "x" }),
            json!({ "timeoutMs": -1 }),
            json!({ "retrySchedule": 5 }),
            json!({ "retrySchedule": ["5"] }),
            json!({ "retrySchedule": [] }),
            json!({ "strictOrder": 1 }),
            json!({ "ratePerSecond": 0 }),
            json!({ "ratePerSecond": "5" }),
            json!({ "ratePerSecond": 0.5 }),
            json!({ "timeoutMS": 2000 }),
        ] {
            assert!(read(&odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_setting_that_is_shown_can_be_changed() {
        let shown = serde_json::to_value(DeliveryJson::from(DeliverySettings::default())).unwrap();
        let read = read(&shown).unwrap();
        assert_eq!(read.mask.paths, KEYS.map(|(_, setting)| setting));
    }

    #[test]
    fn a_certificate_has_two_keys_and_no_others() {
        let read = |body: Value| {
            let mut fields = Fields::new([("clientCertificate".to_owned(), body)].into_iter().collect());
            (client_certificate(&mut fields, "clientCertificate"), fields.finish().is_ok())
        };
        let expected = ClientCertificate { certificate_pem: "c".into(), private_key_pem: "k".into() };
        assert_eq!(read(json!({ "certificate": "c", "privateKey": "k" })), (Some(expected), true));
        assert_eq!(read(json!({ "certificate": "c", "privateKey": "k", "password": "p" })), (None, false));
        assert_eq!(read(Value::Null), (Some(ClientCertificate::default()), true));
    }
}
