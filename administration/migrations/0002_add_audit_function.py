"""The one trigger function that writes the audit log.

Who acts, why, and from where is set for the transaction by `administration.audit.acting`. The
function's arguments are the columns whose values stay out of the log. The value of a
configuration that is sensitive stays out as well.
"""

from django.db import migrations

AUDIT = """
CREATE FUNCTION dayrade_audit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END;
    entity uuid := coalesce(after, before) ->> 'id';
    hidden text[] := TG_ARGV;
    changed text[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT array_agg(key ORDER BY key) INTO changed
        FROM jsonb_each(after)
        WHERE key <> 'updated_at' AND value IS DISTINCT FROM before -> key;
        IF changed IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    IF 'true' IN (before ->> 'is_sensitive', after ->> 'is_sensitive') THEN
        hidden := hidden || 'value'::text;
    END IF;
    -- A hidden column shows that it was filled or changed, not with what.
    SELECT jsonb_object_agg(key, CASE WHEN key = ANY (hidden) AND value <> 'null'
                                      THEN '"[redacted]"' ELSE value END)
    INTO before FROM jsonb_each(before) WHERE changed IS NULL OR key = ANY (changed);
    SELECT jsonb_object_agg(key, CASE WHEN key = ANY (hidden) AND value <> 'null'
                                      THEN '"[redacted]"' ELSE value END)
    INTO after FROM jsonb_each(after) WHERE changed IS NULL OR key = ANY (changed);
    INSERT INTO audit_logs (user_id, action, entity_type, entity_id, old_values, new_values,
                            changes, ip_address, user_agent, request_id)
    VALUES (
        nullif(current_setting('dayrade.actor', true), '')::uuid,
        coalesce(nullif(current_setting('dayrade.action', true), ''),
                 TG_TABLE_NAME || '.' || lower(TG_OP)),
        TG_TABLE_NAME,
        entity,
        before,
        after,
        jsonb_strip_nulls(jsonb_build_object(
            'operation', lower(TG_OP),
            'fields', changed,
            'reason', nullif(current_setting('dayrade.reason', true), ''))),
        nullif(current_setting('dayrade.ip_address', true), '')::inet,
        nullif(current_setting('dayrade.user_agent', true), ''),
        nullif(current_setting('dayrade.request_id', true), '')
    );
    RETURN NULL;
END;
$$
"""


class Migration(migrations.Migration):
    dependencies = [("administration", "0001_initial")]

    operations = [migrations.RunSQL(AUDIT, "DROP FUNCTION dayrade_audit()")]
