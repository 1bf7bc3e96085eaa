"""Every place, in the order in which people are taken out of them."""

from campaigns.application.audience.erasing import Place
from campaigns.infrastructure.audience.erasing.places.answers import DryRunForecasts, StoredAnswers
from campaigns.infrastructure.audience.erasing.places.archives import ArchiveFiles
from campaigns.infrastructure.audience.erasing.places.datasets import DatasetFiles
from campaigns.infrastructure.audience.erasing.places.ledger import LedgerPlace
from campaigns.infrastructure.audience.erasing.places.named_rows import NamedRows
from campaigns.infrastructure.audience.erasing.places.recorded import RecordedEvents
from campaigns.infrastructure.audience.erasing.places.refused_hits import RefusedHits
from campaigns.infrastructure.audience.erasing.places.streams import Streams
from campaigns.infrastructure.audience.erasing.places.trigger_books import TriggerBookOrders


class Places:
    """Messages are known by number once the ledger was looked through; addresses until the datasets were."""

    def __init__(
        self,
        *,
        ledger: LedgerPlace,
        archives: ArchiveFiles,
        rows: NamedRows,
        events: RecordedEvents,
        books: TriggerBookOrders,
        answers: StoredAnswers,
        dry_runs: DryRunForecasts,
        refused: RefusedHits,
        streams: Streams,
        datasets: DatasetFiles,
    ) -> None:
        self.all: tuple[Place, ...] = (
            ledger,
            archives,
            rows,
            events,
            books,
            answers,
            dry_runs,
            refused,
            streams,
            datasets,
        )
