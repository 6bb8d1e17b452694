use patchbay_domain::{Error, Result};
use uuid::Uuid;

pub(super) fn installation_uuid(text: &str) -> Result<Uuid> {
    parse("installation_uuid", text)
}

pub(super) fn installation_uuids(texts: &[String]) -> Result<Vec<Uuid>> {
    texts.iter().map(|text| parse("installation_uuids", text)).collect()
}

fn parse(field: &str, text: &str) -> Result<Uuid> {
    text.parse().map_err(|_| Error::field(field, "Must be a valid UUID."))
}
