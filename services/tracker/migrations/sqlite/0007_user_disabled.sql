alter table users add column is_disabled integer not null default 0;
