//! In an organization with closed membership, members and admins access only the projects of their teams.

use patchbay_domain::{Caller, Scope};
use patchbay_proto::tracker::{
    AlertAction, CreateCommentRequest, CreateMetricRuleRequest, CreateProjectRequest, CreateRuleRequest,
    CreateTeamRequest, DeleteCommentRequest, DeleteIssuesRequest, DeleteMetricRuleRequest,
    DeleteProjectRequest, DeleteRuleRequest, DeleteTeamRequest, GetEventRequest, GetIssueRequest,
    GetMetricRuleRequest, GetOrganizationRequest, GetProjectRequest, GetRuleRequest, IssueFilter, IssueIds,
    LinkExternalIssueRequest, ListActivityRequest, ListEventsRequest, ListExternalIssuesRequest,
    ListHistoryRequest, ListIssuesRequest, ListMetricRulesRequest, ListProjectsRequest, ListRulesRequest,
    MayWriteRulesRequest, MetricTrigger, NewRule, NotificationSetting, SetProjectTeamRequest,
    SetTeamMemberRequest, UnlinkExternalIssueRequest, UpdateCommentRequest, UpdateIssuesRequest,
    UpdateOrganizationRequest, UpdateProjectRequest, User, delete_issues_request, update_issues_request,
};
use patchbay_rpc::{request, request_as};
use serde_json::{Value, json};

use crate::service::{Service, app, caller, each, issue, reason};
use crate::status::update;

/// An organization with the projects `ours`, of the team `us`, and `theirs`, of the team `them`.
struct Acme {
    tracker: Service,
    ours: Parts,
    theirs: Parts,
    people: Vec<(&'static str, User)>,
}

/// One of everything that a project has.
struct Parts {
    project: &'static str,
    team: &'static str,
    issue_id: i64,
    event_id: String,
    comment_id: i64,
    link_id: i64,
    rule_id: i64,
    metric_rule_id: i64,
}

fn acme() -> String {
    "acme".to_owned()
}

fn action() -> AlertAction {
    AlertAction { app_slug: "notify".to_owned(), app_id: 1, ..Default::default() }
}

fn rule() -> NewRule {
    let every = json!([{ "id": "sentry.rules.conditions.every_event.EveryEventCondition" }]);
    NewRule {
        name: "Every error".into(),
        frequency: 30,
        conditions_json: every.to_string().into(),
        actions: vec![action()],
        ..Default::default()
    }
}

fn metric_rule(project: &str) -> CreateMetricRuleRequest {
    let trigger = MetricTrigger { label: "critical".into(), alert_threshold: 1000, actions: vec![action()] };
    CreateMetricRuleRequest {
        organization: acme(),
        project: project.into(),
        name: "Many".into(),
        time_window: 10,
        triggers: vec![trigger],
        ..Default::default()
    }
}

fn link(issue_id: i64, organization_id: i64) -> LinkExternalIssueRequest {
    LinkExternalIssueRequest {
        issue_id,
        organization_id,
        app_id: 1,
        app_slug: "jira".into(),
        web_url: "https://jira.example/1".into(),
        project: "ACME".into(),
        identifier: "1".into(),
    }
}

impl Parts {
    async fn create(tracker: &Service, project: &'static str, team: &'static str, author: &Caller) -> Self {
        let organization_id = tracker.project("acme", project).await.organization_id;
        let new = CreateTeamRequest { organization: acme(), slug: team.into(), ..Default::default() };
        tracker.projects().create_team(request(new)).await.unwrap();
        let access = SetProjectTeamRequest {
            organization: acme(),
            project: project.into(),
            team: team.into(),
            has_access: true,
        };
        tracker.projects().set_project_team(request(access)).await.unwrap();
        let mut errors = crate::service::record(&[json!({ "message": format!("boom {project}") })]);
        errors.project = project.into();
        let recorded = tracker.issues().record_error(request(errors)).await.unwrap().into_inner().events;
        let issue_id = recorded[0].issue_id;
        let comment = CreateCommentRequest { issue_id, text: "Hm.".into(), ..Default::default() };
        let comment =
            tracker.issues().create_comment(request_as(author, comment)).await.unwrap().into_inner();
        let made = CreateRuleRequest { organization: acme(), project: project.into(), rule: Some(rule()) };
        let made = tracker.alerts().create_rule(request(made)).await.unwrap().into_inner();
        let metric = tracker.alerts().create_metric_rule(request(metric_rule(project))).await.unwrap();
        let linked = tracker.issues().link_external_issue(request(link(issue_id, organization_id))).await;
        Self {
            project,
            team,
            issue_id,
            event_id: recorded[0].event_id.clone(),
            comment_id: comment.id,
            link_id: linked.unwrap().into_inner().id,
            rule_id: made.id,
            metric_rule_id: metric.into_inner().id,
        }
    }
}

impl Acme {
    async fn create(tracker: Service) -> Self {
        tracker.organization("Acme").await;
        let mut people = Vec::new();
        for role in ["member", "admin", "manager", "owner"] {
            people.push((role, tracker.worker("acme", role, role).await));
        }
        // Everybody has written a comment everywhere, which only closing keeps them from changing.
        let author = caller(&people[0].1);
        let ours = Parts::create(&tracker, "ours", "us", &author).await;
        let theirs = Parts::create(&tracker, "theirs", "them", &author).await;
        for (_, person) in &people {
            let member = SetTeamMemberRequest {
                organization: acme(),
                team: "us".into(),
                user_id: person.id,
                is_member: true,
            };
            tracker.projects().set_team_member(request(member)).await.unwrap();
        }
        Self { tracker, ours, theirs, people }
    }

