//! The registry of apps as developers meet it; who may do what is the matrix's business, which change is allowed the
//! installation service's.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::platform::Platform;

const HOOKS: &str = "/api/0/sentry-apps/hooks/";

#[tokio::test]
async fn a_change_is_partial_and_in_sentrys_words() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let before = platform.app(&owner, json!({ "overview": "Hooks." })).await;
    let after =
        platform.put(HOOKS, &owner, json!({ "name": "Better", "author": null, "overview": "" })).await;
    let mut expected = before.clone();
    (expected["name"], expected["overview"]) = (json!("Better"), Value::Null);
    expected["featureData"][0]["description"] =
        json!("Better can use the API with the permissions it was given.");
    assert_eq!((after.status, after.json()), (200, expected));

    for (change, status, body) in [
        (json!({ "name": null }), 400, r#"{"name":["This field may not be null."]}"#),
        (json!({ "scopes": ["org:fly"] }), 400, r#"{"scopes":["org:fly not a valid scope"]}"#),
        (
            json!({ "schema": { "elements": {} } }),
            400,
            r#"{"schema":["'elements' should be an array of objects"]}"#,
        ),
        (json!({ "features": [99] }), 400, r#"{"features":["\"99\" is not a valid choice."]}"#),
        (
            json!({ "delivery": { "timeoutMs": 1 } }),
            400,
            r#"{"delivery":["timeoutMs has to be between 1000 and 30000."]}"#,
        ),
        (
            json!({ "scopes": [], "events": ["issue"] }),
            400,
            r#"{"detail":"issue webhooks require the event:read permission."}"#,
        ),
    ] {
        platform.put(HOOKS, &owner, change).await.is(status, body);
    }
    let delivery =
        json!({ "timeoutMs": 2000, "retrySchedule": [5, 60], "strictOrder": true, "ratePerSecond": 5 });
    let set = platform.put(HOOKS, &owner, json!({ "delivery": delivery })).await.json();
    assert_eq!(set["delivery"], delivery);
    let one = platform.put(HOOKS, &owner, json!({ "delivery": { "timeoutMs": 3000 } })).await.json();
    let expected =
        json!({ "timeoutMs": 3000, "retrySchedule": [5, 60], "strictOrder": true, "ratePerSecond": 5 });
    assert_eq!(one["delivery"], expected, "settings that are left out stay");
    let one = platform.put(HOOKS, &owner, json!({ "delivery": { "retrySchedule": null } })).await.json();
    let expected =
        json!({ "timeoutMs": 3000, "retrySchedule": null, "strictOrder": true, "ratePerSecond": 5 });
    assert_eq!(one["delivery"], expected);
    for delivery in [json!({ "retrySchedule": [] }), json!({ "timeoutMS": 3000 })] {
        let refused = platform.put(HOOKS, &owner, json!({ "delivery": delivery })).await;
        assert_eq!((refused.status, refused.json()["delivery"].is_array()), (400, true), "{refused:?}");
    }
    let reset = platform.put(HOOKS, &owner, json!({ "delivery": null })).await.json();
    assert_eq!(
        reset["delivery"],
        json!({ "timeoutMs": null, "retrySchedule": null, "strictOrder": false, "ratePerSecond": null })
    );
}

#[tokio::test]
async fn an_app_is_removed_unless_it_is_published() {
    let platform = Platform::with_organizations().await;
    let (owner, root) = (platform.member("acme", "owner").await, platform.superuser().await);
    platform.app(&owner, json!({})).await;
    platform.put(HOOKS, &root, json!({ "status": "published" })).await;
    platform.delete(HOOKS, &owner).await.is(403, r#"{"detail":["Published apps cannot be removed."]}"#);
    platform
        .put(HOOKS, &owner, json!({ "scopes": ["org:read"] }))
        .await
        .is(400, r#"{"detail":"Cannot update permissions on a published integration."}"#);
    platform.put(HOOKS, &root, json!({ "status": "unpublished" })).await;
    platform.put(HOOKS, &root, json!({ "metadata": { "partnership_restricted": true } })).await;
    let locked = platform.delete(HOOKS, &owner).await;
    assert_eq!(locked.status, 403);
    assert!(locked.text().contains("managed by an active partnership"), "{locked:?}");
    platform.put(HOOKS, &root, json!({ "metadata": {} })).await;
    platform.delete(HOOKS, &owner).await.is(204, "");
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    for name in ["One", "Two", "Three"] {
        platform.app(&owner, json!({ "name": name })).await;
    }
    let names = |answer: &crate::answer::Answer| -> Vec<String> {
        let apps = answer.json();
        apps.as_array().unwrap().iter().map(|app| app["name"].as_str().unwrap().to_owned()).collect()
    };
    let list = platform.get("/api/0/sentry-apps/?status=unpublished&per_page=2", &owner).await;
    assert_eq!(names(&list), ["Three", "Two"]);
    let link = list.header("link");
    assert!(link.contains(r#"rel="next"; results="true"; cursor="2:1:0""#), "{link}");
    let rest = platform.get("/api/0/sentry-apps/?status=unpublished&per_page=2&cursor=2:1:0", &owner).await;
    assert_eq!(names(&rest), ["One"]);
    assert!(names(&platform.get("/api/0/sentry-apps/", &owner).await).is_empty(), "none is published");
    let own = platform.get("/api/0/organizations/acme/sentry-apps/", &owner).await;
    assert_eq!(names(&own), ["Three", "Two", "One"]);
    let stranger = platform.member("globex", "owner").await;
    assert_eq!(platform.get("/api/0/organizations/acme/sentry-apps/", &stranger).await.status, 403);
}

#[tokio::test]
async fn a_secret_is_rotated() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let before = platform.app(&owner, json!({})).await;
    let path = format!("{HOOKS}rotate-secret/");
    let rotated = platform.post(&path, &owner, json!({ "gracePeriodSeconds": 60 })).await;
    assert_eq!(rotated.status, 200, "{rotated:?}");
    let secret = rotated.json()["clientSecret"].clone();
    assert_ne!(secret, before["clientSecret"]);
    let app = platform.get(HOOKS, &owner).await.json();
    assert_eq!((&app["clientSecret"], app["previousSecretUntil"].is_string()), (&secret, true));
    platform
        .post(&path, &owner, json!({ "gracePeriodSeconds": -1 }))
        .await
        .is(400, r#"{"gracePeriodSeconds":["Ensure this value is greater than or equal to 0."]}"#);
    let stranger = platform.member("globex", "owner").await;
    platform
        .call("POST", &path, &stranger, None)
        .await
        .is(404, r#"{"detail":"Could not find the requested sentry app"}"#);
}

fn picture() -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, 256, 256);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[9; 256 * 256]).unwrap();
    writer.finish().unwrap();
    out
}

#[tokio::test]
async fn a_logo_is_uploaded_and_shown_to_everybody() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    platform.app(&owner, json!({})).await;
    let path = format!("{HOOKS}avatar/");
    let body = json!({ "avatar_type": "upload", "avatar_photo": STANDARD.encode(picture()), "color": true });
    let app = platform.put(&path, &owner, body).await;
    assert_eq!(app.status, 200, "{app:?}");
    let avatar = &app.json()["avatars"][0];
    assert_eq!((&avatar["avatarType"], &avatar["photoType"]), (&json!("upload"), &json!("logo")));
    let url = avatar["avatarUrl"].as_str().unwrap().strip_prefix("https://patchbay.example").unwrap();
    let shown = platform.get(url, "").await;
    assert_eq!((shown.status, shown.header("content-type")), (200, "image/png"));
    assert_eq!(shown.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(shown.body, picture());
    let body = json!({ "avatar_type": "upload", "avatar_photo": STANDARD.encode("GIF89a"), "color": true });
    platform
        .put(&path, &owner, body)
        .await
        .is(400, r#"{"avatar_photo":["Invalid image format. Only PNG is supported."]}"#);
    assert_eq!(platform.get("/sentry-app-avatar/x/", "").await.status, 404);
}

#[tokio::test]
async fn components_features_and_counts_are_told() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let element = json!({ "type": "stacktrace-link", "uri": "/line" });
    platform.app(&owner, json!({ "schema": { "elements": [element] } })).await;
    let components = platform.get(&format!("{HOOKS}components/"), &owner).await.json();
    assert_eq!((&components[0]["schema"], &components[0]["error"]), (&element, &json!("")));
    assert_eq!(components[0]["sentryApp"]["slug"], "hooks");
    let features = platform.get(&format!("{HOOKS}features/"), &owner).await.json();
    assert_eq!(features[0]["featureGate"], "integrations-api");

    let interaction = format!("{HOOKS}interaction/");
    platform.post(&interaction, &owner, json!({ "tsdbField": "sentry_app_viewed" })).await.is(201, "{}");
    platform.post(&interaction, &owner, json!({ "tsdbField": 1 })).await.is(
        400,
        r#"{"detail":"The tsdbField must be one of: sentry_app_viewed, sentry_app_component_interacted"}"#,
    );
    let counted = platform.get(&interaction, &owner).await.json();
    assert_eq!(counted["views"].as_array().unwrap().last().unwrap()[1], 1);
    assert_eq!(counted["componentInteractions"]["stacktrace-link"].as_array().unwrap().len(), 25);
    assert_eq!(platform.get(&format!("{interaction}?since=2&until=1"), &owner).await.status, 400);
    let stats = platform.get(&format!("{HOOKS}stats/?resolution=1d"), &owner).await.json();
    assert_eq!((&stats["totalInstalls"], stats["installStats"].as_array().unwrap().len()), (&json!(0), 2));
    let root = platform.superuser().await;
    let ranking = platform.get("/api/0/sentry-apps-stats/", &root).await.json();
    assert_eq!((&ranking[0]["slug"], &ranking[0]["installs"]), (&json!("hooks"), &json!(0)));
    assert_eq!(platform.get("/api/0/sentry-apps-stats/", &owner).await.status, 403);
}

#[tokio::test]
async fn a_new_app_has_its_delivery_settings_and_certificate() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let certificate = json!({
        "certificate": include_str!("../../../installation/tests/certificates/app.pem"),
        "privateKey": include_str!("../../../installation/tests/certificates/app.key"),
    });
    let delivery =
        json!({ "timeoutMs": 2000, "retrySchedule": [5], "strictOrder": true, "ratePerSecond": null });
    let app = json!({ "delivery": delivery, "clientCertificate": certificate });
    let app = platform.app(&owner, app).await;
    assert_eq!((&app["delivery"], &app["hasClientCertificate"]), (&delivery, &json!(true)));
    let mut sent_back = platform.get(HOOKS, &owner).await.json();
    assert_eq!(sent_back["delivery"], delivery);
    sent_back["overview"] = json!("Sent back.");
    let changed = platform.put(HOOKS, &owner, sent_back).await;
    assert_eq!((changed.status, &changed.json()["overview"]), (200, &json!("Sent back.")), "{changed:?}");
}

#[tokio::test]
async fn keys_that_are_not_known_are_refused_where_a_call_acts() {
    let platform = Platform::with_organizations().await;
    let owner = platform.member("acme", "owner").await;
    let before = platform.app(&owner, json!({})).await;
    let unknown = "This field is not known here.";
    for (method, path, body, key) in [
        ("PUT", HOOKS.to_owned(), json!({ "webhook_url": "https://example.com/new" }), "webhook_url"),
        ("POST", format!("{HOOKS}rotate-secret/"), json!({ "gracePeriod": 60 }), "gracePeriod"),
        (
            "POST",
            format!("{HOOKS}webhook-recoveries/"),
            json!({ "event_type": "issue.created" }),
            "event_type",
        ),
        ("PUT", format!("{HOOKS}avatar/"), json!({ "avatar_type": "default", "colour": true }), "colour"),
        ("POST", format!("{HOOKS}disable/"), json!({ "because": "x" }), "because"),
    ] {
        let answer = platform.call(method, &path, &owner, Some(body)).await;
        assert_eq!((answer.status, answer.json()), (400, json!({ key: [unknown] })), "{method} {path}");
    }
    assert_eq!(platform.get(HOOKS, &owner).await.json(), before, "nothing was changed");
}
