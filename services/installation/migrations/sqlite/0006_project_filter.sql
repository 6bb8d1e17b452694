-- Projects whose new issues and errors are sent, [{"id": 1, "slug": "web"}, ...]; empty for all.
alter table installations add column project_filter text not null default '[]';
