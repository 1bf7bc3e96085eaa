"""Erasing, put together."""

from campaigns.application.audience.erasing import ErasedAgain, Erasures
from campaigns.infrastructure.audience.erasing.desk import ErasureDesk
from campaigns.infrastructure.audience.erasing.erased_again import JournaledErasures
from campaigns.infrastructure.audience.erasing.erasures import PostgresErasures
from campaigns.infrastructure.audience.erasing.journal import ErasureJournal
from campaigns.infrastructure.audience.erasing.keys import ErasureKey, parse_erasure_key, persisted_erasure_key
from campaigns.infrastructure.audience.erasing.late_facts import LateFacts
from campaigns.infrastructure.audience.erasing.places.answers import DryRunForecasts, StoredAnswers
from campaigns.infrastructure.audience.erasing.places.archives import ArchiveFiles
from campaigns.infrastructure.audience.erasing.places.datasets import DatasetFiles
from campaigns.infrastructure.audience.erasing.places.every import Places
from campaigns.infrastructure.audience.erasing.places.ledger import LedgerPlace
from campaigns.infrastructure.audience.erasing.places.named_rows import NamedRows
from campaigns.infrastructure.audience.erasing.places.recorded import RecordedEvents
from campaigns.infrastructure.audience.erasing.places.refused_hits import RefusedHits
from campaigns.infrastructure.audience.erasing.places.streams import Streams
from campaigns.infrastructure.audience.erasing.places.trigger_books import TriggerBookOrders
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.settings import Settings


def install_erasing(composition: Composition, settings: Settings) -> PostgresErasures:
    key = erasure_key(settings)
    erasures = PostgresErasures(composition.resolve(Database), key)
    composition.instance(ErasureKey, key)
    composition.instance(PostgresErasures, erasures).instance(Erasures, erasures)
    folder = settings.archive()
    composition.instance(ErasureJournal, ErasureJournal(folder / "erasures.jsonl"))
    for place in (LedgerPlace, NamedRows, RecordedEvents, StoredAnswers, DryRunForecasts, DatasetFiles, Streams):
        composition.register(place)
    composition.register(ArchiveFiles, folder=folder)
    composition.register(RefusedHits)
    composition.register(TriggerBookOrders)
    composition.register(Places)
    composition.register(ErasedAgain, JournaledErasures)
    composition.register(LateFacts)
    composition.register(ErasureDesk)
    return erasures


def erasure_key(settings: Settings) -> ErasureKey:
    """From the settings, else that of this home."""
    if settings.erasure_key is not None:
        return parse_erasure_key(settings.erasure_key.reveal())
    return persisted_erasure_key(settings.home)
