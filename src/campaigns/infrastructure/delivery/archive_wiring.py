"""Retention, put together."""

from campaigns.application.delivery.archiving import LedgerArchive, Retention
from campaigns.application.delivery.upkeep import LedgerUpkeep
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.delivery.archives import PostgresLedgerArchive
from campaigns.infrastructure.settings import Settings


def install_archive(composition: Composition, settings: Settings) -> None:
    composition.instance(Retention, Retention(settings.ledger_retention_days))
    composition.register(LedgerArchive, PostgresLedgerArchive, folder=settings.archive())
    composition.register(LedgerUpkeep)
