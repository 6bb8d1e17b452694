//! Encrypts and decrypts the secrets of apps. Each ciphertext is bound to its app and column.

mod missing_keys;

use patchbay_domain::sealed::{KeyId, SealingKeys};
use patchbay_domain::{Error, SecretString};

pub(crate) use missing_keys::refuse_missing_keys;

use crate::domain::app::client_certificate::ClientCertificate;
use crate::domain::app::sealed_values::SealedValues;
use crate::domain::app::webhook_header::WebhookHeader;
use crate::domain::app::{App, PreviousSecret, Sealed, SealedCertificate, SealedHeader};

pub(crate) fn seal_client_secret(keys: &SealingKeys, app_id: i64, secret: &SecretString) -> Sealed {
    Sealed(keys.seal(&client_secret_of(app_id), secret.expose().as_bytes()))
}

pub(crate) fn client_secret(keys: &SealingKeys, app: &App) -> Result<SecretString, Error> {
    open(keys, &client_secret_of(app.id), &app.client_secret)
}

/// The previous client secret, which still signs during a rotation.
pub(crate) fn previous_secret(
    keys: &SealingKeys,
    app_id: i64,
    previous: &PreviousSecret,
) -> Result<SecretString, Error> {
    open(keys, &client_secret_of(app_id), &previous.secret)
}

pub(crate) fn seal_certificate(
    keys: &SealingKeys,
    app_id: i64,
    certificate: ClientCertificate,
) -> SealedCertificate {
    let key = Sealed(keys.seal(&client_key_of(app_id), certificate.key.expose().as_bytes()));
    SealedCertificate { pem: certificate.pem, key }
}

pub(crate) fn certificate(keys: &SealingKeys, app: &App) -> Result<Option<ClientCertificate>, Error> {
    let open = |sealed: &SealedCertificate| {
        let key = open(keys, &client_key_of(app.id), &sealed.key)?;
        Ok(ClientCertificate { pem: sealed.pem.clone(), key })
    };
    app.client_certificate.as_ref().map(open).transpose()
}

pub(crate) fn seal_headers(
    keys: &SealingKeys,
    app_id: i64,
    headers: Vec<WebhookHeader>,
) -> Vec<SealedHeader> {
    let seal = |header: WebhookHeader| {
        let value = Sealed(keys.seal(&header_of(app_id, &header.name), header.value.expose().as_bytes()));
        SealedHeader { name: header.name, value }
    };
    headers.into_iter().map(seal).collect()
}

pub(crate) fn headers(keys: &SealingKeys, app: &App) -> Result<Vec<WebhookHeader>, Error> {
    let open = |header: &SealedHeader| {
        let value = open(keys, &header_of(app.id, &header.name), &header.value)?;
        Ok(WebhookHeader { name: header.name.clone(), value })
    };
    app.webhook_headers.iter().map(open).collect()
}

/// Seals values of other keys with the current one. Returns how many could not be opened; those stay unchanged.
pub(crate) fn reseal(keys: &SealingKeys, values: &mut SealedValues) -> usize {
    let app_id = values.app_id;
    let mut failures = 0;
    let mut reseal = |owner: String, sealed: &mut Sealed| {
        if KeyId::of(&sealed.0) == Some(keys.current()) {
            return;
        }
        match keys.reseal(&owner, &sealed.0) {
            Ok(resealed) => sealed.0 = resealed,
            Err(error) => {
                let key = KeyId::of(&sealed.0).map(|id| id.to_string());
                tracing::error!(%error, owner, key, "a stored secret cannot be decrypted; it keeps its old key");
                failures += 1;
            }
        }
    };
    reseal(client_secret_of(app_id), &mut values.client_secret);
    if let Some(secret) = &mut values.previous_secret {
        reseal(client_secret_of(app_id), secret);
    }
    if let Some(key) = &mut values.client_key {
        reseal(client_key_of(app_id), key);
    }
    for header in &mut values.webhook_headers {
        reseal(header_of(app_id, &header.name), &mut header.value);
    }
    failures
}

fn client_secret_of(app_id: i64) -> String {
    format!("apps.client_secret:{app_id}")
}

fn client_key_of(app_id: i64) -> String {
    format!("apps.client_key:{app_id}")
}

fn header_of(app_id: i64, name: &str) -> String {
    format!("apps.webhook_headers:{app_id}:{name}")
}

fn open(keys: &SealingKeys, owner: &str, sealed: &Sealed) -> Result<SecretString, Error> {
    let plain = keys.open(owner, &sealed.0)?;
    let text = std::str::from_utf8(plain.expose())
        .map_err(|_| Error::internal("SEALED_VALUE_UNREADABLE", "A stored secret cannot be read."))?;
    Ok(SecretString::new(text))
}
