-- last_issue_number: how many issues were numbered so far; updating it is the lock of the numbering.
create table projects (
    id integer not null primary key,
    organization_id integer not null references organizations (id),
    slug text not null,
    name text not null,
    platform text not null,
    last_issue_number integer not null,
    created_at text not null,
    unique (organization_id, slug)
) strict;
