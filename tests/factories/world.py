"""One row of every table that the back office shows."""

from administration.models import SchemaMigration
from tests.factories.accounts import (
    KycReviewFactory,
    TotpDeviceFactory,
    UserFactory,
    UserSessionFactory,
)
from tests.factories.administration import (
    AuditLogFactory,
    AuditSealFactory,
    SystemConfigurationFactory,
)
from tests.factories.comms import (
    ChatMessageFactory,
    ChatReportFactory,
    ChatRoomFactory,
    CommentaryFactFactory,
    CommentaryFactory,
    CommentaryStateFactory,
    DeliveryFactory,
    EmailTemplateFactory,
    MuteFactory,
    NotificationFactory,
    PreferenceFactory,
    PushSubscriptionFactory,
    RetractionFactory,
    TellingKeyFactory,
    UnreachableAddressFactory,
)
from tests.factories.market import EconomicEventFactory
from tests.factories.tournaments import (
    BoardFactory,
    BookingFactory,
    ParticipantFactory,
    ResultFactory,
    StandingFactory,
    TournamentFactory,
)
from tests.factories.trading import (
    BreakFactory,
    BustFactory,
    MarkFactory,
    PerformanceSnapshotFactory,
    PositionFactory,
    QuarantinedTradeFactory,
    RiskFactory,
    TallyFactory,
    TradeFactory,
)

FACTORIES = {
    "accounts.user": UserFactory,
    "accounts.kycreview": KycReviewFactory,
    "accounts.usersession": UserSessionFactory,
    "accounts.totpdevice": TotpDeviceFactory,
    "tournaments.tournament": TournamentFactory,
    "tournaments.participant": ParticipantFactory,
    "tournaments.booking": BookingFactory,
    "tournaments.board": BoardFactory,
    "tournaments.result": ResultFactory,
    "tournaments.standing": StandingFactory,
    "trading.performancesnapshot": PerformanceSnapshotFactory,
    "trading.trade": TradeFactory,
    "trading.position": PositionFactory,
    "trading.quarantinedtrade": QuarantinedTradeFactory,
    "trading.break": BreakFactory,
    "trading.bust": BustFactory,
    "trading.mark": MarkFactory,
    "trading.tally": TallyFactory,
    "trading.risk": RiskFactory,
    "comms.chatmessage": ChatMessageFactory,
    "comms.chatreport": ChatReportFactory,
    "comms.mute": MuteFactory,
    "comms.chatroom": ChatRoomFactory,
    "comms.commentary": CommentaryFactory,
    "comms.commentaryfact": CommentaryFactFactory,
    "comms.commentarystate": CommentaryStateFactory,
    "comms.retraction": RetractionFactory,
    "comms.notification": NotificationFactory,
    "comms.delivery": DeliveryFactory,
    "comms.unreachableaddress": UnreachableAddressFactory,
    "comms.preference": PreferenceFactory,
    "comms.pushsubscription": PushSubscriptionFactory,
    "comms.tellingkey": TellingKeyFactory,
    "comms.emailtemplate": EmailTemplateFactory,
    "market.economicevent": EconomicEventFactory,
    "administration.systemconfiguration": SystemConfigurationFactory,
    "administration.auditlog": AuditLogFactory,
    "administration.auditseal": AuditSealFactory,
}


def row_of(label):
    """Make a row of the model of that label; the applied migrations are there already."""
    if label == "administration.schemamigration":
        return SchemaMigration.objects.order_by("pk").first()
    return FACTORIES[label]()
