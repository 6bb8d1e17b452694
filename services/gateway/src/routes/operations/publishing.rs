use patchbay_domain::Scope::{self, OrgAdmin, OrgWrite};

use crate::access::{SUPERUSERS, one_of};
use crate::field::Kind::{Flag, NullableText, Objects, Text};
use crate::field::{Field, optional, required};
use crate::json::app::AppJson;
use crate::json::publication_request::PublicationRequestJson;
use crate::operation::{get, post, put};
use crate::routes::{
    Group, disable_app, enable_app, list_publication_requests, request_publication, review_publication,
};

const WRITERS: &[Scope] = &[OrgWrite, OrgAdmin];
const ENTRY: &[Field] = &[required("question", Text), optional("answer", NullableText)];
const REQUEST: &str = "/api/0/sentry-apps/{app}/publish-request/";

pub(in crate::routes) fn group() -> Group {
    let operations = vec![
        post("request_publication", REQUEST, request_publication::request_publication)
            .does("Ask for an app to be published")
            .by(one_of(&[OrgAdmin]))
            .takes(&[required("questionnaire", Objects(ENTRY))])
            .answers_nothing(201),
        put("review_publication", REQUEST, review_publication::review_publication)
            .does("Publish an app, or not")
            .by(SUPERUSERS)
            .takes(&[required("approve", Flag), optional("note", NullableText)])
            .answers::<AppJson>(200)
            .refuses(409),
        get(
            "list_publication_requests",
            "/api/0/publish-requests/",
            list_publication_requests::list_publication_requests,
        )
        .does("List the apps that wait for a reviewer")
        .by(SUPERUSERS.and_staff())
        .paged()
        .lists::<PublicationRequestJson>(),
        post("disable_app", "/api/0/sentry-apps/{app}/disable/", disable_app::disable_app)
            .does("Switch an app off")
            .by(one_of(WRITERS))
            .takes(&[optional("reason", NullableText)])
            .answers::<AppJson>(200),
        post("enable_app", "/api/0/sentry-apps/{app}/enable/", enable_app::enable_app)
            .does("Put an app into use again")
            .by(one_of(WRITERS))
            .answers::<AppJson>(200),
    ];
    Group { name: "Publishing", about: "Reviewing apps, and switching them off.", operations }
}
