use patchbay_domain::Scope::{
    self, AlertsRead, AlertsWrite, EventAdmin, EventRead, EventWrite, OrgAdmin, OrgIntegrations, OrgRead,
    OrgWrite, ProjectAdmin, ProjectRead, ProjectWrite, TeamAdmin, TeamRead, TeamWrite,
};

use crate::access::one_of;
use crate::field::Kind::{Anything, Flag, Integer, Object, Text, Texts};
use crate::field::{Field, optional, required};
use crate::json::external_issue::ExternalIssueJson;
use crate::json::project::ProjectJson;
use crate::json::team::TeamJson;
use crate::operation::{Operation, delete, get, post, put};
use crate::routes::{
    Group, act_on_external_issue, change_comment, create_comment, delete_issues, external_issues, get_event,
    get_issue, get_project, get_rule_configuration, get_select_options, issue_page, list_comments,
    list_events, list_issues, metric_rules, projects, rules, teams, update_issue, update_issues,
};

const EVENT_READERS: &[Scope] = &[EventRead, EventWrite, EventAdmin];
const EVENT_WRITERS: &[Scope] = &[EventWrite, EventAdmin];
const EVENT_DELETERS: &[Scope] = &[EventAdmin];
const PROJECT_READERS: &[Scope] = &[ProjectRead, ProjectWrite, ProjectAdmin];
const PROJECT_WRITERS: &[Scope] = &[ProjectWrite, ProjectAdmin];
const PROJECT_DELETERS: &[Scope] = &[ProjectAdmin];
const INSTALLATION_READERS: &[Scope] = &[OrgRead, OrgIntegrations, OrgWrite, OrgAdmin];
const TEAM_READERS: &[Scope] = &[TeamRead, TeamWrite, TeamAdmin];
const TEAM_WRITERS: &[Scope] = &[OrgWrite, OrgAdmin, TeamWrite, TeamAdmin];
const TEAM_DELETERS: &[Scope] = &[TeamAdmin];
const ALERT_READERS: &[Scope] = &[AlertsRead, AlertsWrite, ProjectRead];
const ALERT_WRITERS: &[Scope] = &[AlertsWrite, ProjectWrite];

const CHANGE: &[Field] = &[
    optional("status", Text),
    optional("statusDetails", Object),
    optional("assignedTo", Anything),
    optional("isSubscribed", Flag),
];
const SEARCH: &[Field] = &[
    optional("query", Text),
    optional("sort", Text),
    optional("project", Texts),
    optional("limit", Integer),
];
const CHOICE: &[Field] = &[optional("id", Texts), optional("query", Text), optional("project", Texts)];
const CHOICE_IN_PROJECT: &[Field] = &[optional("id", Texts), optional("query", Text)];
const RULE: &[Field] = &[
    required("name", Text),
    required("actions", Anything),
    optional("actionMatch", Text),
    optional("filterMatch", Text),
    optional("frequency", Integer),
    optional("conditions", Anything),
    optional("filters", Anything),
];

pub(in crate::routes) fn group() -> Group {
    let operations = [
        issues(),
        one_issue(),
        comments(),
        events(),
        external(),
        project_operations(),
        team_operations(),
        alerts(),
        pages(),
    ];
    Group {
        name: "Tracker",
        about: "Projects of the product, their issues and errors, who sees to them, and rules that tell apps of them.",
        operations: operations.into_iter().flatten().collect(),
    }
}

fn issues() -> Vec<Operation> {
    let mut operations = Vec::new();
    let lists = [
        (
            ["list_issues", "update_issues", "delete_issues"],
            "/api/0/organizations/{organization}/issues/",
            CHOICE,
        ),
        (
            ["list_project_issues", "update_project_issues", "delete_project_issues"],
            "/api/0/projects/{organization}/{project}/issues/",
            CHOICE_IN_PROJECT,
        ),
    ];
    for ([list, update, erase], path, choice) in lists {
        operations.extend([
            get(list, path, list_issues::list_issues)
                .does("Look for issues")
                .by(one_of(EVENT_READERS).and_apps())
                .asks(SEARCH)
                .paged()
                .answers_json(200),
            put(update, path, update_issues::update_issues)
                .does("Change the issues that `id` names or `query` finds; one of the two is needed")
                .by(one_of(EVENT_WRITERS).and_apps())
                .asks(choice)
                .takes(CHANGE)
                .answers_json(200)
                .answers_nothing(204),
            delete(erase, path, delete_issues::delete_issues)
                .does("Delete the issues that `id` names or `query` finds; one of the two is needed")
                .by(one_of(EVENT_DELETERS).and_apps())
                .asks(choice)
                .answers_nothing(204),
        ]);
    }
    operations
}

