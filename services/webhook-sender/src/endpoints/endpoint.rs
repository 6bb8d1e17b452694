//! Where and how one app receives its webhooks.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use patchbay_egress::{Address, Egress, EgressError, HeaderMap, header_is_reserved};
use patchbay_proto::installation as proto;
use patchbay_proto::installation::AppStatus;
use patchbay_webhook_signature::{Secret, SecretError, Signer};

use super::slots::EndpointSlots;
use crate::domain::attempt_headers::lasting_headers;
use crate::domain::mask::Mask;
use crate::domain::retry_schedule::RetrySchedule;
use crate::domain::verdict::AppView;

/// One app. Built at each change, so that nothing is computed per webhook.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub app_id: i64,
    pub app_slug: String,
    pub status: AppStatus,
    pub owner_organization_id: i64,
    pub is_disabled: bool,
    /// `None` when the app takes no webhooks.
    pub destination: Option<Arc<Destination>>,
    /// Survives changes of the endpoint.
    pub slots: Arc<EndpointSlots>,
}

/// The data that attempts need.
pub(crate) struct Destination {
    pub url: Arc<str>,
    /// The checked URL, or the error of each attempt if it is invalid.
    pub address: Result<Address, EgressError>,
    /// Has its own connections if the app has a client certificate.
    pub egress: Egress,
    pub signer: Signer,
    pub custom_headers: Vec<(String, String)>,
    /// Hides the values of the custom headers in responses.
    pub mask: Mask,
    /// Headers that are the same in all requests: the app's custom headers, then ours.
    pub headers: HeaderMap,
    /// The app's own timeout, which the installation service has bounded; `None` for the default.
    pub timeout: Option<Duration>,
    /// The app's own schedule; `None` for the default.
    pub schedule: Option<RetrySchedule>,
    /// The most webhooks per second that the app wants; `None` for no limit.
    pub rate_limit: Option<u32>,
    /// Whether webhooks of one installation and ordering key are sent one at a time.
    pub strict_order: bool,
}

impl Endpoint {
    pub(crate) fn new(message: proto::Endpoint, slots: Arc<EndpointSlots>, egress: &Egress) -> Self {
        let destination = Destination::new(&message, egress).unwrap_or_else(|error| {
            tracing::error!(app_id = message.app_id, %error, "a client secret of the app is malformed; the app gets no webhooks until it is rotated");
            None
        });
        Self {
            app_id: message.app_id,
            status: message.status(),
            app_slug: message.app_slug,
            owner_organization_id: message.owner_organization_id,
            is_disabled: message.is_disabled,
            destination: destination.map(Arc::new),
            slots,
        }
    }

    /// Whether other organizations than the owner may have data in the request log.
    pub(crate) fn is_public(&self) -> bool {
        !matches!(
            self.status,
            AppStatus::Internal | AppStatus::Unpublished | AppStatus::PublishRequestInprogress
        )
    }

    pub(crate) fn own_timeout(&self) -> Option<Duration> {
        self.destination.as_ref()?.timeout
    }

    pub(crate) fn view(&self) -> AppView {
        match (self.status, &self.destination) {
            (AppStatus::DeletionInProgress, None) => AppView::Removed,
            (_, None) => AppView::WithoutUrl,
            (_, Some(_)) if self.is_disabled => AppView::Disabled,
            (_, Some(_)) => AppView::Reachable,
        }
    }
}

impl Destination {
    fn new(message: &proto::Endpoint, egress: &Egress) -> Result<Option<Self>, SecretError> {
        let Some((newest, previous)) = message.client_secrets.split_first() else { return Ok(None) };
        if message.webhook_url.is_empty() {
            return Ok(None);
        }
        let settings = message.delivery.as_ref();
        let mut signer = Signer::new(&Secret::from_client_secret(newest)?);
        for secret in previous {
            signer = signer.and_previous(&Secret::from_client_secret(secret)?);
        }
        let custom_headers = custom_headers(&message.webhook_headers);
        Ok(Some(Self {
            url: message.webhook_url.as_str().into(),
            address: egress.address(&message.webhook_url),
            egress: egress_of(message, egress),
            signer,
            headers: lasting_headers(&custom_headers),
            mask: Mask::new(&custom_headers),
            custom_headers,
            timeout: settings
                .map(|settings| Duration::from_millis(settings.timeout_ms.into()))
                .filter(|timeout| !timeout.is_zero()),
            schedule: settings
                .map(|settings| settings.retry_delays_seconds.as_slice())
                .filter(|pauses| !pauses.is_empty())
                .map(RetrySchedule::of_seconds),
            rate_limit: settings.map(|settings| settings.rate_per_second).filter(|rate| *rate > 0),
            strict_order: settings.is_some_and(|settings| settings.strict_order),
        }))
    }
}

