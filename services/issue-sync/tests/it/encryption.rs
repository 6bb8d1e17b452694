use patchbay_testkit::eventually;

use crate::service::{FIRST_KEY, SOON, Service, each};

const NEW_KEY: &[u8] = b"another key of tests";

async fn stored(service: &Service) -> Vec<Vec<u8>> {
    let mut values: Vec<Vec<u8>> =
        service.db.query("select metadata from integrations").fetch_scalars().await.unwrap();
    values.extend(service.db.query("select data from identities").fetch_scalars::<Vec<u8>>().await.unwrap());
    values
}

#[tokio::test]
async fn secrets_are_encrypted_and_re_encrypted_with_a_new_key() {
    each(|service| async move {
        service.installed().await;
        let before = stored(&service).await;
        assert_eq!(before.len(), 2);
        let shows = |value: &Vec<u8>| value.windows(9).any(|window| window == b"hush-hush");
        assert!(!before.iter().any(shows));

        let refused = service.replica(NEW_KEY, &[]).await.unwrap_err().to_string();
        assert!(refused.contains("PATCHBAY_OLD_ENCRYPTION_KEYS"), "{refused}");
        service.replica(NEW_KEY, &[FIRST_KEY]).await.unwrap();
        eventually(SOON, "both values have the new key", async || {
            let now = stored(&service).await;
            before.iter().zip(&now).all(|(before, now)| before[..4] != now[..4]).then_some(())
        })
        .await;
        service.replica(NEW_KEY, &[]).await.unwrap();
    })
    .await;
}
