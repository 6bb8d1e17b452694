-- Messages of the outbox that nobody can handle: out of the way of the others, and kept for a person to look at.
create table outbox_dead (
    id integer not null primary key,
    topic text not null,
    key text not null,
    body blob not null,
    headers text not null,
    created_at text not null,
    reason text not null,
    died_at text not null
) strict;
