-- autoincrement: a number is never given twice, not even after the row with the highest one is deleted.
create table outbox (
    id integer not null primary key autoincrement,
    topic text not null,
    key text not null,
    body blob not null,
    headers text not null,
    created_at text not null
) strict;
