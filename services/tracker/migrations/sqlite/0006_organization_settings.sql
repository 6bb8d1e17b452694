-- The default is what organizations that are older than the column get, and those a replica of the release before this one
-- still founds.
alter table organizations add column features text not null
    default '["integrations-alert-rule","integrations-api","integrations-codeowners","integrations-commits","integrations-event-hooks","integrations-feature-flag","integrations-incident-management","integrations-issue-basic","integrations-issue-link","integrations-issue-sync","integrations-project-management","integrations-stacktrace-link","integrations-ticket-rules","integrations-visualization"]';

alter table organizations add column enhanced_privacy integer not null default 0;
