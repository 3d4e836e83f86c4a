"""What every column of the database is, and what erasure puts in its place.

A test compares this with the migrated database: a column that nobody has classified fails it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Kind(Enum):
    """What a column is to the person whose row it stands in."""

    OWNER = "owner"  # whose row it is
    RECORD = "record"  # what happened: the ledger, the results, the decisions
    PUBLIC = "public"  # personal, and shown to everybody
    PERSONAL = "personal"  # shown to its owner and to staff alone
    SECRET = "secret"  # shown to nobody, exported to nobody  # noqa: S105  # a kind
    PLATFORM = "platform"  # of no person


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of one table by kind, as words.

    `erased` says by column what erasure writes, as an SQL expression; a column that it does not
    name is kept. `forgotten` rows are deleted instead, because nothing else rests on them.
    """

    owner: str = ""
    record: str = ""
    public: str = ""
    personal: str = ""
    secret: str = ""
    platform: str = ""
    erased: Mapping[str, str] = field(default_factory=dict)
    forgotten: bool = False

    @property
    def columns(self) -> dict[str, Kind]:
        """The kind of each column."""
        return {name: kind for kind in Kind for name in getattr(self, kind.value).split()}

    def of_kind(self, *kinds: Kind) -> list[str]:
        """Return the columns of these kinds."""
        return [name for name, kind in self.columns.items() if kind in kinds]


PERSONAL = (Kind.PUBLIC, Kind.PERSONAL)
HIDDEN = (*PERSONAL, Kind.SECRET)
NULL = "NULL"
BLANK = "'[erased]'"
ADDRESS_SUFFIX = "@erased.invalid"
ADDRESS = f"'erased-' || replace(gen_random_uuid()::text, '-', '') || '{ADDRESS_SUFFIX}'"
# What Django takes for no password, whatever is typed.
NO_PASSWORD = "'!' || replace(gen_random_uuid()::text, '-', '')"  # noqa: S105  # no password
# There is nobody left whose identity could be decided about.
UNDECIDED = (
    "CASE WHEN kyc_status IN ('in_review', 'requires_action') THEN 'pending' ELSE kyc_status END"
)

