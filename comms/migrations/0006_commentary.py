"""What was found worth a line, how far that has come, and what is taken back."""

import dayrade.db.functions
import dayrade.db.indexes
import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.comparison
import uuid
from django.conf import settings
from django.db import migrations, models


# What nobody heard, and the platform withdrew by itself, is no decision of anybody.
AUDIT = """
CREATE TRIGGER dayrade_audit_dayrade_retractions AFTER INSERT ON dayrade_retractions
FOR EACH ROW WHEN (NEW.was_spoken OR NEW.retracted_by_id IS NOT NULL)
EXECUTE FUNCTION dayrade_audit()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("comms", "0005_chat"),
        ("administration", "0002_add_audit_function"),
        ("tournaments", "0007_keep_published_results"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CommentaryFact",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key", models.CharField(max_length=150)),
                ("event", models.CharField(max_length=100)),
                ("happened_at", models.DateTimeField()),
                (
                    "trades",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), blank=True, default=list
                    ),
                ),
                (
                    "figures",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DecimalField(decimal_places=2, max_digits=15),
                        blank=True,
                        default=list,
                    ),
                ),
                ("subject_id", models.UUIDField(blank=True, null=True)),
                ("line", models.CharField(max_length=100)),
                (
                    "created_at",
                    models.DateTimeField(db_default=dayrade.db.functions.Now(), editable=False),
                ),
            ],
            options={
                "verbose_name": "told fact",
                "db_table": "dayrade_commentary_facts",
            },
        ),
        migrations.CreateModel(
            name="CommentaryState",
            fields=[
                (
                    "tournament",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        primary_key=True,
                        related_name="commentary_state",
                        serialize=False,
                        to="tournaments.tournament",
                    ),
                ),
                ("seen_until", models.DateTimeField()),
                ("leader_at", models.DateTimeField(blank=True, null=True)),
                ("burst_at", models.DateTimeField(blank=True, null=True)),
                ("speaking_until", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "state of commentary",
                "verbose_name_plural": "states of commentary",
                "db_table": "dayrade_commentary_states",
            },
        ),
        migrations.CreateModel(
            name="Retraction",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("reason", models.TextField()),
                ("was_spoken", models.BooleanField()),
                ("retracted_at", models.DateTimeField(db_default=dayrade.db.functions.Now())),
            ],
            options={
                "db_table": "dayrade_retractions",
            },
        ),
        migrations.AddIndex(
            model_name="commentary",
            index=dayrade.db.indexes.Index(
                django.db.models.functions.comparison.Coalesce("scheduled_at", "created_at"),
                condition=models.Q(("is_played", False)),
                name="dayrade_commentary_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="commentary",
            index=dayrade.db.indexes.Index(
                condition=models.Q(("is_played", True)),
                fields=["tournament", "-played_at"],
                name="dayrade_commentary_spoken",
            ),
        ),
        migrations.AddField(
            model_name="commentaryfact",
            name="commentary",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.DB_CASCADE,
                related_name="fact",
                to="comms.commentary",
            ),
        ),
        migrations.AddField(
            model_name="commentaryfact",
            name="participant",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DB_CASCADE,
                related_name="commentary_facts",
                to="tournaments.participant",
            ),
        ),
        migrations.AddField(
            model_name="commentaryfact",
            name="tournament",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.DB_CASCADE,
                related_name="commentary_facts",
                to="tournaments.tournament",
            ),
        ),
        migrations.AddField(
            model_name="commentarystate",
            name="leader",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DB_SET_NULL,
                related_name="+",
                to="tournaments.participant",
            ),
        ),
        migrations.AddField(
            model_name="retraction",
            name="commentary",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.DB_CASCADE,
                related_name="retraction",
                to="comms.commentary",
            ),
        ),
        migrations.AddField(
            model_name="retraction",
            name="retracted_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="commentaryfact",
            index=dayrade.db.indexes.Index(
                fields=["participant"], name="dayrade_commentary_facts_participant"
            ),
        ),
        migrations.AddConstraint(
            model_name="commentaryfact",
            constraint=models.UniqueConstraint(
                fields=("tournament", "key"),
                name="dayrade_commentary_facts_key",
                violation_error_message="This has been told.",
            ),
        ),
        migrations.AddIndex(
            model_name="commentarystate",
            index=dayrade.db.indexes.Index(
                fields=["leader"], name="dayrade_commentary_states_leader"
            ),
        ),
        migrations.AddIndex(
            model_name="retraction",
            index=dayrade.db.indexes.Index(
                fields=["retracted_by"], name="dayrade_retractions_retracted_by"
            ),
        ),
        migrations.AddConstraint(
            model_name="retraction",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="dayrade_retractions_with_reason",
                violation_error_message="A retraction needs a reason.",
            ),
        ),
        migrations.RunSQL(
            AUDIT, "DROP TRIGGER dayrade_audit_dayrade_retractions ON dayrade_retractions"
        ),
    ]
