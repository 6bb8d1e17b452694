-- Changes that go to trackers. `place` names what is changed, so that a later change replaces one that waits:
-- `assignee:<ticket>`, `status:<ticket>`, `comment:<link>:<comment>`, `ticket:<issue>:<integration>`.
create table outbound_tasks (
    id bigint primary key,
    place text not null unique,
    organization_id bigint not null,
    integration_id bigint not null,
    issue_id bigint not null,
    task json not null,
    occurred_at timestamptz not null,
    queued_at timestamptz not null,
    attempts integer not null,
    due_at timestamptz not null,
    version bigint not null
);

create index outbound_tasks_integration_id_idx on outbound_tasks (integration_id, due_at, id);
create index outbound_tasks_due_at_idx on outbound_tasks (due_at, id);

-- Integrations whose trackers are not called for a while.
create table pauses (
    integration_id bigint primary key,
    until timestamptz not null,
    failures integer not null,
    is_rate_limit boolean not null
);

-- Comments at trackers, so that an edited comment is edited there.
create table comment_copies (
    link_id bigint not null,
    comment_id bigint not null,
    external_id text not null,
    primary key (link_id, comment_id)
);

-- Tickets that issues show in their annotations, or no longer show. A row waits until the service of the issues knows it.
create table ticket_records (
    link_id bigint primary key,
    issue_id bigint not null,
    record json,
    due_at timestamptz not null
);

create index ticket_records_due_at_idx on ticket_records (due_at, link_id);

-- assignee_ours_at, status_ours_at: time of our last change that goes to the tracker. *_writes: what was written there, see domain/order.
alter table external_issues add column assignee_ours_at timestamptz;
alter table external_issues add column status_ours_at timestamptz;
alter table external_issues add column assignee_writes json not null default '[]';
alter table external_issues add column status_writes json not null default '[]';
-- The last assignee from the tracker that matched no user.
alter table external_issues add column unmatched json;

-- The last synchronisation in each direction.
alter table issue_links add column last_inbound json;
alter table issue_links add column last_outbound json;

create index issue_links_integration_id_idx on issue_links (integration_id, created_at);

alter table health add column mailed_at timestamptz;
alter table health add column checked_at timestamptz;
