"""The library's application, one for each kind of aggregate, over our recorders and without its environment."""

from typing import ClassVar
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    InfrastructureFactoryError,
    Mapper,
    ProcessRecorder,
    TrackingRecorder,
)
from eventsourcing.utils import Environment, EnvType

from campaigns.infrastructure.eventstore.mapper import MsgspecMapper
from campaigns.infrastructure.eventstore.recorder import GroupCommittingRecorder, SnapshotRecorder

# The states are frozen: a copy from the cache would only cost time. Tables come from migrations alone.
_CONFIGURATION = {
    "CREATE_TABLE": "no",
    "IS_SNAPSHOTTING_ENABLED": "yes",
    "AGGREGATE_CACHE_FASTFORWARD": "yes",
    "DEEPCOPY_FROM_AGGREGATE_CACHE": "no",
}


class OurFactory(InfrastructureFactory[TrackingRecorder]):
    """Hands out recorders that exist already; opening and closing them is the event log's."""

    def __init__(self, env: Environment, events: GroupCommittingRecorder, snapshots: SnapshotRecorder) -> None:
        super().__init__(env)
        self._events = events
        self._snapshots = snapshots

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        return self._snapshots if purpose == "snapshots" else self._events

    def application_recorder(self) -> ApplicationRecorder:
        return self._events

    def tracking_recorder(self, tracking_recorder_class: type[TrackingRecorder] | None = None) -> TrackingRecorder:
        del tracking_recorder_class
        raise InfrastructureFactoryError("positions are kept by Follower, in the transaction of its effects")

    def process_recorder(self) -> ProcessRecorder:
        raise InfrastructureFactoryError("positions are kept by Follower, in the transaction of its effects")


class Aggregates(Application[UUID]):
    """Repository, cache, snapshots and mapper of one kind of aggregate."""

    name = "aggregates"
    env: ClassVar[dict[str, str]] = {}

    def __init__(
        self, mapper: MsgspecMapper, events: GroupCommittingRecorder, snapshots: SnapshotRecorder, cached: int
    ) -> None:
        self._our_mapper = mapper
        self._our_recorders = (events, snapshots)
        super().__init__(env=_CONFIGURATION | {"AGGREGATE_CACHE_MAXSIZE": str(cached)})

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """The given configuration and nothing else: os.environ belongs to the operator's settings."""
        return Environment(name, env)

    def construct_factory(self, env: Environment) -> OurFactory:
        events, snapshots = self._our_recorders
        return OurFactory(env, events, snapshots)

    def construct_mapper(self) -> Mapper[UUID]:
        return self._our_mapper
