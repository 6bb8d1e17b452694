-- Mail that was not handed over yet. One that was is deleted; one that was given up stays for the operator to see.
create table mails (
    id blob not null primary key,
    recipient text not null,
    subject text not null,
    body text not null,
    created_at text not null,
    due_at text not null,
    attempts integer not null,
    last_problem text,
    given_up_at text
) strict;
create index mails_due_at_idx on mails (due_at) where given_up_at is null;