fn one_issue() -> Vec<Operation> {
    vec![
        get("get_issue", "/api/0/issues/{issue}/", get_issue::get_issue)
            .does("Read an issue")
            .by(one_of(EVENT_READERS).and_apps())
            .answers_json(200),
        get(
            "get_organization_issue",
            "/api/0/organizations/{organization}/issues/{issue}/",
            get_issue::get_organization_issue,
        )
        .does("Read an issue of an organization")
        .by(one_of(EVENT_READERS).and_apps())
        .answers_json(200),
        put("update_issue", "/api/0/issues/{issue}/", update_issue::update_issue)
            .does("Change an issue")
            .by(one_of(EVENT_WRITERS).and_apps())
            .takes(CHANGE)
            .answers_json(200),
        put(
            "update_organization_issue",
            "/api/0/organizations/{organization}/issues/{issue}/",
            update_issue::update_issue,
        )
        .does("Change an issue of an organization")
        .by(one_of(EVENT_WRITERS).and_apps())
        .takes(CHANGE)
        .answers_json(200),
        delete("delete_issue", "/api/0/issues/{issue}/", delete_issues::delete_issue)
            .does("Delete an issue")
            .by(one_of(EVENT_DELETERS).and_apps())
            .answers_nothing(202),
        delete(
            "delete_organization_issue",
            "/api/0/organizations/{organization}/issues/{issue}/",
            delete_issues::delete_issue,
        )
        .does("Delete an issue of an organization")
        .by(one_of(EVENT_DELETERS).and_apps())
        .answers_nothing(202),
    ]
}

fn comments() -> Vec<Operation> {
    let by = || one_of(EVENT_READERS).and_apps();
    let mut operations = Vec::new();
    let places = [
        (
            ["list_comments", "create_comment", "update_comment", "delete_comment", "list_activities"],
            "/api/0/issues/{issue}/comments/",
            "/api/0/issues/{issue}/comments/{comment}/",
            "/api/0/issues/{issue}/activities/",
        ),
        (
            [
                "list_organization_comments",
                "create_organization_comment",
                "update_organization_comment",
                "delete_organization_comment",
                "list_organization_activities",
            ],
            "/api/0/organizations/{organization}/issues/{issue}/comments/",
            "/api/0/organizations/{organization}/issues/{issue}/comments/{comment}/",
            "/api/0/organizations/{organization}/issues/{issue}/activities/",
        ),
    ];
    for ([list, create, update, erase, activities], all, one, activity) in places {
        operations.extend([
            get(list, all, list_comments::list_comments)
                .does("List the comments of an issue")
                .by(by())
                .paged()
                .answers_json(200),
            post(create, all, create_comment::create_comment)
                .does("Comment on an issue")
                .by(by())
                .takes(&[required("text", Text)])
                .answers_json(201),
            put(update, one, change_comment::update_comment)
                .does("Change one's own comment")
                .by(by())
                .takes(&[required("text", Text)])
                .answers_json(200),
            delete(erase, one, change_comment::delete_comment)
                .does("Delete one's own comment")
                .by(by())
                .answers_nothing(204),
            get(activities, activity, list_comments::list_activities)
                .does("List what happened to an issue")
                .by(by())
                .paged()
                .answers_json(200),
        ]);
    }
    operations
}

fn events() -> Vec<Operation> {
    let lists = [
        ("list_issue_events", "/api/0/issues/{issue}/events/"),
        ("list_organization_issue_events", "/api/0/organizations/{organization}/issues/{issue}/events/"),
        ("list_project_events", "/api/0/projects/{organization}/{project}/events/"),
    ];
    let lists = lists.into_iter().map(|(id, path)| {
        get(id, path, list_events::list_events)
            .does("List errors")
            .by(one_of(EVENT_READERS).and_apps())
            .paged()
            .answers_json(200)
    });
    let of_issues = [
        ("get_issue_event", "/api/0/issues/{issue}/events/{event}/"),
        (
            "get_organization_issue_event",
            "/api/0/organizations/{organization}/issues/{issue}/events/{event}/",
        ),
    ];
    let of_issues = of_issues.into_iter().map(|(id, path)| {
        get(id, path, get_event::get_issue_event)
            .does("Read an error of an issue, or its latest or oldest")
            .by(one_of(EVENT_READERS).and_apps())
            .answers_json(200)
    });
    let one =
        get("get_event", "/api/0/projects/{organization}/{project}/events/{event}/", get_event::get_event)
            .does("Read an error")
            .by(one_of(EVENT_READERS).and_apps())
            .answers_json(200);
    lists.chain(of_issues).chain([one]).collect()
}

