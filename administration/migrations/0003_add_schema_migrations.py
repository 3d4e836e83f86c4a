"""The specification's list of applied migrations, kept equal to Django's by a trigger."""

from django.db import migrations

FORWARD = """
CREATE TABLE schema_migrations (
    id SERIAL PRIMARY KEY,
    filename VARCHAR(255) UNIQUE NOT NULL,
    executed_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT NOW()
);

CREATE FUNCTION dayrade_follow_migrations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO schema_migrations (filename, executed_at)
        VALUES (NEW.app || '/migrations/' || NEW.name || '.py', NEW.applied)
        ON CONFLICT (filename) DO UPDATE SET executed_at = EXCLUDED.executed_at;
    ELSE
        DELETE FROM schema_migrations s
        WHERE s.filename = OLD.app || '/migrations/' || OLD.name || '.py'
          AND NOT EXISTS (SELECT 1 FROM django_migrations d
                          WHERE d.app = OLD.app AND d.name = OLD.name);
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER dayrade_follow_migrations AFTER INSERT OR DELETE ON django_migrations
    FOR EACH ROW EXECUTE FUNCTION dayrade_follow_migrations();

INSERT INTO schema_migrations (filename, executed_at)
SELECT app || '/migrations/' || name || '.py', min(applied) AS first
FROM django_migrations GROUP BY app, name ORDER BY first, app, name;

-- Nobody edits the list: only the function above, which fires from another trigger.
CREATE FUNCTION dayrade_refuse_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION USING ERRCODE = 'DR001',
            MESSAGE = 'schema_migrations is written by the migrations alone';
    END IF;
    RETURN coalesce(NEW, OLD);
END;
$$;

CREATE TRIGGER dayrade_schema_migrations_read_only
    BEFORE INSERT OR UPDATE OR DELETE ON schema_migrations
    FOR EACH ROW EXECUTE FUNCTION dayrade_refuse_edit();

CREATE TRIGGER dayrade_schema_migrations_not_emptied
    BEFORE TRUNCATE ON schema_migrations
    FOR EACH STATEMENT EXECUTE FUNCTION dayrade_refuse_edit();
"""

BACKWARD = """
DROP TRIGGER dayrade_follow_migrations ON django_migrations;
DROP TABLE schema_migrations;
DROP FUNCTION dayrade_follow_migrations();
DROP FUNCTION dayrade_refuse_edit();
"""


class Migration(migrations.Migration):
    dependencies = [("administration", "0002_add_audit_function")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
