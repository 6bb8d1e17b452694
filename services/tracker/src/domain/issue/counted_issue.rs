use chrono::{DateTime, Utc};

use crate::domain::issue::Snooze;
use crate::domain::issue::change::IssueChange;
use crate::domain::issue::status::Status;

/// The columns of an issue that counting an error reads or changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CountedIssue {
    pub(crate) id: i64,
    pub(crate) status: Status,
    pub(crate) regress_after: Option<i64>,
    pub(crate) snooze: Snooze,
    pub(crate) times_seen: i64,
    pub(crate) user_count: i64,
    pub(crate) first_seen: DateTime<Utc>,
    pub(crate) last_seen: DateTime<Utc>,
    pub(crate) assigned_user_id: Option<i64>,
    pub(crate) assigned_team_id: Option<i64>,
    /// The issue regressed or escalated, so its status must be written, too.
    pub(crate) reopened: bool,
}

impl CountedIssue {
    /// Counts one error, with the id of its release if known.
    pub(crate) fn count(
        &mut self,
        happened_at: DateTime<Utc>,
        release_id: Option<i64>,
        now: DateTime<Utc>,
    ) -> Option<IssueChange> {
        self.times_seen += 1;
        self.first_seen = self.first_seen.min(happened_at);
        self.last_seen = self.last_seen.max(happened_at);
        let issue_change = match self.status {
            Status::Unresolved => None,
            Status::Resolved => self.regresses(release_id).then_some(IssueChange::Regressed),
            Status::Ignored => self.escalates(now).then_some(IssueChange::Escalated),
        };
        if issue_change.is_some() {
            self.status = Status::Unresolved;
            self.regress_after = None;
            self.snooze = Snooze::default();
            self.reopened = true;
        }
        issue_change
    }

    /// Errors of older releases and of unknown releases do not reopen an issue that is resolved in a release.
    fn regresses(&self, release_id: Option<i64>) -> bool {
        match (self.regress_after, release_id) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(last), Some(release)) => release > last,
        }
    }

    fn escalates(&self, now: DateTime<Utc>) -> bool {
        let Snooze { until, times_seen, user_count } = self.snooze;
        until.is_some_and(|until| now >= until)
            || times_seen.is_some_and(|most| self.times_seen >= most)
            || user_count.is_some_and(|most| self.user_count >= most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn issue(status: Status) -> CountedIssue {
        CountedIssue {
            id: 1,
            status,
            regress_after: None,
            snooze: Snooze::default(),
            times_seen: 5,
            user_count: 2,
            first_seen: moment(10),
            last_seen: moment(20),
            assigned_user_id: None,
            assigned_team_id: None,
            reopened: false,
        }
    }

    #[test]
    fn counting_extends_first_and_last_seen() {
        let mut issue = issue(Status::Unresolved);
        assert_eq!(issue.count(moment(5), None, moment(30)), None);
        assert_eq!(issue.count(moment(25), None, moment(30)), None);
        assert_eq!((issue.times_seen, issue.first_seen, issue.last_seen), (7, moment(5), moment(25)));
    }

    #[test]
    fn a_resolved_issue_regresses_unless_the_release_is_too_old() {
        for (regress_after, release, expected) in [
            (None, None, true),
            (None, Some(1), true),
            (Some(5), None, false),
            (Some(5), Some(5), false),
            (Some(5), Some(6), true),
        ] {
            let mut issue = CountedIssue { regress_after, ..issue(Status::Resolved) };
            let issue_change = issue.count(moment(25), release, moment(30));
            assert_eq!(
                issue_change == Some(IssueChange::Regressed),
                expected,
                "{regress_after:?} {release:?}"
            );
            assert_eq!(issue.status == Status::Unresolved, expected);
            assert_eq!(issue.count(moment(25), Some(9), moment(30)).is_some(), !expected, "once");
        }
    }

    #[test]
    fn an_ignored_issue_escalates_at_its_limit() {
        let ever = Snooze::default();
        for (snooze, expected) in [
            (ever, false),
            (Snooze { until: Some(moment(31)), ..ever }, false),
            (Snooze { until: Some(moment(30)), ..ever }, true),
            (Snooze { times_seen: Some(7), ..ever }, false),
            (Snooze { times_seen: Some(6), ..ever }, true),
            (Snooze { user_count: Some(3), ..ever }, false),
            (Snooze { user_count: Some(2), ..ever }, true),
        ] {
            let mut issue = CountedIssue { snooze, ..issue(Status::Ignored) };
            let issue_change = issue.count(moment(25), None, moment(30));
            assert_eq!(issue_change == Some(IssueChange::Escalated), expected, "{snooze:?}");
        }
    }
}