fn external() -> Vec<Operation> {
    vec![
        get(
            "list_external_issues",
            "/api/0/organizations/{organization}/issues/{issue}/external-issues/",
            external_issues::list_external_issues,
        )
        .does("List the links of an issue to those in apps' services")
        .by(one_of(EVENT_READERS).and_apps())
        .lists::<ExternalIssueJson>(),
        get(
            "list_issue_external_issues",
            "/api/0/issues/{issue}/external-issues/",
            external_issues::list_external_issues,
        )
        .does("List the links of an issue to those in apps' services")
        .by(one_of(EVENT_READERS).and_apps())
        .lists::<ExternalIssueJson>(),
        post(
            "create_external_issue",
            "/api/0/sentry-app-installations/{installation}/external-issues/",
            external_issues::create_external_issue,
        )
        .does("Link an issue to one in the app's service")
        .by(one_of(EVENT_READERS).and_the_app_with_scopes())
        .takes(&[
            required("issueId", Anything),
            required("webUrl", Text),
            required("project", Text),
            required("identifier", Text),
        ])
        .answers::<ExternalIssueJson>(200),
        get(
            "get_select_options",
            "/api/0/sentry-app-installations/{installation}/external-requests/",
            get_select_options::get_select_options,
        )
        .does("Ask the app for the options of a select field")
        .by(one_of(INSTALLATION_READERS).and_the_app())
        .asks(&[
            required("uri", Text),
            optional("projectId", Integer),
            optional("query", Text),
            optional("dependentData", Text),
        ])
        .answers_json(200)
        .refuses(502),
        post(
            "act_on_external_issue",
            "/api/0/sentry-app-installations/{installation}/external-issue-actions/",
            act_on_external_issue::act_on_external_issue,
        )
        .does("Have the app create or find an issue of its own, and link it")
        .by(one_of(&[OrgIntegrations, EventWrite, EventAdmin]).and_the_app_with_scopes())
        .takes(&[required("groupId", Anything), required("action", Text), required("uri", Text)])
        .answers::<ExternalIssueJson>(200)
        .refuses(502),
        delete(
            "delete_external_issue",
            "/api/0/sentry-app-installations/{installation}/external-issues/{external_issue}/",
            external_issues::delete_external_issue,
        )
        .does("Take a link away")
        .by(one_of(EVENT_DELETERS).and_the_app_with_scopes())
        .answers_nothing(204),
    ]
}

fn project_operations() -> Vec<Operation> {
    const ALL: &str = "/api/0/organizations/{organization}/projects/";
    const ONE: &str = "/api/0/projects/{organization}/{project}/";
    const TEAM: &str = "/api/0/projects/{organization}/{project}/teams/{team}/";
    let fields = &[required("name", Text), optional("slug", Text), optional("platform", Text)];
    vec![
        get("list_projects", ALL, projects::list_projects)
            .does("List the projects of an organization")
            .by(one_of(PROJECT_READERS).and_apps())
            .paged()
            .lists::<ProjectJson>(),
        post("create_project", ALL, projects::create_project)
            .does("Start a project")
            .by(one_of(PROJECT_WRITERS))
            .takes(fields)
            .answers::<ProjectJson>(201)
            .refuses(409),
        post("create_team_project", "/api/0/teams/{organization}/{team}/projects/", projects::create_project)
            .does("Start a project of a team")
            .by(one_of(PROJECT_WRITERS))
            .takes(fields)
            .answers::<ProjectJson>(201)
            .refuses(409),
        get("get_project", ONE, get_project::get_project)
            .does("Read a project")
            .by(one_of(PROJECT_READERS).and_apps())
            .answers::<ProjectJson>(200),
        put("update_project", ONE, projects::update_project)
            .does("Change a project")
            .by(one_of(PROJECT_WRITERS).and_apps())
            .takes(&[optional("name", Text), optional("slug", Text), optional("platform", Text)])
            .answers::<ProjectJson>(200)
            .refuses(409),
        delete("delete_project", ONE, projects::delete_project)
            .does("Delete a project")
            .by(one_of(PROJECT_DELETERS).and_apps())
            .answers_nothing(204),
        post("give_access", TEAM, projects::give_access)
            .does("Give a team access to a project")
            .by(one_of(PROJECT_WRITERS).and_apps())
            .answers::<ProjectJson>(201),
        delete("take_access", TEAM, projects::take_access)
            .does("Take a team's access to a project away")
            .by(one_of(PROJECT_WRITERS).and_apps())
            .answers::<ProjectJson>(200),
    ]
}

