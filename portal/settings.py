"""All settings, read from the environment (and `.env`); `.env.example` explains each variable.

Sections: secrets, paths, kind of run, web, applications, database, files, mail and AWS, work, security, language, logs.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from portal.accounts.oidc_settings import oidc_providers
from portal.aws.secrets import read_secrets
from portal.env import Environment
from portal.logs import logging_settings

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(Path(os.environ.get("ENV_FILE", BASE_DIR / ".env")))

# --- Secrets
# Outside of the environment, where whoever may look at a function reads them.
AWS_REGION = env.text("AWS_REGION", "us-east-1")
if SECRETS_PARAMETER := env.text("SECRETS_PARAMETER"):
    os.environ.update(read_secrets(SECRETS_PARAMETER, region=AWS_REGION))

# --- Paths
DATA_DIR = env.path("DATA_DIR", BASE_DIR / "var")

# --- Kind of run
DEBUG = env.yes_no("DEBUG", default=False)
SANDBOX = env.yes_no("SANDBOX", default=DEBUG)
SANDBOX_MAILBOX_URL = env.text("SANDBOX_MAILBOX_URL")
INSTALLATION_NAME = env.text("INSTALLATION_NAME", "Postroom")


def _secret_key() -> str:
    """The key from the environment; in the sandbox one that is made once and kept beside the database."""
    if key := env.secret("SECRET_KEY"):
        return key
    if not SANDBOX:
        raise ImproperlyConfigured("SECRET_KEY must be set (50 random characters); see .env.example")
    path = DATA_DIR / "secret-key"
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_urlsafe(50)
        file.write(key)
    return key


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")  # earlier ones: what they signed is still understood
UNSUBSCRIBE_KEYS = env.words("UNSUBSCRIBE_KEYS")  # id:secret; the first signs, all are understood
KMS_KEY_ID = env.text("KMS_KEY_ID")  # seals stored secrets; "" seals them under a master key in DATA_DIR
PRIVACY_KEYS = env.words("PRIVACY_KEYS")  # id:secret; hashes of people who were forgotten

# --- Web
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ("127.0.0.1", "localhost", "[::1]") if SANDBOX else ())
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")  # what links in mails begin with
FORCE_SCRIPT_NAME = (
    env.text("URL_PREFIX").rstrip("/") or None
)  # of the web function: static addresses are made before a request
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TRUSTED_PROXY_COUNT = env.whole_number("TRUSTED_PROXY_COUNT", 0)
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# --- Applications
INSTALLED_APPS = [
    "portal.apps.PortalConfig",
    "portal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "axes",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "campaigns.apps.CampaignsConfig",
    "routing.apps.RoutingConfig",
    "credentials.apps.CredentialsConfig",
    *(["sandbox.apps.SandboxConfig"] if SANDBOX else []),
]
MIDDLEWARE = [
    "portal.middleware.correlation_id",
    "portal.middleware.remember_caller",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.own_settings.use_own_settings",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.accounts.sessions.keep_track",
    "portal.accounts.gate.ask_for_second_factor",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database
DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{DATA_DIR / 'postroom.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# SQLite reads its whole schema at the first statement of a connection: more than all else of a short request.
DATABASES["default"]["CONN_MAX_AGE"] = env.whole_number("DATABASE_CONN_MAX_AGE_S", 60)
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Writers queue for the lock at BEGIN instead of failing half-way; readers never wait (WAL).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 60,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# --- Files
FILES_BUCKET = env.text("FILES_BUCKET")  # "" keeps files on disk
UPLOADS_BUCKET = env.text("UPLOADS_BUCKET", FILES_BUCKET)
UPLOAD_MAX_BYTES = env.whole_number("UPLOAD_MAX_BYTES", 5 * 1024**3, least=1)
IMAGES_PUBLIC_URL = env.text("IMAGES_PUBLIC_URL").rstrip("/")  # "" serves the images of mails from PUBLIC_URL
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024**2
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024**2
STATIC_URL = env.text("STATIC_URL", "static/")
if FORCE_SCRIPT_NAME and STATIC_URL == "static/":  # read before the first request, when Django knows no prefix yet
    STATIC_URL, WHITENOISE_STATIC_PREFIX = f"{FORCE_SCRIPT_NAME}/static/", "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", DATA_DIR / "static")
MEDIA_ROOT = DATA_DIR / "files"
STORAGES = {
    "default": (
        {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {"bucket_name": FILES_BUCKET, "file_overwrite": False, "signature_version": "s3v4"},
        }
        if FILES_BUCKET
        else {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": MEDIA_ROOT}}
    ),
    "staticfiles": {"BACKEND": "portal.static_files.ModuleStaticFilesStorage"},
}

# --- Mail and AWS
SES_CONFIGURATION_SET = env.text("SES_CONFIGURATION_SET", "postroom")
SES_TRACKING_CONFIGURATION_SET = env.text("SES_TRACKING_CONFIGURATION_SET", "postroom-tracked" if SANDBOX else "")
SES_EVENTS_TOPIC_ARN = env.text("SES_EVENTS_TOPIC_ARN")  # "" believes every topic that may write to the queue
SES_ACCOUNT_ID = env.text("SES_ACCOUNT_ID")  # "" believes events of every AWS account
DEFAULT_FROM_ADDRESS = env.text("DEFAULT_FROM_ADDRESS")
# Where the generation is marked outside of the database: a tag of a queue, or (only on one machine) a file of DATA_DIR.
GENERATION_MARK = env.one_of("GENERATION_MARK", ("disk", "queue") if SANDBOX else ("queue", "disk"))
ALERTS_FROM_ADDRESS = env.text("ALERTS_FROM_ADDRESS")  # "" means DEFAULT_FROM_ADDRESS
ALERTS_TOPIC_ARN = env.text("ALERTS_TOPIC_ARN")  # "" tells alerts by e-mail and in the portal only
SES_SUPPRESSION_SYNC = env.yes_no("SES_SUPPRESSION_SYNC", default=True)  # with the list that SES keeps for the account
SES_PRICE_PER_1000_USD = env.number("SES_PRICE_PER_1000_USD", 0.10)

# --- SMTP users: IAM users who log in at SES's SMTP endpoint
SES_SMTP_HOST = env.text("SES_SMTP_HOST")  # "" means that of SES in the user's region
SES_SMTP_PORT = env.whole_number("SES_SMTP_PORT", 587, least=1, most=65_535)  # STARTTLS
SES_SMTP_TLS_PORT = env.whole_number("SES_SMTP_TLS_PORT", 465, least=1, most=65_535)  # TLS from the first byte
SMTP_CA_FILE = env.text("SMTP_CA_FILE")  # believed beside the authorities of the machine, also of relays
SES_SMTP_SECURITY = env.one_of("SES_SMTP_SECURITY", ("starttls", "tls", "plain"))
SMTP_LOGIN_PROOF = env.yes_no("SMTP_LOGIN_PROOF", default=True)  # a user is active when a login has worked
SMTP_USER_PATH = env.text("SMTP_USER_PATH", "/postroom/smtp-users/")  # on IAM
SMTP_USER_BOUNDARY_ARN = env.text("SMTP_USER_BOUNDARY_ARN")  # permissions boundary of every SMTP user
SMTP_DELETE_GRACE_H = env.whole_number("SMTP_DELETE_GRACE_H", 24)  # disabled at once, gone after; 0 has no way back
SMTP_CHANGEOVER_DAYS = env.whole_number("SMTP_CHANGEOVER_DAYS", 14)  # the earlier password still works
SMTP_REMIND_DAYS = env.whole_number("SMTP_REMIND_DAYS", 3)  # an alert before it ends
SMTP_ROTATE_DAYS = env.whole_number("SMTP_ROTATE_DAYS", 0)  # a new password by itself after; 0 never
SMTP_BLOCK_AFTER = env.whole_number("SMTP_BLOCK_AFTER", 0)  # mails as forbidden senders; 0 blocks nobody
SMTP_BLOCK_WITHIN_H = env.whole_number("SMTP_BLOCK_WITHIN_H", 24, least=1)
CLIENT_IMAP_HOST = env.text("CLIENT_IMAP_HOST", "imap.gmail.com")  # where people read; "" = not known

# --- Mail that comes in
INBOUND_BUCKET = env.text("INBOUND_BUCKET", "postroom-inbound" if SANDBOX else "")  # the only bucket that is believed
INBOUND_PREFIX = env.text("INBOUND_PREFIX")  # of the receipt rule; needed for Lambda actions alone
INBOUND_RAW_DAYS = env.whole_number("INBOUND_RAW_DAYS", 90)  # 0 keeps raw mail for ever
INBOUND_KEEP_DAYS = env.whole_number("INBOUND_KEEP_DAYS", 365, least=1)  # rows of the log
BOUNCE_FROM_ADDRESS = env.text("BOUNCE_FROM_ADDRESS")  # "" means mailer-daemon@ the domain of the recipient
FORWARD_FROM_ADDRESS = env.text("FORWARD_FROM_ADDRESS")  # "" means DEFAULT_FROM_ADDRESS
CANARY_EVERY_MIN = env.whole_number("CANARY_EVERY_MIN", 60, most=24 * 60)  # 0 sends no test mail
CANARY_ADDRESS = env.text("CANARY_ADDRESS")  # "" means postroom-test@ the first domain that receives
CANARY_LATE_MIN = env.whole_number("CANARY_LATE_MIN", 15, least=1, most=24 * 60)

# --- Google: Gmail accounts that inbound mail is put into
GOOGLE_CLIENT_ID = env.text("GOOGLE_CLIENT_ID", "sandbox-client" if SANDBOX else "").strip()
GOOGLE_CLIENT_SECRET = env.text("GOOGLE_CLIENT_SECRET", "sandbox-secret" if SANDBOX else "").strip()
GOOGLE_AUTH_URL = env.text("GOOGLE_AUTH_URL", "https://accounts.google.com/o/oauth2/v2/auth")
GOOGLE_TOKEN_URL = env.text("GOOGLE_TOKEN_URL", "https://oauth2.googleapis.com/token")
GOOGLE_REVOKE_URL = env.text("GOOGLE_REVOKE_URL", "https://oauth2.googleapis.com/revoke")
GOOGLE_API_URL = env.text("GOOGLE_API_URL", "https://gmail.googleapis.com").rstrip("/")
GOOGLE_ANSWER_S = env.number("GOOGLE_ANSWER_S", 30)  # longest wait for a part of an answer
GMAIL_ASKS_READING = env.yes_no("GMAIL_ASKS_READING", default=False)  # leave to look a mail up when all else fails

# --- Work
QUEUE_PREFIX = env.text("QUEUE_PREFIX", "postroom")
SEND_GRACE_S = env.whole_number("SEND_GRACE_S", 60, most=900)  # how long a pressed Send can be taken back
SEND_PARALLELISM = env.whole_number("SEND_PARALLELISM", 4, least=1)  # chunks of one campaign at work at once
QUOTA_RESERVE_PCT = env.whole_number("QUOTA_RESERVE_PCT", 5, most=99)  # of the 24-hour quota, kept from campaigns
QUOTA_NEAR_PCT = env.whole_number("QUOTA_NEAR_PCT", 80, least=1, most=100)  # of the 24-hour quota: an alert
QUOTA_NEARER_PCT = env.whole_number("QUOTA_NEARER_PCT", 95, least=1, most=100)  # and a second one
SCHEDULE_ASK_AFTER_S = env.whole_number("SCHEDULE_ASK_AFTER_S", 3600, least=120)  # later than this a schedule asks
SEND_LEASE_S = env.whole_number("SEND_LEASE_S", 120, least=1)  # longer than a wait for slots and a call
CHUNK_SIZE = env.whole_number("CHUNK_SIZE", 1000, least=1, most=5000)  # deliveries per chunk
UNDO_IMPORT_DAYS = env.whole_number("UNDO_IMPORT_DAYS", 7)
UNDO_BULK_DAYS = env.whole_number("UNDO_BULK_DAYS", 7)
EXPORT_DAYS = env.whole_number("EXPORT_DAYS", 7)
RAW_EVENTS_DAYS = env.whole_number("RAW_EVENTS_DAYS", 30)  # 0 keeps none
MESSAGE_VALUES_DAYS = env.whole_number("MESSAGE_VALUES_DAYS", 30, least=1)  # what single messages were filled with
API_IDEMPOTENCY_DAYS = env.whole_number("API_IDEMPOTENCY_DAYS", 7, least=1)  # answers to repeated requests
API_BODY_MAX_BYTES = env.whole_number("API_BODY_MAX_BYTES", 35_000_000, least=10_000)
API_MAX_RECIPIENTS = env.whole_number("API_MAX_RECIPIENTS", 1000, least=1, most=10_000)  # within one request
API_ROUTERS = ("portal.inbound_api.router",)  # what campaigns.api.urls adds to its own
API_VPC_ENDPOINTS = env.words("API_VPC_ENDPOINTS")  # ids of ours, vpce-...; none given believes every one
API_ISOLATION = env.one_of("API_ISOLATION", ("not-stated", "public", "private", "isolated"))
DNS_ASKS = env.one_of("DNS_ASKS", ("own", "resolver"))  # whom the checks of sending domains believe
DNS_SERVERS = env.words("DNS_SERVERS")  # asked for MX records; "" means those of the machine
WEBHOOK_TRIED_H = env.whole_number("WEBHOOK_TRIED_H", 72, least=1)  # then a post is given up, with an alert
WEBHOOK_PAUSED_AFTER = env.whole_number("WEBHOOK_PAUSED_AFTER", 20, least=1)  # failures in a row
WEBHOOK_LOG_DAYS = env.whole_number("WEBHOOK_LOG_DAYS", 14, least=1)
WEBHOOK_ALLOWED_HOSTS = env.words("WEBHOOK_ALLOWED_HOSTS")  # host:port of our own network
# The heartbeat, whose event proves that news of sent mail comes; 0 switches it off.
CANARY_EVERY_S = env.whole_number("CANARY_EVERY_S", 600)  # while somebody is uncertain
CANARY_IDLE_EVERY_S = env.whole_number("CANARY_IDLE_EVERY_S", 3600, least=1)  # otherwise
CANARY_FROM_ADDRESS = env.text("CANARY_FROM_ADDRESS")  # "" means that of the newest campaign that was sent
SETTLE_FLOOR_S = env.whole_number("SETTLE_FLOOR_S", 900, least=1)  # silence says nothing before
SETTLE_LAG_FACTOR = env.whole_number("SETTLE_LAG_FACTOR", 10, least=1)  # nor before this many times the usual lag
SQS_WAIT_S = env.whole_number("SQS_WAIT_S", 2 if SANDBOX else 10)
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", "sqs://")
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
    "region": AWS_REGION,
    "visibility_timeout": 960,
    "wait_time_seconds": SQS_WAIT_S,
    "polling_interval": 0.1,
    "queue_name_prefix": "",
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False  # kombu would put a new copy, which never reaches the DLQ
CELERY_TASK_ACKS_ON_FAILURE = False  # a failed task is redelivered and ends in the DLQ
CELERY_TASK_ACKS_ON_TIMEOUT = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"

# --- Security
_https = not SANDBOX
_upload_origin = urlsplit(env.text("AWS_ENDPOINT_URL_S3", env.text("AWS_ENDPOINT_URL"))) if FILES_BUCKET else None
_upload_sources = (
    []
    if _upload_origin is None
    else [f"{_upload_origin.scheme}://{_upload_origin.netloc}"]
    if _upload_origin.netloc
    else [f"https://{FILES_BUCKET}.s3.{AWS_REGION}.amazonaws.com", f"https://{FILES_BUCKET}.s3.amazonaws.com"]
)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, *_upload_sources],
        "frame-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    },
}
SECURE_SSL_REDIRECT = _https and env.yes_no("HTTPS_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
SECURE_HSTS_PRELOAD = _https
SECURE_REFERRER_POLICY = "same-origin"
# A browser takes a __Host- cookie only from this very host over https, so no neighbour under the domain can plant one.
_cookie_prefix = "__Host-" if _https else ""
SESSION_COOKIE_NAME = f"{_cookie_prefix}sessionid"
SESSION_COOKIE_SECURE = _https
SESSION_COOKIE_AGE = env.whole_number("SESSION_AGE_S", 14 * 24 * 3600)
CSRF_COOKIE_NAME = f"{_cookie_prefix}csrftoken"
CSRF_COOKIE_SECURE = _https
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"  # the previews, which the portal frames itself, answer with their own headers
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 1  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_IPWARE_PROXY_COUNT = TRUSTED_PROXY_COUNT or None
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "locked_out.html"
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "portal.middleware.client_ip"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# --- Accounts: who gets in, and how; django-allauth does the second step and single sign-on
REQUIRE_TWO_FACTOR = env.one_of("REQUIRE_TWO_FACTOR", ("none", "owners", "all"))
ALLOW_PASSWORD_LOGIN = env.yes_no("ALLOW_PASSWORD_LOGIN", default=True)
INVITATION_DAYS = env.whole_number("INVITATION_DAYS", 7, least=1, most=90)
OIDC_ISSUER = env.text("OIDC_ISSUER").rstrip("/")  # "" is without single sign-on
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = env.secret("OIDC_CLIENT_SECRET")
OIDC_NAME = env.text("OIDC_NAME", "single sign-on")  # on the button
OIDC_SCOPES = env.words("OIDC_SCOPES", ("openid", "profile", "email"))
OIDC_ALLOWED_DOMAINS = env.words("OIDC_ALLOWED_DOMAINS")  # whose people need no invitation
OIDC_DEFAULT_ROLE = env.one_of("OIDC_DEFAULT_ROLE", ("Viewer", "Marketer", "Operator", "Owner"))
OIDC_ROLES_CLAIM = env.text("OIDC_ROLES_CLAIM", "groups")
OIDC_ROLES = env.words("OIDC_ROLES")  # group=Role; with any, roles follow the provider at each login
OIDC_TRUSTS_ADDRESSES = env.yes_no("OIDC_TRUSTS_ADDRESSES", default=False)  # also without email_verified
OIDC_COUNTS_AS_TWO_FACTOR = env.yes_no("OIDC_COUNTS_AS_TWO_FACTOR", default=False)
ACCOUNT_ADAPTER = "portal.accounts.adapters.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # nobody signs up; it silences a warning of allauth
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
PASSWORD_RESET_TIMEOUT = 4 * 3600
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form may post nowhere but here (CSP); state and PKCE guard the way back
SOCIALACCOUNT_ADAPTER = "portal.accounts.single_sign_on.SingleSignOnAdapter"
SOCIALACCOUNT_PROVIDERS = oidc_providers(OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME, OIDC_SCOPES)
MFA_ADAPTER = "portal.accounts.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are the portal's own matter
MFA_TOTP_TOLERANCE = 1  # the code before and after: clocks differ
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = SANDBOX  # http://localhost
MFA_FORMS = {"authenticate": "portal.accounts.second_factor_forms.CodeForm"}

# --- Language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.time_zone("TIME_ZONE", "UTC")
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# --- Logs
LOG_FORMAT = env.one_of("LOG_FORMAT", ("json", "plain"))
LOG_LEVEL = env.one_of("LOG_LEVEL", ("INFO", "DEBUG", "WARNING", "ERROR"))
METRICS_NAMESPACE = env.text("METRICS_NAMESPACE")  # of CloudWatch's metrics, made from log lines; "" makes none
LOGGING = logging_settings(
    level=LOG_LEVEL, log_format=LOG_FORMAT, namespace=METRICS_NAMESPACE, installation=QUEUE_PREFIX
)
