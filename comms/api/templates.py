"""The texts of e-mails."""

from uuid import UUID

from django.db.models import FETCH_RAISE
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_204_NO_CONTENT

from comms.api.filters import (
    EmailTemplateFilterSet,
)
from comms.api.template_serializers import (
    EmailPreviewInput,
    EmailPreviewSerializer,
    EmailTemplateInput,
    EmailTemplateSerializer,
)
from comms.models import (
    EmailTemplate,
)
from comms.services import templates as services
from dayrade.api.idempotency import idempotent
from dayrade.api.permissions import IsAdmin
from dayrade.api.requests import UserRequest
from dayrade.api.views import ViewSet


class EmailTemplateViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, ViewSet[EmailTemplate]
):
    """The texts of e-mails."""

    queryset = EmailTemplate.objects.order_by("name", "pk").fetch_mode(FETCH_RAISE)
    permission_classes = [IsAdmin]
    serializer_class = EmailTemplateSerializer
    filterset_class = EmailTemplateFilterSet

    @extend_schema(
        request=EmailTemplateInput, responses={HTTP_201_CREATED: EmailTemplateSerializer}
    )
    @idempotent
    def create(self, request: UserRequest) -> Response:
        """Add the text of an e-mail."""
        fields = EmailTemplateInput.read(request)
        template = services.create_template(actor=request.user, fields=fields)
        address = reverse("email-template-detail", args=[template.pk])
        return self.shown(template, status=HTTP_201_CREATED, headers={"Location": address})

    @extend_schema(request=EmailTemplateInput, responses=EmailTemplateSerializer)
    def change(self, request: UserRequest, pk: UUID) -> Response:
        """Change the text of an e-mail."""
        changes = EmailTemplateInput.read(request, partial=True)
        changed = services.update_template(
            actor=request.user, template=self.get_object(), changes=changes
        )
        return self.shown(changed)

    @extend_schema(responses={HTTP_204_NO_CONTENT: None})
    def remove(self, request: UserRequest, pk: UUID) -> Response:
        """Remove the text of an e-mail."""
        services.delete_template(actor=request.user, template=self.get_object())
        return Response(status=HTTP_204_NO_CONTENT)

    @extend_schema(request=EmailPreviewInput, responses=EmailPreviewSerializer)
    def preview(self, request: UserRequest, pk: UUID) -> Response:
        """Show the e-mail with these values; nothing is sent or changed."""
        values = EmailPreviewInput.read(request).get("variables", {})
        made = services.preview(template=self.get_object(), values=values)
        return Response(EmailPreviewSerializer(made).data)
