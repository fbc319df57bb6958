"""Django's configuration of the credentials app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    """Keys that people send with, and the sealing of every stored secret."""

    name = "credentials"

    def ready(self) -> None:
        import_module("credentials.encryption.checks")
        import_module("credentials.smtp_users.failures").register_failures()
        _seal_second_factors()


def _seal_second_factors() -> None:
    """The portal keeps secrets of second factors, and knows nobody who seals."""
    from credentials.encryption.columns import SealedColumn, register_sealed  # noqa: PLC0415  # models are loaded now
    from credentials.encryption.services import seal, unseal  # noqa: PLC0415
    from portal.accounts.cipher import TABLE, Cipher, register_cipher  # noqa: PLC0415

    register_cipher(Cipher(seal=seal, unseal=unseal))
    register_sealed(SealedColumn("portal.AccountSecret", "sealed", "key", TABLE))
