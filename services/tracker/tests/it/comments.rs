use patchbay_domain::Scope;
use patchbay_proto::tracker::{
    CreateCommentRequest, DeleteCommentRequest, ListActivityRequest, UpdateCommentRequest,
};
use patchbay_rpc::{request, request_as};
use serde_json::{Value, json};

use crate::published::Published;
use crate::service::{app, caller, each, reason, refusal};

fn write(issue_id: i64, text: &str) -> CreateCommentRequest {
    CreateCommentRequest { issue_id, organization: String::new(), text: text.to_owned() }
}

#[tokio::test]
async fn a_comment_is_created_updated_and_deleted_with_an_event_each() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        let ada = caller(&tracker.worker("acme", "Ada", "member").await);
        let id = tracker.issue("acme", "front-end", "boom").await.id;
        let mut published = Published::by(&tracker);
        assert_eq!(published.next().await.0, "issue.created");

        let comment = tracker.issues().create_comment(request_as(&ada, write(id, " It is\nbroken. "))).await;
        let comment = comment.unwrap().into_inner();
        let document: Value = serde_json::from_slice(&comment.document_json).unwrap();
        assert_eq!(document["data"], json!({ "text": "It is\nbroken." }));
        assert_eq!(
            (document["type"].as_str(), document["user"]["name"].as_str()),
            (Some("note"), Some("Ada"))
        );
        assert_eq!(tracker.read(id).await["numComments"], 1);
        let (kind, data, _) = published.next().await;
        assert_eq!(kind, "comment.created");
        let expected = json!({
            "comment_id": comment.id, "issue_id": id, "project_slug": "front-end",
            "timestamp": "2019-08-19T20:58:37.391000Z", "comment": "It is\nbroken.",
        });
        assert_eq!(data.to_string(), expected.to_string());

        let change = UpdateCommentRequest {
            issue_id: id,
            organization: "acme".to_owned(),
            comment_id: comment.id,
            text: "Fixed.".to_owned(),
        };
        let delete =
            DeleteCommentRequest { issue_id: id, organization: String::new(), comment_id: comment.id };
        let hooks = app(&acme, &[Scope::EventAdmin]);
        let foreign = tracker.issues().update_comment(request_as(&hooks, change.clone())).await;
        assert_eq!(reason(foreign), "COMMENT_NOT_FOUND");
        let foreign = tracker.issues().delete_comment(request_as(&hooks, delete.clone())).await;
        assert_eq!(reason(foreign), "COMMENT_NOT_FOUND");

        tracker.issues().update_comment(request_as(&ada, change)).await.unwrap();
        assert_eq!(published.next().await.1["comment"], "Fixed.");
        tracker.issues().delete_comment(request_as(&ada, delete.clone())).await.unwrap();
        assert_eq!(published.next().await.0, "comment.deleted");
        assert_eq!(tracker.read(id).await["numComments"], 0);
        assert_eq!(
            reason(tracker.issues().delete_comment(request_as(&ada, delete)).await),
            "COMMENT_NOT_FOUND"
        );
    })
    .await;
}

#[tokio::test]
async fn comments_alone_can_be_listed_newest_first() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        let id = tracker.issue("acme", "front-end", "boom").await.id;
        let hooks = app(&acme, &[Scope::EventRead]);
        for text in ["one", "two", "three"] {
            tracker.clock.advance(std::time::Duration::from_secs(1));
            tracker.issues().create_comment(request_as(&hooks, write(id, text))).await.unwrap();
        }
        let asked = ListActivityRequest { issue_id: id, comments_only: true, limit: 2, ..Default::default() };
        let page = tracker.issues().list_activity(request(asked)).await.unwrap().into_inner();
        let texts: Vec<Value> = page
            .activities
            .iter()
            .map(|entry| {
                serde_json::from_slice::<Value>(&entry.document_json).unwrap()["data"]["text"].clone()
            })
            .collect();
        assert_eq!((texts, page.has_more), (vec![json!("three"), json!("two")], true));
        for text in ["", " ", "a\0b", &"x".repeat(10_001)] {
            let error = refusal(tracker.issues().create_comment(request(write(id, text))).await);
            assert_eq!(error.fields[0].field, "text");
        }
        assert_eq!(
            reason(tracker.issues().create_comment(request(write(id + 1, "x"))).await),
            "ISSUE_NOT_FOUND"
        );
    })
    .await;
}
