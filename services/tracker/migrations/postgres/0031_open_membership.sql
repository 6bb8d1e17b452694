-- False: members and admins access only the projects of their teams.
alter table organizations add column open_membership boolean not null default true;
