//! Components as a page shows them: with the options of their selects and the targets of their links.
//!
//! Apps are asked while a person waits, so the number of requests, their concurrency and their duration are bounded. A
//! failure of one app puts an error into the component of that app and does not affect the others.

mod selects;

use std::time::Duration;

use futures::{StreamExt, stream};
use patchbay_domain::component_url::component_url;
use patchbay_proto::installation::{Component, Installation};
use tokio::time::Instant;

use crate::apps::call::patience;
use crate::apps::options_cache::Question;
use crate::apps::select_options;
use crate::context::Context;
use crate::json::component::ComponentJson;
use selects::{Wanted, offer_answered, offer_known};

/// Components whose apps are asked at the same time, and questions to each.
const COMPONENTS_AT_ONCE: usize = 8;
const QUESTIONS_AT_ONCE: usize = 4;
/// Questions for a component, and for all components of a page.
const MOST_OF_A_COMPONENT: usize = 20;
const MOST_OF_A_PAGE: usize = 100;
/// How long an app may take for an answer, and all apps of a page for theirs.
const LONGEST_ANSWER: Duration = Duration::from_secs(5);
const LONGEST_PAGE: Duration = Duration::from_secs(10);

/// A component, and the options to request from its app.
struct Planned {
    json: ComponentJson,
    installation: Installation,
    wanted: Vec<Wanted>,
}

/// Prepares the components, each for its installation, in the same order.
pub(crate) async fn prepare(
    context: &Context,
    components: Vec<Component>,
    project_slug: Option<&str>,
) -> Vec<ComponentJson> {
    let deadline = patience(context).min(Instant::now() + LONGEST_PAGE);
    let mut questions_left = MOST_OF_A_PAGE;
    let mut planned = Vec::with_capacity(components.len());
    for component in components {
        let mut plan = plan(component, context.config.base_url(), project_slug);
        let most = MOST_OF_A_COMPONENT.min(questions_left);
        if plan.wanted.len() > most {
            plan.wanted.truncate(most);
            plan.json.error = "Too many select fields want options from their apps.".to_owned();
        }
        questions_left -= plan.wanted.len();
        planned.push(plan);
    }
    let answered = planned.into_iter().enumerate().map(|(position, plan)| {
        let (context, project_slug) = (context.clone(), project_slug.map(str::to_owned));
        async move { (position, ask(&context, plan, project_slug, deadline).await) }
    });
    // In the order of the answers: components do not wait for a slow app in front of them.
    let mut answered: Vec<_> = stream::iter(answered).buffer_unordered(COMPONENTS_AT_ONCE).collect().await;
    answered.sort_by_key(|(position, _)| *position);
    answered.into_iter().map(|(_, component)| component).collect()
}

fn plan(component: Component, base_url: &str, project_slug: Option<&str>) -> Planned {
    let installation = Installation {
        uuid: component.installation_uuid.clone().unwrap_or_default(),
        app_id: component.app_id,
        app_slug: component.app_slug.clone(),
        organization_id: component.organization_id,
        ..Installation::default()
    };
    let (element_type, webhook_url) = (component.r#type.clone(), component.webhook_url.clone());
    let mut json = ComponentJson::new(component, base_url);
    if element_type == "stacktrace-link" {
        let mut pairs = vec![("installationId".to_owned(), installation.uuid.clone())];
        pairs.extend(project_slug.map(|slug| ("projectSlug".to_owned(), slug.to_owned())));
        let uri = json.schema["uri"].as_str().unwrap_or_default();
        match component_url(webhook_url.as_deref().unwrap_or_default(), uri, &pairs) {
            Ok(url) => json.schema["url"] = url.into(),
            Err(error) => json.error = error.message,
        }
    }
    let wanted = offer_known(&element_type, &mut json.schema);
    Planned { json, installation, wanted }
}

/// Requests the options; stops at the first failure.
async fn ask(
    context: &Context,
    plan: Planned,
    project_slug: Option<String>,
    deadline: Instant,
) -> ComponentJson {
    let Planned { mut json, installation, wanted } = plan;
    let installation = &installation;
    let questions = wanted.into_iter().map(|wanted| {
        let question =
            Question { uri: wanted.uri.clone(), project_slug: project_slug.clone(), ..Question::default() };
        async move {
            let deadline = deadline.min(Instant::now() + LONGEST_ANSWER);
            let answer = select_options::fetch(context, installation, question, deadline).await;
            (wanted, answer)
        }
    });
    let mut answers = stream::iter(questions).buffered(QUESTIONS_AT_ONCE);
    while let Some((wanted, answer)) = answers.next().await {
        match answer {
            Ok(answer) => offer_answered(&mut json.schema, &wanted, answer),
            Err(failure) => {
                json.error = failure.detail();
                break;
            }
        }
    }
    drop(answers);
    json
}
