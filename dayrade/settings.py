"""Settings; every variable that is read here is described in .env.example."""

import base64
import logging
import re
import sys

from django.urls import reverse_lazy
from environ import Env

from dayrade.db.url import database, replica
from dayrade.development import reachable, stream_address
from dayrade.environment import BASE_DIR, environment, refuse
from dayrade.headers import policies
from dayrade.mail import mailer

env = environment()

DEVELOPMENT = env.bool("DEBUG", False)
# Django's own is never on: its error pages break the contract and show source and settings.
DEBUG = False

# A production start names everything it misses in one line, not one traceback after another.
REQUIRED = ("DATABASE_URL",) if DEVELOPMENT else ("DATABASE_URL", "SECRET_KEY", "ALLOWED_HOSTS")
if missing := [name for name in REQUIRED if not env.str(name, "")]:
    sys.exit(f"Dayrade cannot start: {', '.join(missing)} not set (see .env.example).")

SECRET_KEY = env.str("SECRET_KEY", "for-development-only" if DEVELOPMENT else Env.NOTSET)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

# Applications

INSTALLED_APPS = [
    # First, because foreign keys are immediate and other apps' tables point at its own.
    "django.contrib.contenttypes",
    "unfold",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.admin",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "procrastinate.contrib.django",
    "dayrade",
    "administration",
    "accounts",
    "market",
    "tournaments",
    "trading",
    "comms",
]

