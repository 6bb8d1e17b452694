use patchbay_domain::Caller;
use patchbay_proto::issue_sync::encryption_client::EncryptionClient;
use patchbay_proto::issue_sync::{EncryptionKey, ListEncryptionKeysRequest};
use patchbay_rpc::request_as;
use patchbay_testkit::eventually;
use tonic::Code;

use crate::service::{FIRST_KEY, SOON, Service, each};

const NEW_KEY: &[u8] = b"another key of tests";

async fn stored(service: &Service) -> Vec<Vec<u8>> {
    let mut values: Vec<Vec<u8>> =
        service.db.query("select metadata from integrations").fetch_scalars().await.unwrap();
    values.extend(service.db.query("select data from identities").fetch_scalars::<Vec<u8>>().await.unwrap());
    values
}

fn shown(key: EncryptionKey) -> (bool, Vec<(String, i64)>) {
    (key.is_current, key.credentials.into_iter().map(|it| (it.place, it.count)).collect())
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
        let replica = service.replica(NEW_KEY, &[FIRST_KEY]).await.unwrap();
        eventually(SOON, "both values have the new key", async || {
            let now = stored(&service).await;
            before.iter().zip(&now).all(|(before, now)| before[..4] != now[..4]).then_some(())
        })
        .await;
        let request = || request_as(&Caller::Operator, ListEncryptionKeysRequest {});
        let listed = EncryptionClient::new(replica.clone()).list_encryption_keys(request()).await.unwrap();
        let keys: Vec<(bool, Vec<(String, i64)>)> = listed.into_inner().keys.into_iter().map(shown).collect();
        let both = ["integrations.metadata", "identities.data"].map(|place| (place.to_owned(), 1)).to_vec();
        assert_eq!(keys, [(true, both), (false, Vec::new())]);
        let stranger = request_as(&service.manager(), ListEncryptionKeysRequest {});
        let refused = EncryptionClient::new(replica).list_encryption_keys(stranger).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
        service.replica(NEW_KEY, &[]).await.unwrap();
    })
    .await;
}
