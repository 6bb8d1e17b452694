alter table users add column is_disabled boolean not null default false;
