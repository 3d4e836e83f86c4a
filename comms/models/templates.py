"""The texts of e-mails."""

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import Exact

from dayrade.db.constraints import bounded
from dayrade.db.fields import UpdatedAtField, created_at, primary_key
from dayrade.db.indexes import Index
from tournaments.models import INTEGER_MAX


class EmailTemplate(models.Model):
    """The text of an e-mail; `variables` declares every name that the text may use."""

    id = primary_key()
    name = models.CharField(max_length=100)
    subject = models.CharField(max_length=255)
    content = models.TextField()

    template_type = models.CharField(max_length=50)
    brevo_template_id = models.IntegerField(null=True, blank=True)
    variables = models.JSONField(null=True, blank=True)

    is_active = models.BooleanField(default=True, db_default=True)

    created_at = created_at()
    updated_at = UpdatedAtField()

    class Meta:
        db_table = "email_templates"
        constraints = [
            models.UniqueConstraint(
                name="email_templates_name_key",
                fields=["name"],
                violation_error_message="Another template has this name.",
            ),
            models.CheckConstraint(
                name="dayrade_email_templates_variables_listed",
                condition=Q(variables__isnull=True)
                | Q(Exact(Func(F("variables"), function="jsonb_typeof"), Value("array"))),
                violation_error_message="Variables are a list of names.",
            ),
            bounded(
                "email_templates",
                "brevo_template_id",
                low=1,
                high=INTEGER_MAX,
                message="A Brevo template has a positive number.",
            ),
        ]
        indexes = [
            Index(name="idx_email_templates_name", fields=["name"]),
            Index(name="idx_email_templates_type", fields=["template_type"]),
        ]

    def __str__(self) -> str:
        """Show the name."""
        return self.name
