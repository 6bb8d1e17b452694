-- The tickets at outside trackers that are linked to an issue, as a JSON array: link, URL, name.
alter table issues add column tickets text not null default '[]';
