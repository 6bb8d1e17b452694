-- False: members and admins access only the projects of their teams.
alter table organizations add column open_membership integer not null default 1;
