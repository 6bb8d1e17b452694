//! Data of the events `installation.created` and `installation.deleted`.

use serde::Serialize;

use crate::domain::installation::Installation;

/// The event data as compact JSON. Only `installation.created` has the grant code.
///
/// Keys follow the order of Sentry's documentation; each id that was added later follows the slug it belongs to.
pub(crate) fn data_json(installation: &Installation, code: Option<&str>) -> Vec<u8> {
    let Installation { organization, app, .. } = installation;
    let data = Data {
        installation: Body {
            status: installation.status.as_str(),
            organization: Organization { slug: &organization.slug, id: organization.id },
            app: App { uuid: app.uuid.to_string(), slug: &app.slug, id: app.id },
            code,
            uuid: installation.uuid.to_string(),
        },
    };
    serde_json::to_vec(&data).expect("plain data is JSON")
}

#[derive(Serialize)]
struct Data<'a> {
    installation: Body<'a>,
}

#[derive(Serialize)]
struct Body<'a> {
    status: &'static str,
    organization: Organization<'a>,
    app: App<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    uuid: String,
}

#[derive(Serialize)]
struct Organization<'a> {
    slug: &'a str,
    id: i64,
}

#[derive(Serialize)]
struct App<'a> {
    uuid: String,
    slug: &'a str,
    #[serde(rename = "sentryAppId")]
    id: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::app::AppStatus;
    use crate::domain::installation::InstallationStatus;
    use crate::domain::organization;
    use crate::domain::test_app::app;
    use chrono::DateTime;
    use serde_json::Value;
    use uuid::Uuid;

    const SENTRYS_EXAMPLE: &str = include_str!("../../../tests/golden/installation_created_sentry.json");
    const CREATED: &str = include_str!("../../../tests/golden/installation_created.json");
    const DELETED: &str = include_str!("../../../tests/golden/installation_deleted.json");

    fn installation() -> Installation {
        let organization = organization::Organization { id: 7, slug: "test-org".into() };
        let uuid = Uuid::from_u128(0xa8e5_d37a_696c_4c54_adb5_b3f2_8d64_c7de);
        Installation::new(3, uuid, &app(AppStatus::Published), organization, DateTime::UNIX_EPOCH)
    }

    const CODE: &str = "f3c71b491e3949b6b033ae45312a4fcb";

    fn compact(json: &str) -> String {
        serde_json::from_str::<Value>(json).unwrap().to_string()
    }

    #[test]
    fn without_the_newer_ids_it_is_sentrys_example_to_the_letter() {
        let mut data: Value = serde_json::from_slice(&data_json(&installation(), Some(CODE))).unwrap();
        let shown = &mut data["installation"];
        shown["organization"].as_object_mut().unwrap().shift_remove("id").unwrap();
        shown["app"].as_object_mut().unwrap().shift_remove("sentryAppId").unwrap();
        let example: Value = serde_json::from_str(SENTRYS_EXAMPLE).unwrap();
        assert_eq!(data.to_string(), example["data"].to_string());
    }

    #[test]
    fn created_and_deleted_are_the_golden_files() {
        let created = installation();
        assert_eq!(String::from_utf8(data_json(&created, Some(CODE))).unwrap(), compact(CREATED));
        let deleted = Installation { status: InstallationStatus::PendingDeletion, ..created };
        assert_eq!(String::from_utf8(data_json(&deleted, None)).unwrap(), compact(DELETED));
    }
}