fn team_operations() -> Vec<Operation> {
    const ALL: &str = "/api/0/organizations/{organization}/teams/";
    const ONE: &str = "/api/0/teams/{organization}/{team}/";
    const MEMBER: &str = "/api/0/organizations/{organization}/members/{member}/teams/{team}/";
    vec![
        get("list_teams", ALL, teams::list_teams)
            .does("List the teams of an organization")
            .by(one_of(TEAM_READERS).and_apps())
            .paged()
            .lists::<TeamJson>(),
        post("create_team", ALL, teams::create_team)
            .does("Start a team")
            .by(one_of(TEAM_WRITERS).and_apps())
            .takes(&[optional("name", Text), optional("slug", Text)])
            .answers::<TeamJson>(201)
            .refuses(409),
        get("get_team", ONE, teams::get_team)
            .does("Read a team")
            .by(one_of(TEAM_READERS).and_apps())
            .answers::<TeamJson>(200),
        delete("delete_team", ONE, teams::delete_team)
            .does("Delete a team")
            .by(one_of(TEAM_DELETERS).and_apps())
            .answers_nothing(204),
        post("join_team", MEMBER, teams::join_team)
            .does("Put a member into a team")
            .by(one_of(TEAM_WRITERS).and_apps())
            .answers::<TeamJson>(201),
        delete("leave_team", MEMBER, teams::leave_team)
            .does("Take a member out of a team")
            .by(one_of(TEAM_WRITERS).and_apps())
            .answers::<TeamJson>(200),
    ]
}

fn alerts() -> Vec<Operation> {
    const ALL: &str = "/api/0/projects/{organization}/{project}/rules/";
    const ONE: &str = "/api/0/projects/{organization}/{project}/rules/{rule}/";
    const NUMBERS: &str = "/api/0/organizations/{organization}/alert-rules/";
    const NUMBER: &str = "/api/0/organizations/{organization}/alert-rules/{rule}/";
    let readers = || one_of(ALERT_READERS).and_apps();
    let writers = || one_of(ALERT_WRITERS).and_apps();
    vec![
        get("list_rules", ALL, rules::list_rules)
            .does("List the alert rules of a project")
            .by(readers())
            .answers_json(200),
        post("create_rule", ALL, rules::create_rule)
            .does("Make an alert rule; apps are asked whether they agree with its settings")
            .by(writers())
            .takes(RULE)
            .answers_json(201),
        get(
            "get_rule_configuration",
            "/api/0/projects/{organization}/{project}/rules/configuration/",
            get_rule_configuration::get_rule_configuration,
        )
        .does("Say what an alert rule can consist of, and which apps it can tell")
        .by(readers())
        .answers_json(200),
        get("get_rule", ONE, rules::get_rule).does("Read an alert rule").by(readers()).answers_json(200),
        put("update_rule", ONE, rules::update_rule)
            .does("Write an alert rule anew")
            .by(writers())
            .takes(RULE)
            .answers_json(200),
        delete("delete_rule", ONE, rules::delete_rule)
            .does("Delete an alert rule")
            .by(writers())
            .answers_nothing(202),
        get("list_metric_rules", NUMBERS, metric_rules::list_metric_rules)
            .does("List the rules over numbers of errors")
            .by(readers())
            .paged()
            .answers_json(200),
        post("create_metric_rule", NUMBERS, metric_rules::create_metric_rule)
            .does("Make a rule over the number of errors of a project")
            .by(writers())
            .takes(&[
                required("name", Text),
                required("projects", Texts),
                required("timeWindow", Integer),
                required("triggers", Anything),
                optional("resolveThreshold", Integer),
            ])
            .answers_json(201),
        get("get_metric_rule", NUMBER, metric_rules::get_metric_rule)
            .does("Read a rule over numbers of errors")
            .by(readers())
            .answers_json(200),
        delete("delete_metric_rule", NUMBER, metric_rules::delete_metric_rule)
            .does("Delete a rule over numbers of errors")
            .by(writers())
            .answers_nothing(204),
    ]
}

fn pages() -> Vec<Operation> {
    let by = || one_of(EVENT_READERS).and_apps();
    vec![
        get("issue_page", "/organizations/{organization}/issues/{issue}/", issue_page::issue_page)
            .does("Look at an issue")
            .by(by())
            .answers_as(200, "text/html"),
        get(
            "event_page",
            "/organizations/{organization}/issues/{issue}/events/{event}/",
            issue_page::event_page,
        )
        .does("Look at an error")
        .by(by())
        .answers_as(200, "text/html"),
    ]
}
