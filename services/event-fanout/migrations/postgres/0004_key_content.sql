-- Fingerprint of the event that took the key, which shows that a second event with the key has other content. Null for keys that
-- were taken before this column existed.
alter table idempotency_keys add column content bytea;
