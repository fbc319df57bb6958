"""SMTP users of an older table, taken over with their IAM user, key and password: their mail programs go on as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings

from credentials.older.reading import OldSmtpUser, password_in, read_smtp_user
from credentials.smtp_users.adopting import OldLogin, adopt_smtp_user
from credentials.smtp_users.models import SmtpUser
from credentials.smtp_users.names import username_key
from credentials.smtp_users.services import SmtpUserDraft, save_smtp_user
from portal.aws import kms
from portal.errors import ConfigurationError, InvalidInput, OutsideError, PortalError
from portal.older.rows import OldRow, Outcome, Planned

KIND = "SMTP user"


@dataclass(frozen=True, slots=True)
class _Work:
    row: OldRow
    draft: SmtpUserDraft
    login: OldLogin
    user_id: int | None  # None: to be taken over


class SmtpUserMove:
    """One run over the SMTP users. `kms_context`: the encryption context that the older system used."""

    def __init__(self, *, replaces: bool, kms_context: Mapping[str, str], region: str = "") -> None:
        self._replaces = replaces
        self._kms_context = dict(kms_context)
        self._region = region or settings.AWS_REGION
        self._first_rows: dict[str, str] = {}
        self._work: list[_Work] = []

    def plan(self, rows: Iterable[OldRow]) -> Iterator[Planned]:
        """Say of each row what is to become of it."""
        for row in rows:
            try:
                yield self._one(row, read_smtp_user(row))
            except InvalidInput as error:
                yield Planned(row, KIND, Outcome.REFUSED, str(error))

    def _one(self, row: OldRow, old: OldSmtpUser) -> Planned:
        key = username_key(old.username)
        other = self._first_rows.setdefault(key, row.key)
        if other != row.key:
            raise InvalidInput(
                f"The row {other} has the same name: IAM takes upper and lower case for one. Rename one here."
            )
        there = SmtpUser.objects.filter(username_key=key).first()
        return self._compared(row, old, there) if there else self._new(row, old)

    def _new(self, row: OldRow, old: OldSmtpUser) -> Planned:
        password, why = self._password(old)
        login = OldLogin(old.iam_user_name, old.access_key_id, password, self._region)
        self._work.append(_Work(row, SmtpUserDraft(old.username, old.allowed_senders, old.description), login, None))
        notes = [] if old.allowed_senders else ["It may send as nobody: the table allows no address."]
        if why:
            notes.append(f"Taken over without its password: {why}. It works on; a new one can be made here.")
        return Planned(row, KIND, Outcome.NEW, " ".join(notes))

    def _password(self, old: OldSmtpUser) -> tuple[str, str]:
        """The password, or why there is none."""
        if not old.ciphertext:
            return "", "the row has none that is encrypted"
        try:
            return password_in(kms.decrypt(old.ciphertext, context=self._kms_context), region=self._region), ""
        except InvalidInput as error:
            return "", str(error)
        except OutsideError as error:
            return "", f"KMS does not decrypt it ({error.code or error})"
        except ConfigurationError as error:
            return "", f"KMS cannot be asked ({error})"

    def _compared(self, row: OldRow, old: OldSmtpUser, there: SmtpUser) -> Planned:
        current = there.current_key
        is_theirs = there.iam_user_name == old.iam_user_name
        if not is_theirs or (current and not there.keys.filter(access_key_id=old.access_key_id).exists()):
            what = "another password by now" if is_theirs else f"the IAM user {there.iam_user_name}"
            reason = f"{there.username} is here with {what}: that stays."
            return Planned(row, KIND, Outcome.CHANGED, reason)
        if there.allowed_senders == old.allowed_senders:
            return Planned(row, KIND, Outcome.SAME)
        if self._replaces:
            draft = SmtpUserDraft(
                there.username, old.allowed_senders, there.description, there.owner_address, there.rotate_every_days
            )
            self._work.append(_Work(row, draft, OldLogin(old.iam_user_name, old.access_key_id), there.pk))
        kept = "" if self._replaces else " What stands here stays; --replace takes the table's."
        return Planned(row, KIND, Outcome.CHANGED, f"Differs in allowed senders.{kept}")

    def apply(self) -> Iterator[Planned]:
        """Take them over one by one; yields those that could not be."""
        for work in self._work:
            try:
                if work.user_id is None:
                    adopt_smtp_user(work.draft, work.login, actor=None)
                else:
                    save_smtp_user(work.draft, actor=None, user_id=work.user_id)
            except PortalError as error:
                reason = f"{error} Nothing of it was changed; run this again when that is mended."
                yield Planned(work.row, KIND, Outcome.REFUSED, reason)