    async fn set_open(&self, open: bool) {
        let change = UpdateOrganizationRequest {
            organization: acme(),
            open_membership: Some(open),
            ..Default::default()
        };
        let changed = self.tracker.directory().update_organization(request(change)).await.unwrap();
        assert_eq!(changed.into_inner().open_membership, open);
        let read = GetOrganizationRequest { organization: acme() };
        let read = self.tracker.directory().get_organization(request(read)).await.unwrap().into_inner();
        assert_eq!(read.open_membership, open);
    }

    fn caller(&self, role: &str) -> Caller {
        caller(&self.people.iter().find(|(known, _)| *known == role).unwrap().1)
    }

    async fn organization_id(&self) -> i64 {
        let read = GetProjectRequest { organization: acme(), project: "ours".into() };
        self.tracker.projects().get_project(request(read)).await.unwrap().into_inner().organization_id
    }

    /// The outcome of every RPC about parts of a project, except those that delete.
    async fn outcomes(&self, caller: &Caller, parts: &Parts) -> Vec<(&'static str, String)> {
        let (mut issues, mut projects, mut alerts) =
            (self.tracker.issues(), self.tracker.projects(), self.tracker.alerts());
        let (organization, project, issue_id) = (acme(), parts.project.to_owned(), parts.issue_id);
        let user_id = caller.user().unwrap().user_id;
        let organization_id = self.organization_id().await;
        let mut outcomes = Vec::new();
        macro_rules! calls {
            ($($client:ident.$rpc:ident($message:expr);)*) => {$(
                let outcome = reason($client.$rpc(request_as(caller, $message)).await);
                outcomes.push((stringify!($rpc), outcome));
            )*};
        }
        let ids = IssueIds { ids: vec![issue_id], organization: acme(), projects: Vec::new() };
        let filter =
            IssueFilter { organization: acme(), query: "boom".into(), projects: vec![project.clone()] };
        let by_filter = UpdateIssuesRequest {
            issues: Some(update_issues_request::Issues::Filter(filter.clone())),
            has_seen: Some(true),
            ..Default::default()
        };
        let by_ids = UpdateIssuesRequest {
            issues: Some(update_issues_request::Issues::Ids(ids)),
            status: Some("resolved".into()),
            ..Default::default()
        };
        calls! {
            projects.get_project(GetProjectRequest { organization: acme(), project: project.clone() });
            projects.set_notification_setting(NotificationSetting {
                organization: acme(),
                project: project.clone(),
                user_id,
                kind: "alerts".into(),
                value: "never".into(),
            });
            issues.get_issue(GetIssueRequest { id: issue_id, ..Default::default() });
            issues.get_issue(GetIssueRequest { id: issue_id, organization: acme(), to_link: true });
            issues.list_issues(ListIssuesRequest { filter: Some(filter), ..Default::default() });
            issues.update_issues(UpdateIssuesRequest { has_seen: Some(true), ..update(&[issue_id]) });
            issues.update_issues(by_ids);
            issues.update_issues(by_filter);
            issues.list_events(ListEventsRequest { issue_id, ..Default::default() });
            issues.list_events(ListEventsRequest {
                organization: acme(),
                project: project.clone(),
                ..Default::default()
            });
            issues.get_event(GetEventRequest {
                event_id: parts.event_id.clone(),
                issue_id,
                ..Default::default()
            });
            issues.get_event(GetEventRequest {
                event_id: parts.event_id.clone(),
                organization,
                project: project.clone(),
                ..Default::default()
            });
            issues.create_comment(CreateCommentRequest { issue_id, text: "x".into(), ..Default::default() });
            issues.list_activity(ListActivityRequest { issue_id, ..Default::default() });
            issues.list_history(ListHistoryRequest { issue_id });
            issues.list_external_issues(ListExternalIssuesRequest { issue_id, ..Default::default() });
            issues.link_external_issue(link(issue_id, organization_id));
            issues.create_issue(issue("acme", parts.project, "new"));
            alerts.get_rule(GetRuleRequest { organization: acme(), project: project.clone(), id: parts.rule_id });
            alerts.list_rules(ListRulesRequest { organization: acme(), project: project.clone(), ..Default::default() });
            alerts.may_write_rules(MayWriteRulesRequest {
                organization: acme(),
                project: project.clone(),
                ..Default::default()
            });
            alerts.create_rule(CreateRuleRequest {
                organization: acme(),
                project: project.clone(),
                rule: Some(rule()),
            });
            alerts.update_rule(patchbay_proto::tracker::UpdateRuleRequest {
                organization: acme(),
                project: project.clone(),
                id: parts.rule_id,
                rule: Some(rule()),
            });
            alerts.create_metric_rule(metric_rule(parts.project));
            alerts.get_metric_rule(GetMetricRuleRequest { organization: acme(), id: parts.metric_rule_id });
        }
        outcomes
    }
}

fn text_of(issue: &[u8]) -> String {
    let document: Value = serde_json::from_slice(issue).unwrap();
    document["title"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_rpc_about_a_project_is_for_those_who_may_access_it() {
    each(|tracker| async move {
        let acme = Acme::create(tracker).await;
        for open in [true, false] {
            acme.set_open(open).await;
            for role in ["member", "admin", "manager", "owner"] {
                let caller = acme.caller(role);
                for (parts, hidden) in
                    [(&acme.ours, false), (&acme.theirs, !open && ["member", "admin"].contains(&role))]
                {
                    for (rpc, outcome) in acme.outcomes(&caller, parts).await {
                        let what = format!("{rpc} of {} by {role}, open: {open}", parts.project);
                        match hidden {
                            false => assert_eq!(outcome, "OK", "{what}"),
                            true => assert!(outcome.ends_with("NOT_FOUND"), "{what}: {outcome}"),
                        }
                    }
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn lists_and_searches_leave_out_the_projects_of_other_teams() {
    each(|tracker| async move {
        let acme_ = Acme::create(tracker).await;
        let tracker = &acme_.tracker;
        for open in [true, false] {
            acme_.set_open(open).await;
            for (role, all) in [("member", open), ("admin", open), ("manager", true), ("owner", true)] {
                let by = acme_.caller(role);
                let message = ListProjectsRequest { organization: acme(), ..Default::default() };
                let projects = tracker.projects().list_projects(request_as(&by, message)).await.unwrap();
                let slugs: Vec<_> =
                    projects.into_inner().projects.into_iter().map(|project| project.slug).collect();
                assert_eq!(slugs, if all { &["ours", "theirs"][..] } else { &["ours"] }, "{role}");

                let message = ListMetricRulesRequest { organization: acme(), ..Default::default() };
                let rules = tracker.alerts().list_metric_rules(request_as(&by, message)).await.unwrap();
                let rules: Vec<_> = rules.into_inner().rules.into_iter().map(|rule| rule.id).collect();
                let (ours, theirs) = (acme_.ours.metric_rule_id, acme_.theirs.metric_rule_id);
                assert_eq!(rules, if all { vec![ours, theirs] } else { vec![ours] }, "{role}");

                let their_short_id = format!("{}-1", acme_.theirs.project.to_ascii_uppercase());
                for (query, mut expected) in [
                    ("", vec!["boom theirs", "boom ours"]),
                    ("boom", vec!["boom theirs", "boom ours"]),
                    ("is:unresolved", vec!["boom theirs", "boom ours"]),
                    (&their_short_id, vec!["boom theirs"]),
                ] {
                    if !all {
                        expected.retain(|title| *title == "boom ours");
                    }
                    let filter =
                        IssueFilter { organization: acme(), query: query.into(), ..Default::default() };
                    let message = ListIssuesRequest { filter: Some(filter), ..Default::default() };
                    let found =
                        tracker.issues().list_issues(request_as(&by, message)).await.unwrap().into_inner();
                    let titles: Vec<_> =
                        found.issues.iter().map(|issue| text_of(&issue.document_json)).collect();
                    assert_eq!(titles, expected, "{query:?} by {role}");
                }
            }
        }
        // A user without a team sees nothing.
        let alone = caller(&tracker.worker("acme", "Alone", "member").await);
        let filter = IssueFilter { organization: acme(), ..Default::default() };
        let message = ListIssuesRequest { filter: Some(filter), ..Default::default() };
        let found = tracker.issues().list_issues(request_as(&alone, message)).await.unwrap().into_inner();
        assert_eq!(found.issues.len(), 0);
        let message = ListProjectsRequest { organization: acme(), ..Default::default() };
        let found = tracker.projects().list_projects(request_as(&alone, message)).await.unwrap().into_inner();
        assert_eq!(found.projects.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn members_and_admins_delete_and_change_only_what_is_of_their_teams() {
    each(|tracker| async move {
        let acme_ = Acme::create(tracker).await;
        acme_.set_open(false).await;
        let tracker = &acme_.tracker;
        let (mut issues, mut projects, mut alerts) = (tracker.issues(), tracker.projects(), tracker.alerts());
        let organization_id = acme_.organization_id().await;
        let (member, admin) = (acme_.caller("member"), acme_.caller("admin"));
        for (parts, expected) in [(&acme_.theirs, false), (&acme_.ours, true)] {
            let check = |rpc: &str, outcome: String| match expected {
                true => assert_eq!(outcome, "OK", "{rpc}"),
                false => {
                    assert!(
                        outcome.ends_with("NOT_FOUND") || outcome == "PERMISSION_DENIED",
                        "{rpc}: {outcome}"
                    );
                }
            };
            let (issue_id, comment_id, project) =
                (parts.issue_id, parts.comment_id, parts.project.to_owned());
            let message =
                UpdateCommentRequest { issue_id, comment_id, text: "y".into(), ..Default::default() };
            check("update_comment", reason(issues.update_comment(request_as(&member, message)).await));
            let message = DeleteCommentRequest { issue_id, comment_id, ..Default::default() };
            check("delete_comment", reason(issues.delete_comment(request_as(&member, message)).await));
            let message = UnlinkExternalIssueRequest { id: parts.link_id, organization_id, app_id: 1 };
            check(
                "unlink_external_issue",
                reason(issues.unlink_external_issue(request_as(&admin, message)).await),
            );
            let message =
                DeleteRuleRequest { organization: acme(), project: project.clone(), id: parts.rule_id };
            check("delete_rule", reason(alerts.delete_rule(request_as(&admin, message)).await));
            let message = DeleteMetricRuleRequest { organization: acme(), id: parts.metric_rule_id };
            check("delete_metric_rule", reason(alerts.delete_metric_rule(request_as(&admin, message)).await));
            let ids = IssueIds { ids: vec![issue_id], ..Default::default() };
            let message = DeleteIssuesRequest { issues: Some(delete_issues_request::Issues::Ids(ids)) };
            check("delete_issues", reason(issues.delete_issues(request_as(&admin, message)).await));
            let message = UpdateProjectRequest {
                organization: acme(),
                project: project.clone(),
                name: Some("New".into()),
                ..Default::default()
            };
            check("update_project", reason(projects.update_project(request_as(&admin, message)).await));
            for has_access in [true, false] {
                let message = SetProjectTeamRequest {
                    organization: acme(),
                    project: if has_access { project.clone() } else { "theirs".into() },
                    team: "us".into(),
                    has_access,
                };
                let outcome = reason(projects.set_project_team(request_as(&admin, message)).await);
                if has_access {
                    check("set_project_team", outcome);
                } else {
                    assert_eq!(outcome, "PROJECT_NOT_FOUND");
                }
            }
            let message = SetTeamMemberRequest {
                organization: acme(),
                team: parts.team.into(),
                user_id: admin.user().unwrap().user_id,
                is_member: true,
            };
            check("set_team_member", reason(projects.set_team_member(request_as(&admin, message)).await));
            let new = |team: &str| CreateProjectRequest {
                organization: acme(),
                name: format!("Of {}", parts.team),
                team: team.into(),
                ..Default::default()
            };
            check(
                "create_project",
                reason(projects.create_project(request_as(&admin, new(parts.team))).await),
            );
            let outcome = reason(projects.create_project(request_as(&admin, new(""))).await);
            assert_eq!(outcome, "PERMISSION_DENIED", "it would be lost");
            let message = DeleteProjectRequest { organization: acme(), project };
            check("delete_project", reason(projects.delete_project(request_as(&admin, message)).await));
            let message = DeleteTeamRequest { organization: acme(), team: parts.team.into() };
            check("delete_team", reason(projects.delete_team(request_as(&admin, message)).await));
        }
        // An admin is in the teams that they create, and can use them.
        let new = CreateTeamRequest { organization: acme(), slug: "new".into(), ..Default::default() };
        let team = projects.create_team(request_as(&admin, new)).await.unwrap().into_inner();
        assert_eq!(team.member_ids, [admin.user().unwrap().user_id]);
    })
    .await;
}

#[tokio::test]
async fn apps_and_superusers_are_not_limited_by_teams_and_outsiders_are_not_assigned() {
    each(|tracker| async move {
        let acme_ = Acme::create(tracker).await;
        acme_.set_open(false).await;
        let (tracker, theirs) = (&acme_.tracker, &acme_.theirs);
        let organization_id = acme_.organization_id().await;
        let organization =
            patchbay_proto::tracker::Organization { id: organization_id, slug: acme(), ..Default::default() };
        let Caller::User(member) = acme_.caller("member") else { panic!("a user") };
        let superuser = Caller::User(patchbay_domain::UserCaller { is_superuser: true, ..member });
        for caller in [app(&organization, &[Scope::EventRead]), superuser, Caller::Operator] {
            let message = GetIssueRequest { id: theirs.issue_id, ..Default::default() };
            assert_eq!(reason(tracker.issues().get_issue(request_as(&caller, message)).await), "OK");
        }
        let assign = |email: &str, issue_id: i64| UpdateIssuesRequest {
            assigned_to: Some(email.to_owned()),
            ..update(&[issue_id])
        };
        let (member, manager) = ("member@example.com", "manager@example.com");
        let outcome =
            async |email, id| reason(tracker.issues().update_issues(request(assign(email, id))).await);
        assert_eq!(outcome(member, theirs.issue_id).await, "INVALID_FIELD");
        assert_eq!(outcome(manager, theirs.issue_id).await, "OK");
        assert_eq!(outcome(member, acme_.ours.issue_id).await, "OK");
        tracker.project("acme", "teamless").await;
        let teamless = tracker.issue("acme", "teamless", "boom").await.id;
        assert_eq!(outcome(member, teamless).await, "INVALID_FIELD", "they could not read it");
        acme_.set_open(true).await;
        assert_eq!(outcome(member, teamless).await, "OK");
    })
    .await;
}