/// Without a usable certificate webhooks are sent without one, and the app reports the refusal.
fn egress_of(message: &proto::Endpoint, egress: &Egress) -> Egress {
    let Some(certificate) = &message.client_certificate else { return egress.clone() };
    let (chain, key) = (certificate.certificate_pem.as_bytes(), certificate.private_key_pem.as_bytes());
    egress.with_certificate(chain, key).unwrap_or_else(|error| {
        tracing::error!(app_id = message.app_id, %error, "the client certificate of an app cannot be used; its webhooks are sent without one");
        egress.clone()
    })
}

/// Trimmed from names and values of headers, as the app registry does.
const BLANKS: [char; 2] = [' ', '\t'];

/// Skips malformed lines and headers that only the connection may set, because they would fail every attempt.
fn custom_headers(lines: &[String]) -> Vec<(String, String)> {
    let pairs = lines.iter().filter_map(|line| line.split_once(':'));
    pairs
        .map(|(name, value)| (name.trim_matches(BLANKS).to_owned(), value.trim_matches(BLANKS).to_owned()))
        .filter(|(name, value)| is_token(name) && is_value(value) && !header_is_reserved(name))
        .collect()
}

fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

fn is_value(value: &str) -> bool {
    value.chars().all(|c| c == '\t' || !c.is_control())
}

/// Shows no fields: headers hold credentials, and a URL may carry a token in its query.
impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Destination").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use patchbay_egress::EgressPolicy;

    use super::*;
    use crate::endpoints::slots::SlotTable;

    fn message() -> proto::Endpoint {
        proto::Endpoint {
            app_id: 1,
            status: AppStatus::Published.into(),
            webhook_url: "https://app.example/hook?token=hunter2".into(),
            client_secrets: vec!["ab".repeat(32)],
            webhook_headers: vec!["X-Token: hunter2".into()],
            ..Default::default()
        }
    }

    fn endpoint(message: proto::Endpoint) -> Endpoint {
        let egress = Egress::new(EgressPolicy::default()).unwrap();
        Endpoint::new(message, SlotTable::new(8).of(1), &egress)
    }

    #[test]
    fn an_app_is_reachable_with_a_url_and_a_secret() {
        let url = String::new();
        let removed = AppStatus::DeletionInProgress.into();
        let cases = [
            (message(), AppView::Reachable),
            (proto::Endpoint { webhook_url: url.clone(), ..message() }, AppView::WithoutUrl),
            (proto::Endpoint { client_secrets: vec![], ..message() }, AppView::WithoutUrl),
            (proto::Endpoint { client_secrets: vec!["x".into()], ..message() }, AppView::WithoutUrl),
            (proto::Endpoint { webhook_url: url, status: removed, ..message() }, AppView::Removed),
            (proto::Endpoint { status: removed, ..message() }, AppView::Reachable),
            (proto::Endpoint { is_disabled: true, ..message() }, AppView::Disabled),
        ];
        for (message, view) in cases {
            assert_eq!(endpoint(message.clone()).view(), view, "{message:?}");
        }
    }

    #[test]
    fn an_app_is_public_once_it_is_published() {
        use AppStatus::{DeletionInProgress, Internal, PublishRequestInprogress, Published, Unpublished};
        for (status, is_public) in [
            (Internal, false),
            (Unpublished, false),
            (PublishRequestInprogress, false),
            (Published, true),
            (DeletionInProgress, true),
        ] {
            let message = proto::Endpoint { status: status.into(), ..message() };
            assert_eq!(endpoint(message).is_public(), is_public, "{status:?}");
        }
    }

    #[test]
    fn an_apps_own_settings_apply() {
        let delivery = |timeout_ms, pauses: &[u32]| {
            let settings = proto::DeliverySettings {
                timeout_ms,
                retry_delays_seconds: pauses.to_vec(),
                strict_order: timeout_ms > 0,
                rate_per_second: timeout_ms / 1000,
            };
            endpoint(proto::Endpoint { delivery: Some(settings), ..message() }).destination.unwrap()
        };
        let own = delivery(60_000, &[1, 2]);
        assert_eq!((own.timeout, own.strict_order), (Some(Duration::from_secs(60)), true));
        assert_eq!(own.rate_limit, Some(60));
        assert_eq!(own.schedule.as_ref().unwrap().pause(2, 0.0), Some(Duration::from_secs(2)));
        let open = delivery(0, &[]);
        assert!(
            open.timeout.is_none()
                && open.schedule.is_none()
                && open.rate_limit.is_none()
                && !open.strict_order
        );
    }

    #[test]
    fn custom_headers_that_would_break_the_request_are_skipped() {
        let lines =
            ["X-A: 1", "X-B:a:b ", "Host: internal", "no header", "bad name: 1", ": 1", "X-C: a\r\nX-D: 1"];
        let lines = lines.map(str::to_owned);
        let expected = [("X-A", "1"), ("X-B", "a:b")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(custom_headers(&lines), expected);
    }

    #[test]
    fn neither_secrets_nor_headers_nor_the_url_show_in_debug_output() {
        let shown = format!("{:?}", endpoint(message()));
        assert!(!shown.contains("hunter2") && !shown.contains("abab"), "{shown}");
    }
}
