"""A back office's tables with so many rows as years of tournaments leave behind."""

from psycopg.sql import SQL, Identifier

from tests.benchmarks.filling import side_by_side

ROWS = 1_000_000
TOURNAMENTS = 10_000
KINDS = (
    *("user", "seat", "tournament", "result", "trade", "snapshot", "note", "message"),
    *("line", "audit", "any"),
)
AGO = "now() - n * interval '11 seconds'"


def key(kind, n="n"):
    """Write the id of the nth row of a kind, so that others can name it without a join."""
    return f"('{KINDS.index(kind):x}' || lpad(to_hex({n}), 31, '0'))::uuid"


def text(before, n="n"):
    """Write a text with a number; one after the other is fast to keep unique."""
    return f"'{before}' || lpad(({n})::text, 7, '0')"


def picked(*choices):
    """Write one of a few values, each as often as the others."""
    found = " ".join(f"WHEN {place} THEN {value}" for place, value in enumerate(choices))
    return f"CASE n % {len(choices)} {found} END"


def seated(n="n"):
    """Write the tournament of a seat: every fiftieth is in the first one, so that it is large."""
    place = f"(CASE WHEN {n} % 50 = 0 THEN 1 ELSE 1 + {n} % {TOURNAMENTS} END)"
    return key("tournament", place)


def whose(n="n"):
    """Write the number of a row's seat and person, far from those of the next row."""
    return f"((1 + {n}::bigint * 7919 % {ROWS})::int)"


def of_seat(number):
    """Write what names a seat and all that it belongs to."""
    return {
        "tournament_id": seated(number),
        "user_id": key("user", number),
        "participant_id": key("seat", number),
    }


WHOSE = whose()
OWNER, TOURNAMENT = key("user", WHOSE), seated(WHOSE)
#: The first tournament: 20,000 seats, half of which have a hundred trades each.
FIRST = "20000000-0000-0000-0000-000000000001"
#: Half of the trades are of the first tournament; who trades at all does so a hundred times.
TRADERS = 10_000
NTH = f"(1 + n / 2 % {TRADERS})"
TRADER = f"(CASE WHEN n % 2 = 0 THEN {whose(NTH)} ELSE 50 * {NTH} END)"
# Before the provider's latest snapshots.
TRADED = f"{AGO} - interval '4 hours'"
# A trade and the later one of the same seat: 1,000 of them are taken back.
BUSTED, REVERSAL, BUSTS = "(n * 19)", f"(n * 19 + {2 * TRADERS})", 1_000
# One of three snapshots is the provider's, and one of eleven of those differs in a figure.
PROVIDED, LATELY = "n % 3 = 0", "now() - n * interval '10 milliseconds'"
DIFFERING = 33
BROKEN = f"(n * {DIFFERING})"
USER, SEAT = key("user"), key("seat")
THIS = key("tournament", f"(1 + n % {TOURNAMENTS})")
TRADE, NOTE, MESSAGE, LINE = key("trade"), key("note"), key("message"), key("line")
PNL = "(hashint4(n) % 2000000) / 100.0"