TABLES: dict[str, Table] = {
    "users": Table(
        owner="id",
        public="username avatar_url country",
        personal=(
            "email first_name last_name zimtra_id zimtra_username timezone date_of_birth"
            " phone_number"
        ),
        secret="password_hash",  # noqa: S106  # a column's name
        record=(
            "role kyc_status kyc_approved_at email_verified email_verified_at is_active"
            " is_suspended suspension_reason last_login_at created_at updated_at"
        ),
        erased={
            "email": ADDRESS,
            "password_hash": NO_PASSWORD,
            "first_name": NULL,
            "last_name": NULL,
            "username": NULL,
            "avatar_url": NULL,
            "zimtra_id": NULL,
            "zimtra_username": NULL,
            "country": NULL,
            "timezone": NULL,
            "date_of_birth": NULL,
            "phone_number": NULL,
            "email_verified": "false",
            "email_verified_at": NULL,
            "is_active": "false",
            "kyc_status": UNDECIDED,
        },
    ),
    "user_sessions": Table(
        owner="user_id",
        personal="device_info ip_address user_agent",
        secret="session_token refresh_token",  # noqa: S106  # columns' names
        record="id is_active expires_at created_at last_accessed_at",
        erased={
            "device_info": NULL,
            "ip_address": NULL,
            "user_agent": NULL,
            "is_active": "false",
        },
    ),
    "tournaments": Table(
        platform=(
            "id name slug description division tournament_type start_date end_date"
            " registration_open_date registration_close_date max_participants"
            " current_participants min_participants entry_fee prize_pool currency status"
            " ticketsource_event_id zimtra_tournament_id starting_balance trading_symbols rules"
            " created_at updated_at"
        ),
        record="created_by",
    ),
    "tournament_participants": Table(
        owner="user_id",
        # The numbers by which the books of others are reconciled with the ledger; without the
        # person's name here they lead nowhere.
        record=(
            "id tournament_id registered_at registration_source ticketsource_booking_id"
            " zimtra_account_id starting_balance current_balance total_pnl realized_pnl"
            " unrealized_pnl total_trades winning_trades losing_trades total_volume current_rank"
            " best_rank final_rank final_pnl is_active disqualified disqualification_reason"
            " created_at updated_at"
        ),
    ),
    "dayrade_bookings": Table(
        owner="user_id",
        personal="email name",
        record=(
            "id tournament_id reference amount currency status booked_at participant_id mismatch"
            " told_at first_seen_at last_seen_at"
        ),
        erased={"email": BLANK, "name": NULL},
    ),
    "trading_performance": Table(
        owner="user_id",
        record=(
            "id tournament_id participant_id recorded_at data_source total_pnl realized_pnl"
            " unrealized_pnl usd_balance number_of_trades total_shares_traded"
            " number_of_stocks_traded total_notional_traded win_rate best_trade worst_trade"
            " average_trade_size max_drawdown sharpe_ratio volatility current_positions"
            " position_count long_positions short_positions raw_zimtra_data created_at"
        ),
    ),
    "trades": Table(
        owner="user_id",
        record=(
            "id tournament_id participant_id symbol side quantity price executed_at order_type"
            " trade_value commission net_amount pnl pnl_percentage zimtra_trade_id"
            " zimtra_order_id position_type related_trade_id created_at"
        ),
    ),
    "positions": Table(
        owner="user_id",
        record=(
            "id tournament_id participant_id symbol quantity average_price current_price"
            " market_value cost_basis unrealized_pnl unrealized_pnl_percentage side status"
            " opened_at closed_at last_updated_at zimtra_position_id created_at updated_at"
        ),
    ),
    "chat_messages": Table(
        owner="user_id",
        # What was said in public stays, without who said it: others have answered it.
        public="message_text",
        record=(
            "id tournament_id message_type getstream_message_id channel_id is_moderated"
            " moderation_reason moderated_by moderated_at sentiment_score relevance_score"
            " created_at updated_at"
        ),
    ),
    "dayrade_mutes": Table(
        owner="user_id",
        record="id tournament_id reason muted_by_id muted_at ends_at lifted_at lifted_by_id",
    ),
    # Why somebody complains may tell about them; that they do is part of what was decided.
    "dayrade_chat_reports": Table(
        owner="user_id",
        personal="comment",
        record="id message_id reason created_at status resolved_at resolved_by_id",
        erased={"comment": NULL},
    ),
    "dayrade_chat_rooms": Table(platform="tournament_id revision"),
    "commentary": Table(
        owner="trigger_user_id",
        public="commentary_text trigger_data audio_url",
        record=(
            "id tournament_id personality trigger_event audio_duration audio_generated"
            " scheduled_at played_at is_played source priority created_at updated_at"
        ),
        erased={
            "commentary_text": BLANK,
            "trigger_data": NULL,
            "audio_url": NULL,
            "audio_generated": "false",
        },
    ),
    # Its line and whom it is about say all that is personal.
    "dayrade_commentary_facts": Table(
        record=(
            "id tournament_id key event happened_at participant_id trades figures subject_id"
            " commentary_id line created_at"
        )
    ),
    "dayrade_commentary_states": Table(
        platform="tournament_id seen_until leader_at burst_at speaking_until", record="leader_id"
    ),
    "dayrade_retractions": Table(
        record="id commentary_id reason was_spoken retracted_by_id retracted_at"
    ),
    "notifications": Table(
        owner="user_id",
        personal="title message action_url action_label",
        record=(
            "id type is_read read_at priority channels email_sent email_sent_at push_sent"
            " push_sent_at tournament_id trade_id created_at updated_at"
        ),
        erased={"title": BLANK, "message": BLANK, "action_url": NULL, "action_label": NULL},
    ),
    "dayrade_deliveries": Table(
        owner="user_id",
        record=(
            "id notification_id channel status attempts rounds next_attempt_at last_error"
            " provider_id sent_at outcome outcome_at created_at updated_at"
        ),
    ),
    "dayrade_telling_keys": Table(owner="user_id", record="id key created_at"),
    "dayrade_notification_preferences": Table(
        owner="user_id",
        record="id category channel enabled created_at",
        forgotten=True,
    ),
    "dayrade_unreachable_addresses": Table(
        owner="user_id", personal="address", record="id reason created_at", forgotten=True
    ),
    "dayrade_push_subscriptions": Table(
        owner="user_id",
        secret="endpoint p256dh auth",  # noqa: S106  # columns' names
        record="id created_at",
        forgotten=True,
    ),
    "audit_logs": Table(
        owner="user_id",
        # Kept: where an act came from is the evidence of who acted. Nobody can change it.
        personal="ip_address user_agent",
        record=(
            "id action entity_type entity_id old_values new_values changes request_id created_at"
        ),
    ),
    "system_configuration": Table(
        secret="value",  # noqa: S106  # a column's name
        platform="id key description category is_sensitive requires_restart created_at updated_at",
        record="updated_by",
    ),
    "economic_events": Table(
        platform=(
            "id name description country event_time timezone impact_level forecast_value"
            " actual_value previous_value unit affected_symbols market_reaction data_source"
            " external_event_id created_at updated_at"
        )
    ),
    "email_templates": Table(
        platform=(
            "id name subject content template_type brevo_template_id variables is_active"
            " created_at updated_at"
        )
    ),
    # Salts are no secret: they go, by a redaction, before what they hide.
    "dayrade_audit_chain": Table(
        platform="position audit_log_id salt row_hash chain_hash sealed_at reached_at"
    ),
    "schema_migrations": Table(platform="id filename executed_at"),
    "dayrade_idempotency_keys": Table(
        owner="principal",
        personal="key headers body",
        secret="request_hash",  # noqa: S106  # a column's name
        record="id status_code created_at",
        forgotten=True,
    ),
    "dayrade_totp_devices": Table(
        owner="user_id",
        secret="seed pending_seed",  # noqa: S106  # columns' names
        record="id confirmed_at last_used_step created_at",
        forgotten=True,
    ),
    # A key may hold the address that is counted; it is deleted when its window is over.
    "dayrade_rate_limits": Table(personal="key", platform="window_ends_at count"),
    "dayrade_events": Table(platform="id tournament_id kind subject_id data position created_at"),
    "dayrade_boards": Table(
        platform="tournament_id revision computed_at took_ms seats totals milestones top"
    ),
    "dayrade_results": Table(
        platform="id tournament_id number published_at reason", record="published_by_id"
    ),
    "dayrade_standings": Table(record="id result_id participant_id rank pnl"),
    "dayrade_marks": Table(
        platform="id tournament_id symbol price as_of received_at valued_price valued_as_of"
    ),
    "dayrade_tallies": Table(
        record="participant_id shares_traded stocks_traded best_trade worst_trade"
    ),
    "dayrade_risks": Table(
        record=(
            "participant_id last_balance peak_balance max_drawdown returns returns_sum"
            " returns_square_sum broken"
        )
    ),
    # By the numbers of the provider, as it delivered them.
    "dayrade_quarantine": Table(
        record=(
            "id tournament_id zimtra_trade_id digest payload error message received_at status"
            " resolved_at resolved_by_id reason"
        )
    ),
    "dayrade_breaks": Table(
        record=(
            "id tournament_id participant_id snapshot_id figure ours theirs found_at status"
            " resolved_at resolved_by_id reason"
        )
    ),
    "dayrade_busts": Table(record="id trade_id reversal_id reason busted_by_id busted_at"),
    # Django's own log, which nothing writes here.
    "django_admin_log": Table(
        owner="user_id",
        personal="object_repr change_message",
        record="id action_time object_id action_flag content_type_id",
        forgotten=True,
    ),
}

#: The beginnings of the names of tables that hold nothing about a person.
PLATFORM_PREFIXES = ("auth_", "django_", "procrastinate_")


def is_platform(table: str) -> bool:
    """Tell whether a table's name alone says that it holds nothing about a person."""
    return table not in TABLES and table.startswith(PLATFORM_PREFIXES)


def kind_of(table: str, column: str) -> Kind:
    """Return the kind of a column.

    Raises:
        KeyError: nobody has classified it.

    """
    return Kind.PLATFORM if is_platform(table) else TABLES[table].columns[column]
