-- Since when an installation is sent nothing, and why.
alter table installations add column webhooks_stopped_at timestamptz;
alter table installations add column webhooks_stopped_cause text;
