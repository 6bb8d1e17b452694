//! An app for the tests of this folder.

use chrono::DateTime;
use patchbay_domain::Scope;
use uuid::Uuid;

use crate::domain::app::App;
use crate::domain::app::AppStatus;
use crate::domain::app::Sealed;
use crate::domain::app::feature::Feature;
use crate::domain::organization::Organization;

/// App 12 `webhooks-galore` of organization 7.
pub(crate) fn app(status: AppStatus) -> App {
    App {
        id: 12,
        uuid: Uuid::from_u128(0x2ebf_071f_28df_4989_aca9_c37c_763b_278f),
        slug: "webhooks-galore".into(),
        name: "Webhooks Galore".into(),
        author: Some("ACME".into()),
        owner: Organization { id: 7, slug: "acme".into() },
        status,
        scopes: vec![Scope::EventRead],
        events: vec!["issue.created".into()],
        webhook_url: Some("https://example.com/hook".into()),
        is_alertable: false,
        verify_install: true,
        texts: Default::default(),
        allowed_origins: vec![],
        popularity: 1,
        client_id: "c".repeat(64),
        client_secret: Sealed(vec![]),
        webhook_headers: vec![],
        published_at: None,
        created_at: DateTime::UNIX_EPOCH,
        disabled: None,
        schema: "{}".into(),
        metadata: Default::default(),
        features: vec![Feature::API],
        delivery: Default::default(),
        client_certificate: None,
        previous_secret: None,
        removal: None,
    }
}
