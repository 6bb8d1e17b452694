-- Set with an app's scopes until its tokens have got them too, which another service keeps.
alter table apps add column scopes_to_copy boolean not null default false;
create index apps_scopes_to_copy_idx on apps (id) where scopes_to_copy;
