-- Where the client was; null for what no client did.
alter table audit_entries add column client_address text;
