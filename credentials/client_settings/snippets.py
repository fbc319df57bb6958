"""Settings as programs read them, to be pasted whole: Django, Postfix, curl, swaks. Pure.

None holds the password: programs take it from the environment, from a file of root's, or ask for it.
"""

from __future__ import annotations

import shlex

from credentials.client_settings.account import ClientAccount

PASSWORD_PLACE = "SMTP-PASSWORD"  # noqa: S105  # what people replace
_RECIPIENT = "you@example.com"


def django_settings(account: ClientAccount) -> str:
    """Lines for settings.py; the password comes from the environment."""
    return f"""\
import os

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = {account.server.host!r}
EMAIL_PORT = {account.server.port}
EMAIL_USE_TLS = True
EMAIL_HOST_USER = {account.login!r}
EMAIL_HOST_PASSWORD = os.environ["EMAIL_HOST_PASSWORD"]
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = {account.sender!r}
SERVER_EMAIL = DEFAULT_FROM_EMAIL
"""


def postfix_main(account: ClientAccount) -> str:
    """Lines for /etc/postfix/main.cf."""
    return f"""\
relayhost = {_next_hop(account)}
smtp_sasl_auth_enable = yes
smtp_sasl_security_options = noanonymous
smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd
smtp_tls_security_level = secure
smtp_tls_CAfile = /etc/ssl/certs/ca-certificates.crt
smtp_tls_note_starttls_offer = yes
"""


def postfix_password(account: ClientAccount) -> str:
    """The line for /etc/postfix/sasl_passwd."""
    return f"{_next_hop(account)} {account.login}:{PASSWORD_PLACE}\n"


def postfix_commands() -> str:
    """What root types after both files are written."""
    return """\
chown root:root /etc/postfix/sasl_passwd
chmod 600 /etc/postfix/sasl_passwd
postmap hash:/etc/postfix/sasl_passwd
postfix reload
"""


def curl_command(account: ClientAccount) -> str:
    """One mail by curl, which asks for the password: on the command line everybody on the machine could read it."""
    sender = account.sender.replace("%", "%%")  # printf reads signs of its own
    message = f"From: {sender}\\r\\nTo: {_RECIPIENT}\\r\\nSubject: Test\\r\\n\\r\\nIt works.\\r\\n"
    words = [
        "curl", "--ssl-reqd", "--url", f"smtp://{account.server.host}:{account.server.port}", "--user", account.login,
        "--mail-from", account.sender, "--mail-rcpt", _RECIPIENT, "--upload-file", "-",
    ]  # fmt: skip
    return f"printf {shlex.quote(message)} | {shlex.join(words)}\n"


def swaks_command(account: ClientAccount) -> str:
    """One mail by swaks, which asks for the password."""
    words = [
        "swaks", "--server", account.server.host, "--port", str(account.server.port), "--tls", "--auth", "LOGIN",
        "--auth-user", account.login, "--from", account.sender, "--to", _RECIPIENT,
    ]  # fmt: skip
    return f"{shlex.join(words)}\n"


def _next_hop(account: ClientAccount) -> str:
    return f"[{account.server.host}]:{account.server.port}"
