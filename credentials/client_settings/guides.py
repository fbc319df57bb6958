"""Steps in words for each mail program, beside what is pasted into it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from credentials.client_settings import snippets
from credentials.client_settings.account import ClientAccount

THUNDERBIRD_FILE = "thunderbird"
APPLE_FILE = "apple"


@dataclass(frozen=True, slots=True)
class Snippet:
    """Text to be pasted whole, and where it goes."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Guide:
    """One mail program. `file` is a kind of file to be downloaded for it, or ""."""

    code: str
    label: str
    steps: tuple[str, ...] = ()
    snippets: tuple[Snippet, ...] = ()
    file: str = ""


def guides_for(account: ClientAccount) -> list[Guide]:
    """What is shown for one SMTP user, in the reader's language."""
    mail_programs = [_gmail(account), _outlook(account), _thunderbird(account), _apple(account)]
    return [*mail_programs, _printer(account), _django(account), _postfix(account), _command_line(account)]


def _gmail(account: ClientAccount) -> Guide:
    steps = (
        _("In Gmail on a computer: Settings, See all settings, Accounts and Import."),
        _("Send mail as: Add another email address."),
        _("Name: yours. Email address: %s. Leave “Treat as an alias” as it is.") % account.sender,
        _("SMTP server %(host)s, port %(port)s, user name and password as above, “Secured connection using TLS”.")
        % _places(account),
        _("Google sends a code to this address: it must arrive somewhere. Put the code in."),
        _("When writing, choose the address at From. “Reply from the same address” saves choosing it in answers."),
        _("In Google Workspace this may be switched off: the administrator allows “per-user outbound gateways”."),
    )
    return Guide("gmail", _("Gmail “send mail as”"), steps)


def _outlook(account: ClientAccount) -> Guide:
    steps = (
        _(
            "File, Account Settings, Account Settings: choose the account, Change. In a new account: manual setup, IMAP."
        ),
        _("Outgoing mail server: %(host)s.") % _places(account),
        _("More Settings, Outgoing Server: “My outgoing server (SMTP) requires authentication”."),
        _("Log on using the user name and password above, not those of your mailbox. Leave SPA off."),
        _("Advanced: outgoing server port %(port)s, encryption STARTTLS.") % _places(account),
        _("E-mail address of the account: %s.") % account.sender,
    )
    return Guide("outlook", _("Outlook"), steps)


def _thunderbird(account: ClientAccount) -> Guide:
    steps = (
        _("By hand: Account Settings, Outgoing Server (SMTP), Add."),
        _("Server name %(host)s, port %(port)s, STARTTLS, “Normal password”, the user name above.") % _places(account),
        _(
            "Then choose this server at your account, under Outgoing Server. Thunderbird asks for the password when it sends."
        ),
        _(
            "Many computers at once: put the file into the folder “isp” of Thunderbird's installation as %s.xml; it is then offered to every new account of this domain."
        )
        % account.domain,
    )
    return Guide("thunderbird", _("Thunderbird"), steps, file=THUNDERBIRD_FILE)


def _apple(account: ClientAccount) -> Guide:
    steps = (
        _("On a Mac: Mail, Settings, Accounts, Server Settings, Outgoing Mail Account: Edit SMTP Server List, +."),
        _("On an iPhone: Settings, Apps, Mail, Mail Accounts, the account, SMTP: Add Server."),
        _("Host name %(host)s, port %(port)s, use TLS, authentication by password, user name and password above.")
        % _places(account),
        _("E-mail address: %s.") % account.sender,
    )
    if not account.imap_host:
        return Guide("apple", _("Apple Mail"), steps)
    profile = (
        _(
            "Or open the profile on the device: it sets up sending here and reading at %s, and asks for both passwords. It is not signed, so the device says “Unverified”."
        )
        % account.imap_host
    )
    return Guide("apple", _("Apple Mail"), (*steps, profile), file=APPLE_FILE)


def _printer(account: ClientAccount) -> Guide:
    steps = (
        _("Server %(host)s, port %(port)s with STARTTLS, or port %(tls_port)s with SSL/TLS.") % _places(account),
        _("Sender address (also “From”, “device address”): exactly %s. Most devices are refused because of it.")
        % account.sender,
        _("Authentication on, LOGIN or PLAIN, user name and password as above."),
        _("The password has 44 characters: some devices cut it off silently, and are then refused with 535."),
        _("The device must know TLS 1.2. If it does not, let it send to a Postfix in your office, set up as below."),
        _("Set its clock: with a wrong date it refuses the certificate."),
    )
    return Guide("printer", _("Printer or scanner"), steps)


def _django(account: ClientAccount) -> Guide:
    steps = (_("Put the password into the environment as EMAIL_HOST_PASSWORD; it stays out of the code."),)
    return Guide("django", "Django", steps, (Snippet("settings.py", snippets.django_settings(account)),))


def _postfix(account: ClientAccount) -> Guide:
    steps = (
        _("Whatever sends through this Postfix must have an allowed address in From; else SES refuses it with 554."),
        _("In sasl_passwd, put the password in place of %s.") % snippets.PASSWORD_PLACE,
    )
    files = (
        Snippet("/etc/postfix/main.cf", snippets.postfix_main(account)),
        Snippet("/etc/postfix/sasl_passwd", snippets.postfix_password(account)),
        Snippet(_("Then, as root"), snippets.postfix_commands()),
    )
    return Guide("postfix", "Postfix", steps, files)


def _command_line(account: ClientAccount) -> Guide:
    steps = (_("Both ask for the password, and show what the server answers."),)
    commands = (
        Snippet("curl", snippets.curl_command(account)),
        Snippet("swaks", snippets.swaks_command(account)),
    )
    return Guide("curl", _("curl and swaks"), steps, commands)


def _places(account: ClientAccount) -> dict[str, object]:
    server = account.server
    return {"host": server.host, "port": server.port, "tls_port": server.tls_port}
