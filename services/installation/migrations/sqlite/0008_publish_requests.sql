create table publish_requests (
    id integer not null primary key,
    app_id integer not null references apps (id),
    requester_id integer not null,
    requester_name text not null,
    requester_email text not null,
    questionnaire text not null,
    requested_at text not null,
    decided_at text,
    approved integer,
    note text
) strict;
create unique index publish_requests_app_id_key on publish_requests (app_id) where decided_at is null;
create index publish_requests_id_idx on publish_requests (id) where decided_at is null;
