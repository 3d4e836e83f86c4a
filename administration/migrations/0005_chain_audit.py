"""Make the audit log append-only, and chain its rows by hash: docs/adr/0031 has the reasons."""

from django.db import migrations, models

# What a row is in the chain. Old and new values enter as salted digests alone, so that they can be
# redacted while everything else of the row stays proven. Text, not types' own binary forms: anybody
# can compute it anew from what a SELECT shows.
HASHES = """
CREATE FUNCTION dayrade_audit_digest(salt uuid, value jsonb) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(convert_to(salt::text || coalesce(value::text, ''), 'UTF8')), 'hex')
$$;

CREATE FUNCTION dayrade_audit_instant(at timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

-- The id is given apart from its row: two rows whose contents were exchanged are found by it.
CREATE FUNCTION dayrade_audit_hash(id uuid, log audit_logs, old_digest text, new_digest text)
RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(convert_to(json_build_array(
        id, log.user_id, log.action, log.entity_type, log.entity_id, old_digest, new_digest,
        log.changes::text, log.ip_address::text, log.user_agent, log.request_id,
        dayrade_audit_instant(log.created_at)
    )::text, 'UTF8'))
$$;

CREATE FUNCTION dayrade_audit_link(
    place bigint, id uuid, hash bytea, sealed_at timestamptz, reached_at timestamptz
) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT convert_to(json_build_array(
        place, id, encode(hash, 'hex'), dayrade_audit_instant(sealed_at),
        dayrade_audit_instant(reached_at)
    )::text, 'UTF8')
$$;

CREATE FUNCTION dayrade_audit_fold(state bytea, head bytea, link bytea) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN sha256(coalesce(state, head) || link);
END
$$;

-- As a window: each row's hash over the one before, from the head that there is.
CREATE AGGREGATE dayrade_audit_chained(head bytea, link bytea) (
    SFUNC = dayrade_audit_fold, STYPE = bytea
);
"""
NO_HASHES = """
DROP AGGREGATE dayrade_audit_chained(bytea, bytea);
DROP FUNCTION dayrade_audit_fold(bytea, bytea, bytea);
DROP FUNCTION dayrade_audit_link(bigint, uuid, bytea, timestamptz, timestamptz);
DROP FUNCTION dayrade_audit_hash(uuid, audit_logs, text, text);
DROP FUNCTION dayrade_audit_instant(timestamptz);
DROP FUNCTION dayrade_audit_digest(uuid, jsonb);
"""

