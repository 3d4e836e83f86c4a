"""Let final figures be those of the latest published result, and nothing else."""

from django.db import migrations

# What was final before results were kept line by line becomes the first result.
KEEP = """
INSERT INTO dayrade_results (tournament_id, number, published_at)
SELECT id, 1, end_date FROM tournaments
WHERE status = 'completed'
  AND NOT EXISTS (SELECT FROM dayrade_results WHERE tournament_id = tournaments.id);
INSERT INTO dayrade_standings (result_id, participant_id, rank, pnl)
SELECT result.id, seat.id, final_rank, final_pnl
FROM dayrade_results result
JOIN tournament_participants seat ON seat.tournament_id = result.tournament_id
WHERE final_rank IS NOT NULL AND final_pnl IS NOT NULL
  AND NOT EXISTS (SELECT FROM dayrade_standings WHERE result_id = result.id);
"""
FINAL = """
CREATE FUNCTION dayrade_final_as_published() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    published_rank integer;
    published_pnl numeric;
BEGIN
    SELECT rank, pnl INTO published_rank, published_pnl
    FROM dayrade_results result
    LEFT JOIN dayrade_standings ON result_id = result.id AND participant_id = NEW.id
    WHERE tournament_id = NEW.tournament_id
    ORDER BY number DESC LIMIT 1;
    IF (NEW.final_rank, NEW.final_pnl) IS DISTINCT FROM (published_rank, published_pnl) THEN
        RAISE EXCEPTION USING ERRCODE = 'DR002',
            MESSAGE = 'final figures are those of the latest published result';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER dayrade_final_as_published
    AFTER UPDATE OF final_rank, final_pnl ON tournament_participants FOR EACH ROW
    WHEN ((OLD.final_rank, OLD.final_pnl) IS DISTINCT FROM (NEW.final_rank, NEW.final_pnl))
    EXECUTE FUNCTION dayrade_final_as_published();
"""
NO_FINAL = """
DROP TRIGGER dayrade_final_as_published ON tournament_participants;
DROP FUNCTION dayrade_final_as_published();
"""
# A tournament that is deleted takes its results along: that is a trigger's doing, not a person's.
STAY = """
CREATE FUNCTION dayrade_published_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'DR002',
        MESSAGE = 'a published result is corrected by another one, never changed';
END
$$;
CREATE TRIGGER dayrade_results_stay BEFORE UPDATE OR DELETE ON dayrade_results
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION dayrade_published_stays();
CREATE TRIGGER dayrade_standings_stay BEFORE UPDATE OR DELETE ON dayrade_standings
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION dayrade_published_stays();
"""
NO_STAY = """
DROP TRIGGER dayrade_standings_stay ON dayrade_standings;
DROP TRIGGER dayrade_results_stay ON dayrade_results;
DROP FUNCTION dayrade_published_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("tournaments", "0006_leave_room_for_ranks")]

    operations = [
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
        migrations.RunSQL(FINAL, NO_FINAL),
        migrations.RunSQL(STAY, NO_STAY),
    ]
