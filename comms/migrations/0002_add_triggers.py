"""The triggers of `updated_at`, and the audit of moderation and templates."""

from django.db import migrations

from dayrade.db.operations import audit_trigger, updated_at_trigger


class Migration(migrations.Migration):
    dependencies = [
        ("comms", "0001_initial"),
        ("dayrade", "0002_add_functions"),
        ("administration", "0002_add_audit_function"),
    ]

    operations = [
        updated_at_trigger("chat_messages"),
        updated_at_trigger("commentary"),
        updated_at_trigger("notifications"),
        updated_at_trigger("email_templates"),
        audit_trigger(
            "chat_messages",
            events=(
                "DELETE OR UPDATE OF message_text, is_moderated, moderation_reason, moderated_by"
            ),
        ),
        audit_trigger("commentary", events="DELETE OR UPDATE OF commentary_text, is_played"),
        audit_trigger("email_templates"),
    ]
