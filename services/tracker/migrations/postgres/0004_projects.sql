-- last_issue_number: how many issues were numbered so far; updating it is the lock of the numbering.
create table projects (
    id bigint primary key,
    organization_id bigint not null references organizations (id),
    slug text not null,
    name text not null,
    platform text not null,
    last_issue_number bigint not null,
    created_at timestamptz not null,
    unique (organization_id, slug)
);
