use patchbay_domain::Scope::{self, OrgAdmin, OrgRead, OrgWrite};

use crate::access::one_of;
use crate::field::Kind::{Flag, Integer, NullableText, Text};
use crate::field::{Field, optional};
use crate::json::dead_letter::DeadLetterJson;
use crate::json::endpoint_health::EndpointHealthJson;
use crate::json::recovery::RecoveryJson;
use crate::operation::{delete, get, post};
use crate::routes::{
    Group, cancel_recovery, get_endpoint_health, get_recovery, list_dead_letters, recover_webhooks,
    resend_webhook,
};

const READERS: &[Scope] = &[OrgRead, OrgWrite, OrgAdmin];
const WRITERS: &[Scope] = &[OrgWrite, OrgAdmin];

const DEAD_LETTER_QUERY: &[Field] = &[
    optional("eventType", Text),
    optional("installation", Text),
    optional("reason", Text),
    optional("start", Text),
    optional("end", Text),
];

const RECOVERY: &[Field] = &[
    optional("eventType", NullableText),
    optional("installation", NullableText),
    optional("reason", NullableText),
    optional("start", Text),
    optional("end", Text),
    optional("ratePerSecond", Integer),
    optional("dryRun", Flag),
];

pub(in crate::routes) fn group() -> Group {
    let operations = vec![
        get(
            "get_endpoint_health",
            "/api/0/sentry-apps/{app}/webhook-health/",
            get_endpoint_health::get_endpoint_health,
        )
        .does("See how an app's endpoint is doing")
        .by(one_of(READERS))
        .answers::<EndpointHealthJson>(200),
        get(
            "list_dead_letters",
            "/api/0/sentry-apps/{app}/webhook-dead-letters/",
            list_dead_letters::list_dead_letters,
        )
        .does("List webhooks that were given up")
        .by(one_of(READERS))
        .asks(DEAD_LETTER_QUERY)
        .paged()
        .lists::<DeadLetterJson>(),
        post(
            "resend_webhook",
            "/api/0/webhook-deliveries/{delivery}/resend/",
            resend_webhook::resend_webhook,
        )
        .does("Send a webhook once more")
        .by(one_of(WRITERS))
        .answers_nothing(202),
        post(
            "recover_webhooks",
            "/api/0/sentry-apps/{app}/webhook-recoveries/",
            recover_webhooks::recover_webhooks,
        )
        .does("Send given-up webhooks again")
        .by(one_of(WRITERS))
        .takes(RECOVERY)
        .answers::<RecoveryJson>(200)
        .answers::<RecoveryJson>(202)
        .refuses(409),
        get("get_recovery", "/api/0/webhook-recoveries/{recovery}/", get_recovery::get_recovery)
            .does("See how far a recovery is")
            .by(one_of(READERS))
            .answers::<RecoveryJson>(200),
        delete("cancel_recovery", "/api/0/webhook-recoveries/{recovery}/", cancel_recovery::cancel_recovery)
            .does("End a recovery")
            .by(one_of(WRITERS))
            .answers::<RecoveryJson>(200),
    ];
    Group { name: "Webhooks", about: "What was sent to apps, and sending it again.", operations }
}