MIDDLEWARE = [
    "dayrade.middleware.answer_headers",
    "dayrade.middleware.request_origin",
    "dayrade.api.caching.conditional_get",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "dayrade.middleware.content_security_policies",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "dayrade.api.replicated_reads.replicated_reads",
    "dayrade.pages.Sessions",
    "django.middleware.common.CommonMiddleware",
    "dayrade.pages.Csrf",
    "dayrade.pages.People",
    "accounts.middleware.record_denials",
    "accounts.middleware.back_office_sessions",
    "dayrade.pages.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "dayrade.urls"
WSGI_APPLICATION = "dayrade.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.csp",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# Database

DATABASE_SLOW_QUERY_MS = env.int("DATABASE_SLOW_QUERY_MS", 500)
DATABASE_POOL_SIZE = env.int("DATABASE_POOL_SIZE", 0) if env.str("DATABASE_POOL_SIZE", "") else 0
DATABASE_REQUIRE_DURABLE = env.bool("DATABASE_REQUIRE_DURABLE", not DEVELOPMENT)
DATABASE_REPLICA_MAX_LAG = env.positive("DATABASE_REPLICA_MAX_LAG", 5)
CONNECTION = {
    "verify_tls": not DEVELOPMENT,
    "pool_size": DATABASE_POOL_SIZE,
    "connect_timeout": env.int("DATABASE_CONNECT_TIMEOUT", 2),
    "prepare_threshold": env.int("DATABASE_PREPARE_THRESHOLD", 5),
    "pooler": env.bool("DATABASE_POOLER", False),
    "parameters": {
        "timezone": "UTC",
        # A request may not take long; a migration takes what it needs.
        "statement_timeout": env.str("DATABASE_STATEMENT_TIMEOUT", "15s")
        if DATABASE_POOL_SIZE
        else env.str("DATABASE_COMMAND_TIMEOUT", "0"),
        "lock_timeout": env.str("DATABASE_LOCK_TIMEOUT", "5s"),
        "idle_in_transaction_session_timeout": env.str("DATABASE_IDLE_TIMEOUT", "30s"),
    },
}
REPLICA_URLS = [url for url in env.list("DATABASE_REPLICA_URLS", default=[]) if url]
# They are databases of their own: dayrade.api.replicated_reads says what is read from them.
DATABASE_REPLICAS = [f"replica_{number}" for number, _ in enumerate(REPLICA_URLS, 1)]
try:
    DATABASES = {"default": database(env.str("DATABASE_URL"), **CONNECTION)} | {
        alias: replica(url, **CONNECTION)
        for alias, url in zip(DATABASE_REPLICAS, REPLICA_URLS, strict=True)
    }
except ValueError as error:
    sys.exit(f"Dayrade cannot start: {error}.")

# People

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.RoleBackend"]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
PASSWORD_HASHERS = ["accounts.hashers.Argon2"]
PASSWORD_HASHES_AT_ONCE = env.positive("PASSWORD_HASHES_AT_ONCE", 1)
PASSWORD_HASHES_WAITING = env.int("PASSWORD_HASHES_WAITING", 3)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.validators.Length"},
    {"NAME": "accounts.validators.Common"},
    {"NAME": "accounts.validators.OwnWords"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
API_SESSION_MINUTES = env.positive("API_SESSION_MINUTES", 15)
API_REFRESH_DAYS = env.positive("API_REFRESH_DAYS", 30)
STAFF_SESSION_HOURS = env.positive("STAFF_SESSION_HOURS", 12)
STAFF_IDLE_MINUTES = env.positive("STAFF_IDLE_MINUTES", 30)
EMAIL_LINK_HOURS = env.positive("EMAIL_LINK_HOURS", 72)
PASSWORD_RESET_MINUTES = env.positive("PASSWORD_RESET_MINUTES", 60)
STAFF_TWO_STEP = env.bool("STAFF_TWO_STEP", not DEVELOPMENT)

# E-mail and notices

# Links lead here: what a request says of the host is never believed.
FRONTEND_URL = (
    env.str(
        "FRONTEND_URL", f"http://127.0.0.1:{env.str('PORT', '8000')}" if DEVELOPMENT else ""
    ).rstrip("/")
    or f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
)
if not FRONTEND_URL.startswith(("https://", "http://")) or "*" in FRONTEND_URL:
    refuse("FRONTEND_URL", "an address with scheme")
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", "Dayrade <no-reply@example.com>")
BREVO_API_KEY = env.str("BREVO_API_KEY", "")
BREVO_URL = env.str("BREVO_URL", "https://api.brevo.com/v3")
if not BREVO_URL.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
    refuse("BREVO_URL", "an address that begins with https://")
MAILERS = {
    "default": mailer(
        brevo_api_key=BREVO_API_KEY,
        brevo_url=BREVO_URL,
        folder=env.str("MAIL_FOLDER", ""),
        development=DEVELOPMENT,
    )
}
# What Brevo's webhook has to name; without it nothing is taken from there. As for others below, the
# fallbacks are those before it, which are taken as well.
BREVO_WEBHOOK_SECRET, *BREVO_WEBHOOK_FALLBACKS = env.several("BREVO_WEBHOOK_SECRET")
SECRET_MIN = 32
if not DEVELOPMENT and any(
    0 < len(secret) < SECRET_MIN for secret in (BREVO_WEBHOOK_SECRET, *BREVO_WEBHOOK_FALLBACKS)
):
    refuse("BREVO_WEBHOOK_SECRET", f"a text of {SECRET_MIN} characters or more")
SMS_SENDER = env.str("SMS_SENDER", "")
VAPID_PRIVATE_KEY, *VAPID_FALLBACKS = env.several("VAPID_PRIVATE_KEY")
if VAPID_PRIVATE_KEY and not all(
    re.fullmatch(r"[A-Za-z0-9_-]{43}=?", key, re.ASCII)
    for key in (VAPID_PRIVATE_KEY, *VAPID_FALLBACKS)
):
    refuse("VAPID_PRIVATE_KEY", "a key of 32 bytes in base64url")
# The hosts, and those below them, that push messages go to: of Chrome, Firefox, Edge and Safari.
PUSH_SERVICES = [
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "notify.windows.com",
    "push.apple.com",
]
NOTIFIER = "comms.services.notifications.notify"
CHAT = "comms.services.chat.tell"

# The event stream

# Where browsers find it, if a proxy does not lead its path there.
STREAM_URL = env.str(
    "STREAM_URL", f"http://{reachable(stream_address())}" if DEVELOPMENT else ""
).rstrip("/")
if STREAM_URL and not STREAM_URL.startswith(("https://", "http://")):
    refuse("STREAM_URL", "an address with scheme")
STREAM_READERS = env.positive("STREAM_READERS", 5000)
STREAM_READERS_PER_ADDRESS = env.positive("STREAM_READERS_PER_ADDRESS", 100)
REDIS_URL = env.str("REDIS_URL", "")
if REDIS_URL and not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    refuse("REDIS_URL", "an address that begins with redis://")

# The trading provider

INGEST_SECRETS = [secret for secret in env.list("DAYRADE_INGEST_SECRETS", default=[]) if secret]
INGEST_SECRET_MIN = 32
if not DEVELOPMENT and any(len(secret) < INGEST_SECRET_MIN for secret in INGEST_SECRETS):
    refuse("DAYRADE_INGEST_SECRETS", f"a list of texts of {INGEST_SECRET_MIN} characters or more")
INGEST_PATH = "/api/v1/ingest/"
INGEST_UPLOAD_MAX_MEMORY_SIZE = 8_000_000
# What values a field for its result, and keeps the figures that this rests on.
VALUATION = "trading.services.valuation.settle"
LAST_SNAPSHOT = "trading.services.snapshots.take_last"
# What may stand between a tournament and its final result: functions that name it.
COMPLETION_BLOCKS: list[str] = [
    "trading.services.doubts.refused_trades",
    "trading.services.doubts.differences",
]

# Bookings

TICKETSOURCE_API_KEY = env.str("TICKETSOURCE_API_KEY", "")
TICKETSOURCE_URL = env.str("TICKETSOURCE_URL", "https://api.ticketsource.io")
if not TICKETSOURCE_URL.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
    refuse("TICKETSOURCE_URL", "an address that begins with https://")

# The audit log

# They sign the heads of its chain: the first does, all of them are taken.
AUDIT_HEAD_KEYS = [key for key in env.list("AUDIT_HEAD_KEYS", default=[]) if key]
AUDIT_HEAD_KEY_MIN = 32
if not DEVELOPMENT and any(len(key) < AUDIT_HEAD_KEY_MIN for key in AUDIT_HEAD_KEYS):
    refuse("AUDIT_HEAD_KEYS", f"a list of texts of {AUDIT_HEAD_KEY_MIN} characters or more")
AUDIT_HEAD_KEYS = AUDIT_HEAD_KEYS or [SECRET_KEY, *SECRET_KEY_FALLBACKS]

# The configuration

# They encrypt its sensitive values: the first does, all of them decrypt.
CONFIGURATION_KEYS = [key for key in env.list("CONFIGURATION_KEYS", default=[]) if key]
if not all(re.fullmatch(r"[A-Za-z0-9_-]{43}=", key, re.ASCII) for key in CONFIGURATION_KEYS):
    refuse("CONFIGURATION_KEYS", "a list of keys of 32 bytes in base64url")
if DEVELOPMENT and not CONFIGURATION_KEYS:
    CONFIGURATION_KEYS = [base64.urlsafe_b64encode(b"for-development-only".ljust(32)).decode()]
CONFIGURATION_READ_SECONDS = env.int("CONFIGURATION_READ_SECONDS", 1)

# Chat beside our own

GETSTREAM_API_KEY = env.str("GETSTREAM_API_KEY", "")
GETSTREAM_API_SECRET, *GETSTREAM_FALLBACKS = env.several("GETSTREAM_API_SECRET")
GETSTREAM_URL = env.str("GETSTREAM_URL", "https://chat.stream-io-api.com")
if bool(GETSTREAM_API_KEY) != bool(GETSTREAM_API_SECRET):
    refuse("GETSTREAM_API_SECRET", "given together with GETSTREAM_API_KEY")
if not GETSTREAM_URL.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
    refuse("GETSTREAM_URL", "an address that begins with https://")

# Commentary

# A provider words lines, another one voices them; without them the templates speak, unvoiced.
COMMENTARY_TEXT_URL = env.str("COMMENTARY_TEXT_URL", "")
COMMENTARY_TEXT_KEY = env.str("COMMENTARY_TEXT_KEY", "")
COMMENTARY_TEXT_MODEL = env.str("COMMENTARY_TEXT_MODEL", "")
COMMENTARY_SPEECH_URL = env.str("COMMENTARY_SPEECH_URL", "https://api.murf.ai")
COMMENTARY_SPEECH_KEY = env.str("COMMENTARY_SPEECH_KEY", "")
try:
    COMMENTARY_SPEECH_VOICES = env.dict("COMMENTARY_SPEECH_VOICES", default={})
except ValueError:
    refuse("COMMENTARY_SPEECH_VOICES", "a list such as bull=en-US-ken,bear=en-US-charles")
SECURE_ADDRESSES = ("https://", "http://127.0.0.1:", "http://localhost:")
if COMMENTARY_TEXT_URL and not COMMENTARY_TEXT_URL.startswith(SECURE_ADDRESSES):
    refuse("COMMENTARY_TEXT_URL", "an address that begins with https://")
if COMMENTARY_TEXT_URL and not COMMENTARY_TEXT_MODEL:
    refuse("COMMENTARY_TEXT_MODEL", "the name of a model")
if not COMMENTARY_SPEECH_URL.startswith(SECURE_ADDRESSES):
    refuse("COMMENTARY_SPEECH_URL", "an address that begins with https://")

# Language and time

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
NUMBER_GROUPING = 3
FORMAT_MODULE_PATH = "dayrade.formats"

# The API

REST_FRAMEWORK = {
    "DEFAULT_PARSER_CLASSES": ["dayrade.api.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "dayrade.api.errors.handler",
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.BearerAuthentication"],
    # A view that says nothing is closed.
    "DEFAULT_PERMISSION_CLASSES": ["dayrade.api.permissions.IsAdmin"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["dayrade.api.filters.StrictFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "dayrade.api.pagination.Pages",
    "DEFAULT_THROTTLE_CLASSES": ["dayrade.api.throttling.WriteThrottle"],
    "DEFAULT_SCHEMA_CLASS": "dayrade.api.openapi.Schema",
    "DEFAULT_METADATA_CLASS": "dayrade.api.metadata.Methods",
    "URL_FORMAT_OVERRIDE": None,
}
# How many requests in how many seconds.
RATE_LIMITS = {
    "login_account": (env.positive("API_LOGIN_LIMIT_PER_ACCOUNT", 10), 900),
    "login_address": (env.positive("API_LOGIN_LIMIT_PER_ADDRESS", 100), 900),
    "refresh_address": (env.positive("API_REFRESH_LIMIT_PER_ADDRESS", 1000), 900),
    # Whoever holds a session may guess at its password no more often than anybody at the door.
    "password_check": (env.positive("API_LOGIN_LIMIT_PER_ACCOUNT", 10), 900),
    "mail_account": (env.positive("API_MAIL_LIMIT_PER_ACCOUNT", 5), 3600),
    "mail_address": (env.positive("API_MAIL_LIMIT_PER_ADDRESS", 50), 3600),
    "link_address": (env.positive("API_LINK_LIMIT_PER_ADDRESS", 50), 900),
    "export": (env.positive("API_EXPORT_LIMIT", 5), 3600),
    "write": (env.positive("API_WRITE_LIMIT", 120), 60),
    # Of one tournament: what is told too often is read by nobody.
    "announcement": (3, 600),
    # Of what the audit log tells of deliveries with a wrong signature: of one address, and of all.
    "ingest_denial": (10, 900),
    "ingest_denials": (100, 900),
    # And of what else was refused: of one person, or one address without one, and of all.
    "denial": (100, 900),
    "denials": (1000, 900),
}
SHARED_READ_SECONDS = env.int("SHARED_READ_SECONDS", 1)
SPECTACULAR_SETTINGS = {
    "TITLE": "Dayrade",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SERVE_PUBLIC": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "SettingTypeEnum": ["bool", "int", "str", "list", "dict"],
        "ChannelEnum": "comms.models.Channel",
        "TournamentStatusEnum": "tournaments.models.TournamentStatus",
        "RefusedTradeStatusEnum": "trading.models.QuarantineStatus",
        "BreakStatusEnum": "trading.models.BreakStatus",
        "TradeSideEnum": "trading.models.Side",
        "ReportStatusEnum": "comms.models.ReportStatus",
        "VerdictEnum": ["accepted", "duplicate", "rejected"],
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "dayrade.api.openapi.describe_failures",
    ],
}

# The back office

UNFOLD = {
    "SITE_TITLE": "Dayrade",
    "SITE_HEADER": "Dayrade",
    "SITE_SUBHEADER": "Back office",
    "SITE_SYMBOL": "candlestick_chart",
    "SITE_FAVICONS": [
        {"rel": "icon", "href": "dayrade.backoffice.navigation.icon", "type": "image/svg+xml"}
    ],
    "SITE_URL": None,
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": ["dayrade.backoffice.navigation.stylesheet"],
    "SCRIPTS": ["dayrade.backoffice.navigation.script"],
    "DASHBOARD_CALLBACK": "dayrade.backoffice.home.dashboard",
    "SIDEBAR": {"navigation": "dayrade.backoffice.navigation.navigation"},
    "LOGIN": {"form": "accounts.forms.SignInForm"},
    "SITE_VIEWS": [
        ("now/", "now", "dayrade.backoffice.home.Now"),
        ("badges/", "badges", "dayrade.backoffice.home.Badges"),
        ("charts/", "charts", "dayrade.backoffice.home.Charts"),
        ("jobs/", "jobs", "dayrade.backoffice.jobs.Jobs"),
        ("password_change/", "password_change", "accounts.admin.PasswordChange"),
        ("people/<uuid:pk>/", "person", "dayrade.people.pages.Person"),
        ("people/<uuid:pk>/mute/", "person_mute", "dayrade.people.asking.MutePage"),
        ("sanctions/", "in_force", "dayrade.people.pages.InForce"),
        ("people/<uuid:pk>/export/", "privacy_export", "dayrade.privacy.admin.Export"),
        ("people/<uuid:pk>/erasure/", "privacy_erasure", "dayrade.privacy.admin.Erasure"),
        ("tournaments/<uuid:pk>/desk/", "tournament_desk", "dayrade.desk.Desk"),
        (
            "tournaments/<uuid:pk>/announcement/",
            "tournament_announcement",
            "comms.admin.announcements.Announce",
        ),
        (
            "tournaments/<uuid:pk>/mismatches/",
            "tournament_mismatches",
            "trading.desk.mismatches.Mismatches",
        ),
        ("tournaments/<uuid:pk>/board/", "tournament_board", "trading.desk.board.Board"),
        ("tournaments/<uuid:pk>/export/", "tournament_export", "trading.desk.exports.Export"),
        ("moderation/", "moderation", "comms.desk.pages.Desk"),
        ("moderation/queue/", "moderation_queue", "comms.desk.pages.Queue"),
        ("moderation/news/", "moderation_news", "comms.desk.pages.News"),
        ("moderation/messages/<uuid:pk>/", "moderation_message", "comms.desk.pages.Message"),
        ("moderation/acts/", "moderation_acts", "comms.desk.pages.Acts"),
        (
            "configuration/<key:key>/",
            "configuration_change",
            "administration.admin.configuration.Change",
        ),
        (
            "configuration/<key:key>/reset/",
            "configuration_reset",
            "administration.admin.configuration.Reset",
        ),
        ("audit/export/", "audit_export", "administration.admin.audit.Export"),
        ("market/calendar/", "calendar", "market.pages.Calendar"),
        ("market/calendar/import/", "calendar_import", "market.pages.Import"),
        ("market/calendar/template/", "calendar_template", "market.pages.Template"),
        ("market/calendar/export/", "calendar_export", "market.pages.Export"),
        ("market/events/<uuid:pk>/impact/", "event_impact", "comms.admin.impact.Impact"),
        ("two_step/", "two_step", "accounts.views.TwoStep"),
    ],
    "ACCOUNT": {
        "navigation": [
            {"title": "Change password", "link": reverse_lazy("admin:password_change")},
            {"title": "Two-step sign-in", "link": reverse_lazy("admin:two_step")},
        ]
    },
}

# Static files

STATIC_URL = "static/"
# Development serves them from where they are.
STATIC_ROOT = None if DEVELOPMENT else BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEVELOPMENT
        else "dayrade.static_files.Storage"
    },
}
WHITENOISE_USE_FINDERS = DEVELOPMENT

# Security

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", not DEVELOPMENT)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 0 if DEVELOPMENT else 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
# It looks for Django's class by name; dayrade.checks.protected_forms looks for what it does.
SILENCED_SYSTEM_CHECKS = ["security.W003"]
# The cookie is signed and holds a token whose hash is in user_sessions, which decides.
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_AGE = STAFF_SESSION_HOURS * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEVELOPMENT
if not DEVELOPMENT:
    # A browser takes these names only from this host, over TLS.
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
CSRF_FAILURE_VIEW = "dayrade.api.errors.on_stale_form"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP, CSP_BY_ADDRESS = policies(STREAM_URL)
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
if env.bool("BEHIND_TLS_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Logs and figures

METRICS_TOKEN, *METRICS_FALLBACKS = env.several("METRICS_TOKEN")
if not DEVELOPMENT and any(
    0 < len(token) < SECRET_MIN for token in (METRICS_TOKEN, *METRICS_FALLBACKS)
):
    refuse("METRICS_TOKEN", f"a text of {SECRET_MIN} characters or more")
SENTRY_DSN = env.str("SENTRY_DSN", "")
if SENTRY_DSN and not SENTRY_DSN.startswith(SECURE_ADDRESSES):
    refuse("SENTRY_DSN", "an address that begins with https://")
# What Sentry calls the version that fails.
RELEASE = env.str("RELEASE", "")
LOG_LEVEL = env.str("LOG_LEVEL", "INFO").upper()
if LOG_LEVEL not in logging.getLevelNamesMapping():
    refuse("LOG_LEVEL", "DEBUG, INFO, WARNING or ERROR")
LOG_FORMAT = env.str("LOG_FORMAT", "line" if DEVELOPMENT else "json")
if LOG_FORMAT not in {"line", "json"}:
    refuse("LOG_FORMAT", "line or json")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "dayrade.logs.RequestId"},
        "eventful": {"()": "dayrade.logs.Eventful"},
    },
    "formatters": {
        "line": {
            "()": "dayrade.logs.Formatter",
            "format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s",
        },
        "json": {"()": "dayrade.logs.JsonFormatter"},
    },
    "handlers": {
        "none": {"class": "logging.NullHandler"},
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["request_id", "eventful"],
        },
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # Anybody can send another Host: an error with a traceback each would fill the log.
        "django.security.DisallowedHost": {"handlers": ["none"], "propagate": False},
        "django.security.DisallowedModelAdminToField": {"handlers": ["none"], "propagate": False},
        # An ordinary refusal is an answer: a line for each, and whoever is refused fills the log.
        "django.request": {"level": "ERROR"},
        # A line for each task that is declared, at every start.
        "procrastinate.blueprints": {"level": "WARNING"},
        "procrastinate.periodic": {"level": "WARNING"},
        # A line for each connection taken and returned.
        "psycopg.pool": {"level": "WARNING"},
    },
}
