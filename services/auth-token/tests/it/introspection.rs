use patchbay_proto::auth_token::introspect_response::Subject;
use patchbay_proto::auth_token::{Inactive, InstallationSubject, IntrospectResponse};

use crate::service::*;

#[tokio::test]
async fn an_active_token_is_described_in_full() {
    each(|service, _| async move {
        let pair = service.first_pair().await;
        let subject = InstallationSubject {
            installation_uuid: INSTALLATION.into(),
            app_id: APP,
            organization_id: ORGANIZATION,
        };
        let expected = IntrospectResponse {
            inactive: Inactive::Unspecified.into(),
            token_id: pair.id,
            scopes: vec!["event:read".into(), "event:write".into()],
            expires_at: pair.expires_at,
            subject: Some(Subject::Installation(subject)),
        };
        assert_eq!(service.introspect(&pair.token).await, expected);
    })
    .await;
}

#[tokio::test]
async fn an_expired_token_is_distinguished_from_an_unknown_one() {
    each(|service, _| async move {
        let pair = service.first_pair().await;
        service.clock.advance(minutes(8 * 60) - std::time::Duration::from_micros(1));
        assert!(service.is_active(&pair).await, "until its last moment");
        service.clock.advance(std::time::Duration::from_micros(1));
        let expired = IntrospectResponse { inactive: Inactive::Expired.into(), ..Default::default() };
        assert_eq!(service.introspect(&pair.token).await, expired, "no other field is set");
        let metrics = service.metrics.encode();
        assert!(metrics.contains("patchbay_auth_token_introspections_total{outcome=\"active\"} 1\n"));
        assert!(metrics.contains("patchbay_auth_token_introspections_total{outcome=\"expired\"} 1\n"));
    })
    .await;
}

#[tokio::test]
async fn any_other_text_is_an_unknown_token() {
    each(|service, _| async move {
        let pair = service.first_pair().await;
        let refresh = pair.refresh_token.clone().unwrap();
        let longer = format!("{} ", pair.token);
        let upper = pair.token.to_ascii_uppercase();
        let huge = "x".repeat(1_000_000);
        for text in ["", " ", "\0\u{1b}[2J\r\n", "' or 1=1 --", "🦀", &longer, &upper, &refresh, &huge] {
            let found = service.introspect(text).await;
            assert_eq!(
                found.inactive(),
                Inactive::Unknown,
                "{:?}",
                text.chars().take(20).collect::<String>()
            );
        }
    })
    .await;
}
