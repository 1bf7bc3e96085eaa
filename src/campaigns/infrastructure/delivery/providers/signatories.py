"""The signatories that the providers file names, with their keys."""

from pathlib import Path

from campaigns.infrastructure.delivery.providers.document import DkimTable
from campaigns.infrastructure.delivery.providers.reading import read_secret
from campaigns.infrastructure.delivery.signing.signature import Signatory
from campaigns.infrastructure.settings_sources import SettingsError


def read_signatories(tables: DkimTable | tuple[DkimTable, ...], beside: Path) -> tuple[Signatory, ...]:
    """Raises SettingsError, which names the file of a key that cannot be used."""
    return tuple(_signatory(table, beside) for table in ((tables,) if isinstance(tables, DkimTable) else tables))


def _signatory(table: DkimTable, beside: Path) -> Signatory:
    from campaigns.infrastructure.delivery.signing.keys import (  # noqa: PLC0415 - slow to load, and few sign
        UnusableKeyError,
        signatory,
    )

    pem = read_secret(table.private_key_file, beside)
    try:
        return signatory(table.domain.lower(), table.selector, pem)
    except UnusableKeyError as error:
        raise SettingsError([f"{beside}: the key {beside.parent / table.private_key_file} {error}"]) from error