#: Tables whose rows have no id of their own.
BY_OTHERS = (
    *("dayrade_boards", "dayrade_tallies", "dayrade_risks", "dayrade_chat_rooms"),
    *("dayrade_commentary_states", "dayrade_audit_chain"),
)
# What each column holds; the others have their defaults, and ids that nobody names follow each
# other, which is faster to fill.
TABLES = {
    "tournaments": {
        "id": key("tournament"),
        "name": text("Cup "),
        "slug": text("cup-"),
        "division": "'raider'",
        "status": picked("'completed'", "'active'", "'draft'", "'cancelled'"),
        "registration_open_date": f"{AGO} - interval '9 days'",
        "registration_close_date": f"{AGO} - interval '2 days'",
        "start_date": AGO,
        "end_date": f"{AGO} + interval '5 days'",
        "max_participants": "2000000",
        "ticketsource_event_id": text("T"),
    },
    "users": {
        "id": USER,
        "email": text("person") + " || '@example.com'",
        "username": text("person"),
        "first_name": picked("'Ada'", "'Grace'", "'Alan'", "'Emmy'", "'Kurt'"),
        "last_name": "'Surname' || n % 5000",
        "zimtra_id": text("Z"),
        "password_hash": "'!'",
        "country": picked("'DE'", "'US'", "'FR'"),
        "email_verified": "n % 20 <> 0",
        "email_verified_at": f"CASE WHEN n % 20 <> 0 THEN {AGO} END",
        "kyc_status": "CASE WHEN n % 200 = 0 THEN 'in_review' ELSE 'pending' END",
        "is_suspended": "n % 5000 = 0",
        "suspension_reason": "CASE WHEN n % 5000 = 0 THEN 'Two accounts' END",
        "created_at": AGO,
    },
    "user_sessions": {
        "user_id": USER,
        "session_token": "lpad(to_hex(n), 64, '0')",
        "refresh_token": "lpad(to_hex(n), 64, '0')",
        "is_active": "n % 20 = 0",
        "created_at": f"{AGO} - interval '1 day'",
        "expires_at": f"{AGO} + interval '1 day'",
    },
    "dayrade_totp_devices": {"user_id": USER, "pending_seed": key("any"), "created_at": AGO},
    "tournament_participants": {
        "id": SEAT,
        "tournament_id": seated(),
        "user_id": USER,
        "registered_at": AGO,
        "total_pnl": PNL,
        "realized_pnl": PNL,
        "current_balance": f"100000 + {PNL}",
        "zimtra_account_id": text("A"),
        "ticketsource_booking_id": f"CASE WHEN n % 10 <> 0 THEN {text('B')} END",
        "is_active": "n % 100 <> 0",
    },
    "dayrade_bookings": {
        "tournament_id": seated(),
        "reference": text("B"),
        "email": text("person") + " || '@example.com'",
        "amount": "25",
        "currency": "'USD'",
        "status": "'paid'",
        "booked_at": AGO,
        "user_id": USER,
        "participant_id": SEAT,
        "mismatch": "CASE WHEN n % 499 = 0 THEN 'no_account' END",
    },
    "dayrade_results": {
        "id": key("result"),
        "tournament_id": THIS,
        "number": f"1 + n / {TOURNAMENTS}",
        "reason": "'A late fill'",
        "published_at": AGO,
    },
    "dayrade_standings": {
        "result_id": key("result", f"(1 + n % {TOURNAMENTS})"),
        "participant_id": SEAT,
        "rank": f"1 + n / {TOURNAMENTS}",
        "pnl": PNL,
    },
    "dayrade_boards": {
        "tournament_id": key("tournament"),
        "computed_at": AGO,
        "totals": "'{}'",
        "milestones": "'[]'",
    },
    "trades": of_seat(TRADER)
    | {
        "id": TRADE,
        "symbol": picked("'AAPL'", "'MSFT'", "'IBM'", "'GOOG'"),
        "side": picked("'buy'", "'sell'"),
        "quantity": "100",
        "price": "187.25",
        "trade_value": "18725",
        "net_amount": "18725",
        "pnl": f"CASE WHEN n % 3 <> 0 THEN {PNL} END",
        "pnl_percentage": "CASE WHEN n % 3 <> 0 THEN 1 END",
        "executed_at": TRADED,
        "zimtra_trade_id": text("ZT"),
        "position_type": picked("'open'", "'partial'", "'close'"),
    },
    "positions": of_seat(WHOSE)
    | {
        "symbol": picked("'AAPL'", "'MSFT'", "'IBM'", "'GOOG'"),
        "side": picked("'long'", "'short'"),
        "status": picked("'open'", "'closed'", "'closed'"),
        "quantity": "CASE WHEN n % 3 = 0 THEN 100 ELSE 0 END",
        "average_price": "187.25",
        "cost_basis": "18725",
        "opened_at": AGO,
        "closed_at": f"CASE WHEN n % 3 <> 0 THEN {AGO} END",
    },
    "trading_performance": of_seat(WHOSE)
    | {
        "id": key("snapshot"),
        "recorded_at": f"CASE WHEN {PROVIDED} THEN {LATELY} ELSE {AGO} END",
        "data_source": f"CASE WHEN {PROVIDED} THEN 'zimtra' ELSE 'dayrade' END",
        "total_pnl": PNL,
        "realized_pnl": PNL,
        "usd_balance": f"100000 + {PNL}",
    },
    "dayrade_tallies": {"participant_id": SEAT, "shares_traded": "n"},
    "dayrade_risks": {"participant_id": SEAT, "last_balance": "1", "peak_balance": "1"},
    "dayrade_marks": {
        "tournament_id": THIS,
        "symbol": f"'S' || n / {TOURNAMENTS}",
        "price": "187.25",
        "as_of": AGO,
    },
    "dayrade_quarantine": {
        "tournament_id": TOURNAMENT,
        "zimtra_trade_id": text("ZR"),
        "digest": "lpad(to_hex(n), 64, '0')",
        "payload": "'{}'",
        "error": "'UNKNOWN_ACCOUNT'",
        "message": "'No seat of this tournament has this account.'",
        "received_at": AGO,
        "status": "CASE WHEN n % 499 = 0 THEN 'open' ELSE 'dismissed' END",
        "resolved_at": "CASE WHEN n % 499 <> 0 THEN now() END",
        "reason": "CASE WHEN n % 499 <> 0 THEN 'Sent again' END",
        "resolved_by_id": f"CASE WHEN n % 499 <> 0 THEN {key('user', '1')} END",
    },
    "dayrade_breaks": {
        "tournament_id": seated(whose(BROKEN)),
        "participant_id": key("seat", whose(BROKEN)),
        "snapshot_id": key("snapshot", BROKEN),
        "figure": "'number_of_trades'",
        "ours": "1",
        "theirs": "2",
        "found_at": AGO,
        "status": "CASE WHEN n % 100 = 0 THEN 'open' ELSE 'matched' END",
        "resolved_at": "CASE WHEN n % 100 <> 0 THEN now() END",
    },
    "dayrade_busts": {
        "trade_id": key("trade", BUSTED),
        "reversal_id": key("trade", REVERSAL),
        "reason": "'A fat finger'",
        "busted_at": AGO,
        "busted_by_id": OWNER,
    },
    "chat_messages": {
        "id": MESSAGE,
        "tournament_id": TOURNAMENT,
        "user_id": OWNER,
        "message_text": "'Message ' || n || ' about what comes next for '"
        " || (ARRAY['AAPL', 'MSFT', 'IBM', 'GOOG'])[1 + n % 4]",
        "created_at": AGO,
        "is_moderated": "n % 499 = 0",
        "moderation_reason": "CASE WHEN n % 499 = 0 THEN 'Abuse' END",
        "moderated_at": "CASE WHEN n % 499 = 0 THEN now() END",
    },
    "dayrade_chat_reports": {
        "message_id": MESSAGE,
        "user_id": OWNER,
        "reason": picked("'abuse'", "'spam'"),
        "created_at": AGO,
        "status": "CASE WHEN n % 499 = 0 THEN 'open' ELSE 'dismissed' END",
        "resolved_at": "CASE WHEN n % 499 <> 0 THEN now() END",
        "resolved_by_id": f"CASE WHEN n % 499 <> 0 THEN {key('user', '1')} END",
    },
    "dayrade_mutes": {
        "user_id": USER,
        "tournament_id": TOURNAMENT,
        "reason": "'Insults'",
        "muted_at": AGO,
        "ends_at": f"{AGO} + interval '1 hour'",
        "muted_by_id": key("user", "1"),
    },
    "dayrade_chat_rooms": {"tournament_id": key("tournament"), "revision": "n"},
    "commentary": {
        "id": LINE,
        "tournament_id": TOURNAMENT,
        "personality": picked("'bull'", "'bear'", "'sage'", "'rocket'"),
        "commentary_text": text("Line "),
        "source": "'trading'",
        "created_at": AGO,
        "is_played": "n % 499 <> 0",
        "played_at": f"CASE WHEN n % 499 <> 0 THEN {AGO} END",
    },
    "dayrade_commentary_facts": {
        "tournament_id": TOURNAMENT,
        "participant_id": key("seat", WHOSE),
        "commentary_id": LINE,
        "key": text("fact:"),
        "event": "'big_win'",
        "happened_at": AGO,
        "line": "'bull.big_win.0'",
        "trades": "'{}'",
        "figures": "'{}'",
    },
    "dayrade_commentary_states": {"tournament_id": key("tournament"), "seen_until": AGO},
    "dayrade_retractions": {
        "commentary_id": LINE,
        "reason": "'A slip'",
        "was_spoken": "n % 2 = 0",
        "retracted_at": AGO,
    },
    "notifications": {
        "id": NOTE,
        "user_id": OWNER,
        "type": picked("'tournament.active'", "'trade.busted'", "'booking.seated'"),
        "title": text("Notice "),
        "message": "'What has happened to you.'",
        "priority": "CASE WHEN n % 499 = 0 THEN 'high' ELSE 'medium' END",
        "is_read": "n % 499 <> 0",
        "read_at": f"CASE WHEN n % 499 <> 0 THEN {AGO} END",
        "created_at": AGO,
    },
    "dayrade_deliveries": {
        "notification_id": NOTE,
        "user_id": OWNER,
        "channel": "'email'",
        "status": "CASE WHEN n % 499 = 0 THEN 'dead' ELSE 'sent' END",
        "sent_at": f"CASE WHEN n % 499 <> 0 THEN {AGO} END",
        "provider_id": text("M"),
        "created_at": AGO,
    },
    "dayrade_unreachable_addresses": {
        "user_id": USER,
        "address": text("person") + " || '@example.com'",
        "reason": "'hard_bounce'",
        "created_at": AGO,
    },
    "dayrade_notification_preferences": {
        "user_id": USER,
        "category": "'trades'",
        "channel": "'email'",
        "enabled": "n % 499 = 0",
        "created_at": AGO,
    },
    "dayrade_push_subscriptions": {
        "user_id": USER,
        "endpoint": text("https://push.example.com/"),
        "p256dh": "'p'",
        "auth": "'a'",
        "created_at": AGO,
    },
    "dayrade_telling_keys": {"user_id": OWNER, "key": text("key:"), "created_at": AGO},
    "economic_events": {
        "name": picked("'Retail Sales'", "'Consumer Price Index'", "'Payrolls'"),
        "country": picked("'United States'", "'Germany'"),
        # As dense as they are: a thousand in a week.
        "event_time": "now() - n * interval '11 minutes'",
        "impact_level": "CASE WHEN n % 499 = 0 THEN 'high' ELSE 'low' END",
        "external_event_id": text("E"),
    },
    "audit_logs": {
        "id": key("audit"),
        "user_id": OWNER,
        "action": picked("'tournament.update'", "'kyc.approve'", "'chat_message.hide'"),
        "entity_type": picked("'tournaments'", "'users'", "'chat_messages'"),
        "entity_id": OWNER,
        "changes": """'{"operation": "update", "fields": ["status"]}'""",
        "created_at": AGO,
    },
    "dayrade_audit_chain": {
        "position": "n + 100000",
        "audit_log_id": key("audit"),
        "salt": key("audit"),
        "row_hash": "sha256('')",
        "chain_hash": "sha256('')",
        "sealed_at": AGO,
        "reached_at": AGO,
    },
}
#: What takes longest: words to index, or many indexes.
LONG = (
    *("trades", "users", "user_sessions", "tournament_participants", "chat_messages"),
    *("trading_performance", "positions", "audit_logs"),
)
#: How many there are of what a tournament has once, of what is rare, and of trades.
NUMBERS = {
    "trades": 2 * ROWS,
    "tournaments": TOURNAMENTS,
    "dayrade_boards": TOURNAMENTS,
    "dayrade_chat_rooms": TOURNAMENTS,
    "dayrade_commentary_states": TOURNAMENTS,
    "dayrade_busts": BUSTS,
    "dayrade_breaks": ROWS // DIFFERING,
}


def fill(url):
    """Fill the tables and return the seconds."""
    # Tables that take long go first, so that none is left alone at the end.
    order = sorted(TABLES, key=lambda table: table not in LONG)
    return side_by_side(url, {table: insert(table) for table in order})


def insert(table):
    """Write the statement that fills a table."""
    columns = TABLES[table] if table in BY_OTHERS else {"id": key("any")} | TABLES[table]
    return SQL("INSERT INTO {} ({}) SELECT {} FROM generate_series(1, {}) n").format(
        Identifier(table),
        SQL(", ").join(map(Identifier, columns)),
        SQL(", ").join(map(SQL, columns.values())),
        NUMBERS.get(table, ROWS),
    )
