//! The row of an app.

use chrono::{DateTime, Utc};
use patchbay_db::{FromRow, Json};
use patchbay_domain::{Error, Scope};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::text_columns::TextColumns;
use super::{suspension, unreadable};
use crate::domain::app::delivery_settings::DeliverySettings;
use crate::domain::app::feature::Feature;
use crate::domain::app::{App, AppStatus, PreviousSecret, Removal, Sealed, SealedCertificate, SealedHeader};
use crate::domain::organization::Organization;

#[derive(Debug, FromRow)]
pub(super) struct AppRow {
    pub(super) id: i64,
    uuid: Uuid,
    slug: String,
    name: String,
    author: Option<String>,
    organization_id: i64,
    organization_slug: String,
    status: String,
    scopes: Json<Vec<String>>,
    events: Json<Vec<String>>,
    webhook_url: Option<String>,
    is_alertable: bool,
    verify_install: bool,
    #[sqlx(flatten)]
    texts: TextColumns,
    allowed_origins: Json<Vec<String>>,
    popularity: i32,
    client_id: String,
    client_secret: Vec<u8>,
    webhook_headers: Json<Vec<HeaderColumn>>,
    published_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    disabled_at: Option<DateTime<Utc>>,
    disabled_cause: Option<String>,
    schema: String,
    metadata: String,
    features: Json<Vec<i32>>,
    delivery: Json<DeliverySettings>,
    client_certificate: Option<String>,
    client_key: Option<Vec<u8>>,
    previous_secret: Option<Vec<u8>>,
    previous_secret_until: Option<DateTime<Utc>>,
    removal: Option<Json<Removal>>,
    pub(super) version: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct HeaderColumn {
    name: String,
    /// Ciphertext in hex.
    value: String,
}

impl From<&SealedHeader> for HeaderColumn {
    fn from(header: &SealedHeader) -> Self {
        Self { name: header.name.clone(), value: hex::encode(&header.value.0) }
    }
}

impl HeaderColumn {
    pub(super) fn into_sealed(self) -> Result<SealedHeader, Error> {
        let value = hex::decode(self.value).map_err(|_| unreadable("webhook header", &self.name))?;
        Ok(SealedHeader { name: self.name, value: Sealed(value) })
    }
}

pub(super) fn scopes(names: &[String]) -> Result<Vec<Scope>, Error> {
    names.iter().map(|name| name.parse().map_err(|_| unreadable("scope", name))).collect()
}

impl TryFrom<AppRow> for App {
    type Error = Error;

    fn try_from(row: AppRow) -> Result<Self, Error> {
        Ok(Self {
            id: row.id,
            uuid: row.uuid,
            slug: row.slug,
            name: row.name,
            author: row.author,
            owner: Organization { id: row.organization_id, slug: row.organization_slug },
            status: AppStatus::parse(&row.status).ok_or_else(|| unreadable("app status", &row.status))?,
            scopes: scopes(&row.scopes)?,
            events: row.events.0,
            webhook_url: row.webhook_url,
            is_alertable: row.is_alertable,
            verify_install: row.verify_install,
            texts: row.texts.into(),
            allowed_origins: row.allowed_origins.0,
            popularity: row.popularity,
            client_id: row.client_id,
            client_secret: Sealed(row.client_secret),
            webhook_headers: row
                .webhook_headers
                .0
                .into_iter()
                .map(HeaderColumn::into_sealed)
                .collect::<Result<_, _>>()?,
            published_at: row.published_at,
            created_at: row.created_at,
            disabled: suspension(row.disabled_at, row.disabled_cause),
            schema: row.schema,
            metadata: serde_json::from_str(&row.metadata)
                .map_err(|_| unreadable("app metadata", &row.metadata))?,
            features: row.features.0.into_iter().filter_map(Feature::new).collect(),
            delivery: row.delivery.0,
            client_certificate: row
                .client_certificate
                .zip(row.client_key)
                .map(|(pem, key)| SealedCertificate { pem, key: Sealed(key) }),
            previous_secret: row
                .previous_secret
                .zip(row.previous_secret_until)
                .map(|(secret, until)| PreviousSecret { secret: Sealed(secret), until }),
            removal: row.removal.map(|removal| removal.0),
        })
    }
}
