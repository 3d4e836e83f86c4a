"""The texts of e-mails as JSON."""

from typing import Any

from rest_framework import serializers

from comms.models import EmailTemplate
from dayrade.api.fields import Flag, Text, Whole
from dayrade.api.serializers import Input, Output

VARIABLES_MAX = 100


class EmailTemplateSerializer(Output[EmailTemplate]):
    """The text of an e-mail."""

    class Meta:
        model = EmailTemplate
        fields = [
            "id",
            "name",
            "subject",
            "content",
            "template_type",
            "brevo_template_id",
            "variables",
            "is_active",
            "created_at",
            "updated_at",
        ]


class EmailTemplateInput(Input):
    """What an admin says of the text of an e-mail."""

    resource = EmailTemplateSerializer

    name = Text(max_length=100)
    subject = Text(max_length=255)
    content = Text(multiline=True, max_length=100_000, trim_whitespace=False)
    template_type = Text(max_length=50)
    brevo_template_id = Whole(min_value=1, allow_null=True, required=False)
    variables = serializers.ListField(
        child=Text(pattern="[a-z_][a-z0-9_]{0,49}", said="Use a name such as first_name."),
        max_length=VARIABLES_MAX,
        allow_null=True,
        required=False,
    )
    is_active = Flag(required=False)


class EmailPreviewInput(Input):
    """The values of a preview, by the names of the variables."""

    variables = serializers.DictField(
        child=Text(multiline=True, max_length=10_000, allow_blank=True), required=False
    )


class EmailPreviewSerializer(serializers.Serializer[Any]):
    """An e-mail as it would be sent."""

    subject = serializers.CharField(read_only=True)
    text = serializers.CharField(read_only=True)
    html = serializers.CharField(read_only=True)