# The one change that there is: values become "[redacted]", for the reason in `dayrade.redaction`,
# which leaves a row of its own. The sealer's lock keeps the two from passing each other.
STAYS = """
CREATE FUNCTION dayrade_audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'DR005', MESSAGE = TG_TABLE_NAME || ' is only ever added to';
END
$$;

CREATE FUNCTION dayrade_audit_blanked(was jsonb, now jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_object_agg(key, CASE WHEN value = now -> key THEN value
                                               ELSE '"[redacted]"' END), was)
    FROM jsonb_each(was)
$$;

CREATE FUNCTION dayrade_audit_redacts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    why text := nullif(current_setting('dayrade.redaction', true), '');
    fields text[];
    old_salt uuid;
    new_salt uuid := gen_random_uuid();
    digests jsonb := '{}';
BEGIN
    IF why IS NULL
       OR to_jsonb(NEW) - 'old_values' - 'new_values'
          IS DISTINCT FROM to_jsonb(OLD) - 'old_values' - 'new_values'
       OR NEW.old_values IS DISTINCT FROM dayrade_audit_blanked(OLD.old_values, NEW.old_values)
       OR NEW.new_values IS DISTINCT FROM dayrade_audit_blanked(OLD.new_values, NEW.new_values)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'DR005', MESSAGE = 'audit_logs is only ever added to';
    END IF;
    SELECT array_agg(name || '.' || key ORDER BY name, key) INTO fields
    FROM (VALUES ('old_values', OLD.old_values, NEW.old_values),
                 ('new_values', OLD.new_values, NEW.new_values)) side (name, was, now),
         jsonb_each(was)
    WHERE value IS DISTINCT FROM now -> key;
    IF fields IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('dayrade audit chain', 0));
    SELECT salt INTO old_salt FROM dayrade_audit_chain WHERE audit_log_id = OLD.id;
    IF FOUND THEN
        -- Without its salt nobody can try out what a redacted value was.
        UPDATE dayrade_audit_chain SET salt = new_salt WHERE audit_log_id = OLD.id;
        digests := jsonb_build_object(
            'was', jsonb_build_array(dayrade_audit_digest(old_salt, OLD.old_values),
                                     dayrade_audit_digest(old_salt, OLD.new_values)),
            'now', jsonb_build_array(dayrade_audit_digest(new_salt, NEW.old_values),
                                     dayrade_audit_digest(new_salt, NEW.new_values)));
    END IF;
    INSERT INTO audit_logs (user_id, action, entity_type, entity_id, changes)
    VALUES (nullif(current_setting('dayrade.actor', true), '')::uuid, 'audit.redact', 'audit_logs',
            OLD.id, jsonb_build_object('operation', 'redact', 'fields', fields, 'reason', why)
                    || digests);
    RETURN NEW;
END
$$;

CREATE TRIGGER dayrade_audit_logs_redact BEFORE UPDATE ON audit_logs
    FOR EACH ROW EXECUTE FUNCTION dayrade_audit_redacts();
CREATE TRIGGER dayrade_audit_logs_stay BEFORE DELETE ON audit_logs
    FOR EACH ROW EXECUTE FUNCTION dayrade_audit_stays();
CREATE TRIGGER dayrade_audit_logs_not_emptied BEFORE TRUNCATE ON audit_logs
    FOR EACH STATEMENT EXECUTE FUNCTION dayrade_audit_stays();

-- A redaction exchanges a salt, from within its trigger; the salt is no part of the chain itself.
CREATE TRIGGER dayrade_audit_chain_stays
    BEFORE UPDATE OF position, audit_log_id, row_hash, chain_hash, sealed_at, reached_at OR DELETE
    ON dayrade_audit_chain FOR EACH ROW EXECUTE FUNCTION dayrade_audit_stays();
CREATE TRIGGER dayrade_audit_chain_salt_stays BEFORE UPDATE ON dayrade_audit_chain
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION dayrade_audit_stays();
CREATE TRIGGER dayrade_audit_chain_not_emptied BEFORE TRUNCATE ON dayrade_audit_chain
    FOR EACH STATEMENT EXECUTE FUNCTION dayrade_audit_stays();

REVOKE UPDATE, DELETE, TRUNCATE ON audit_logs, dayrade_audit_chain FROM PUBLIC;
"""
MAY_CHANGE = """
DROP TRIGGER dayrade_audit_chain_not_emptied ON dayrade_audit_chain;
DROP TRIGGER dayrade_audit_chain_salt_stays ON dayrade_audit_chain;
DROP TRIGGER dayrade_audit_chain_stays ON dayrade_audit_chain;
DROP TRIGGER dayrade_audit_logs_not_emptied ON audit_logs;
DROP TRIGGER dayrade_audit_logs_stay ON audit_logs;
DROP TRIGGER dayrade_audit_logs_redact ON audit_logs;
DROP FUNCTION dayrade_audit_redacts();
DROP FUNCTION dayrade_audit_blanked(jsonb, jsonb);
DROP FUNCTION dayrade_audit_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("administration", "0004_add_triggers")]

    operations = [
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("audit_log_id", models.UUIDField()),
                ("salt", models.UUIDField()),
                ("row_hash", models.BinaryField()),
                ("chain_hash", models.BinaryField()),
                ("sealed_at", models.DateTimeField()),
                ("reached_at", models.DateTimeField()),
            ],
            options={
                "db_table": "dayrade_audit_chain",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("audit_log_id",),
                        name="dayrade_audit_chain_audit_log_key",
                        violation_error_message="This row of the audit log is sealed.",
                    )
                ],
            },
        ),
        migrations.RunSQL(HASHES, NO_HASHES),
        migrations.RunSQL(STAYS, MAY_CHANGE),
    ]
