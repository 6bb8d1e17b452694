alter table apps add column support_url text;
