"""All settings, from the environment (docs/operating.md lists them). One file; no room imports it."""

import secrets
from pathlib import Path

import environ

BASE = Path(__file__).resolve().parent.parent
env = environ.Env()

#: Everything that this installation writes lives below one folder, which is never inside the web root.
HOME = Path(env.str("HRPARK_HOME", default=str(BASE / "var"))).resolve()
HOME.mkdir(parents=True, exist_ok=True)


def _kept_secret(name: str) -> str:
    """A secret from the environment, or one made on the first start and kept in a file only the owner can read."""
    given = env.str(name, default="")
    if given:
        return given
    path = HOME / f".{name.lower()}"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


DEBUG = env.bool("HRPARK_DEBUG", default=False)
SECRET_KEY = _kept_secret("HRPARK_SECRET_KEY")
#: Former secret keys, so that sessions and sealed secrets survive a change of the key.
SECRET_KEY_FALLBACKS = env.list("HRPARK_SECRET_KEY_FALLBACKS", default=[])
#: Keys the trail's digests; losing it makes the chain unverifiable, so it is apart from SECRET_KEY, which may be rotated.
TRAIL_KEY = _kept_secret("HRPARK_TRAIL_KEY")
ALLOWED_HOSTS = env.list("HRPARK_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("HRPARK_ORIGINS", default=[])
#: True behind TLS: cookies become Secure and HSTS is sent.
SECURE = env.bool("HRPARK_SECURE", default=False)
#: The demo park shows its logins on the sign-in page. Never true in an installation with real people.
DEMO = env.bool("HRPARK_DEMO", default=False)

ROOMS = [
    "trail", "accounts", "files", "notices", "documents", "sheets", "standard", "parks", "institutions", "cases",
    "admission", "returns", "evaluation", "web", "api", "demo",
]  # fmt: skip

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_tasks",
    "django_tasks_db",
    "ninja",
    *[f"hrpark.{room}" for room in ROOMS],
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "hrpark.web.account.sessions.lasting",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "hrpark.web.middleware.answers",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        # Jinja2 first: a fifty-row page costs a tenth of a Django template's time (docs/decisions/001-jinja2.md).
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE / "hrpark" / "web" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "hrpark.web.jinja.environment",
            "context_processors": [
                "hrpark.web.jinja.once",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
    {
        # Only for what libraries bring (allauth's mail texts, ninja's API page).
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

#: SQLite is the embedded default, PostgreSQL the production database: postgres://user@host/name
DATABASES = {"default": env.db_url("HRPARK_DATABASE", default=f"sqlite:///{HOME / 'hrpark.sqlite3'}")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # DEFERRED failed 3,293 of 4,000 concurrent updates; NORMAL lost acknowledged commits at power cuts.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
            "PRAGMA secure_delete=ON;PRAGMA journal_size_limit=67108864;PRAGMA cache_size=-65536;"
        ),
    }
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["hrpark.accounts.backends.KeyBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "mobile", "email")},
    },
    {"NAME": "hrpark.accounts.passwords.NotTooLong"},
    {"NAME": "hrpark.accounts.passwords.NotOurOwnWords"},
]
LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

SESSION_ENGINE = "hrpark.web.account.store"
#: A session ends 12 hours after it began, and after two hours without a request (web/account/sessions.py).
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_SECONDS = 2 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = ("__Host-sid", "__Host-csrf") if SECURE else ("sid", "csrf")
CSRF_FAILURE_VIEW = "hrpark.web.errors.csrf_failure"
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
# Being listed by browsers for good is the decision of who owns the domain.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_SSL_REDIRECT = SECURE and env.bool("HRPARK_SSL_REDIRECT", default=True)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
#: True behind a reverse proxy of our own: only then are X-Forwarded-Proto and the last X-Forwarded-For believed.
BEHIND_PROXY = env.bool("HRPARK_BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
LOCALE_PATHS = [BASE / "locale"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE / "build" / "static"] if (BASE / "build" / "static").exists() else []
WHITENOISE_USE_FINDERS = True
# Names under assets/ carry a hash from the front-end build, so they never change.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/assets/.+-[A-Za-z0-9_-]{8}\.\w+$"

#: Uploads: outside the web root, handed out only through the gate.
UPLOAD_ROOT = HOME / "files"
FILE_UPLOAD_HANDLERS = [
    "hrpark.files.uploads.Limit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
#: Dotted path of a function (path → finding or None) that looks at each upload, e.g. an antivirus client; empty: off.
UPLOAD_SCANNER = env.str("HRPARK_SCANNER", default="")
#: Folders with further fonts for documents, besides the packages that bring them.
FONT_FOLDERS = env.list("HRPARK_FONTS", default=[])
#: The address under which people reach this installation, for links in mails and on paper.
PUBLIC_URL = env.str("HRPARK_URL", default="")
#: The key of the integrity signature on issued PDFs (`manage.py make_signing_key`); without the file nothing is signed.
SIGNING_KEY = env.str("HRPARK_SIGNING_KEY", default=str(HOME / "signing.p12"))
SIGNING_PASSWORD = env.str("HRPARK_SIGNING_PASSWORD", default="")
#: Dotted path of an adapter to a certified e-signature platform (hrpark/documents/esign.py); empty: paper is sealed by hand.
ESIGN_ADAPTER = env.str("HRPARK_ESIGN", default="")
#: For hrpark.documents.esign.HttpPlatform: its address, the bearer token it is shown, the secret that signs its callbacks.
ESIGN_URL = env.str("HRPARK_ESIGN_URL", default="")
ESIGN_TOKEN = env.str("HRPARK_ESIGN_TOKEN", default="")
ESIGN_SECRET = env.str("HRPARK_ESIGN_SECRET", default="")
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
UPLOAD_MAX_BYTES = env.int("HRPARK_UPLOAD_MAX_BYTES", default=20 * 1024 * 1024)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

EMAIL_CONFIG = env.email_url("HRPARK_EMAIL", default="consolemail://")
vars().update(EMAIL_CONFIG)
#: Notices go out by mail only when a server is configured; in the product they are always there.
EMAIL_ENABLED = bool(env.str("HRPARK_EMAIL", default=""))
DEFAULT_FROM_EMAIL = env.str("HRPARK_EMAIL_FROM", default="hrpark@localhost")
EMAIL_TIMEOUT = 15

#: Dotted path of an SMS adapter (hrpark/accounts/sms.py); empty: codes are issued at the counter by an officer.
SMS_ADAPTER = env.str("HRPARK_SMS", default="")
#: For hrpark.accounts.sms.HttpRelay: where it posts, and the bearer token it shows there.
SMS_RELAY_URL = env.str("HRPARK_SMS_RELAY_URL", default="")
SMS_RELAY_TOKEN = env.str("HRPARK_SMS_RELAY_TOKEN", default="")

#: A process that serves pages looks this often whether holidays of a year were entered (hrpark/standard/queries.py).
CALENDAR_SECONDS = 30

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

#: True: directors and supervisors must have a second factor (TOTP) before they can do anything else.
REQUIRE_TOTP = env.bool("HRPARK_REQUIRE_TOTP", default=False)
MFA_ADAPTER = "hrpark.accounts.allauth_adapter.SecondFactorAdapter"

ACCOUNT_ADAPTER = "hrpark.accounts.allauth_adapter.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("HRPARK_LOG", default="INFO")},
}
