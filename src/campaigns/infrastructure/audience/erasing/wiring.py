"""Erasing, put together."""

from campaigns.application.audience.erasing import ErasedAgain
from campaigns.infrastructure.audience.erasing.desk import ErasureDesk
from campaigns.infrastructure.audience.erasing.erased_again import JournaledErasures
from campaigns.infrastructure.audience.erasing.journal import ErasureJournal
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
from campaigns.infrastructure.audience.erasing.telling import ErasureNews
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.settings import Settings


def install_erasing(composition: Composition, settings: Settings) -> None:
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
    composition.register(ErasureNews)
    composition.register(ErasureDesk)
