-- Since when an app is switched off, and why; when its owners were last told by mail.
alter table apps add column disabled_at text;
alter table apps add column disabled_cause text;
alter table apps add column owners_told_at text;
