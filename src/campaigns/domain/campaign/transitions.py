"""Which command a campaign accepts, by status and mode. The table is the rule."""

from collections.abc import Mapping
from enum import StrEnum

from campaigns.domain.campaign.values import Mode, Status


class Action(StrEnum):
    """The commands of the lifecycle, as callers know them."""

    UPDATE = "update"
    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    ACTIVATE = "activate"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    COMPLETE = "complete"
    CANCEL = "cancel"
    CLONE = "clone"
    DELETE = "delete"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"


_DRAFT, _SCHEDULED, _ACTIVE, _RUNNING, _PAUSED, _COMPLETED, _CANCELLED = Status
_ONE_TIME, _RECURRING = Mode.ONE_TIME, Mode.RECURRING
_EVERY_MODE = frozenset(Mode)

TRANSITIONS: Mapping[Action, Mapping[Status, frozenset[Mode]]] = {
    Action.UPDATE: dict.fromkeys((_DRAFT, _PAUSED), _EVERY_MODE),
    Action.SCHEDULE: dict.fromkeys((_DRAFT, _SCHEDULED), frozenset({_ONE_TIME})),
    Action.UNSCHEDULE: {_SCHEDULED: _EVERY_MODE},
    Action.ACTIVATE: dict.fromkeys((_DRAFT, _PAUSED), _EVERY_MODE),
    Action.START: {
        _DRAFT: frozenset({_ONE_TIME}),
        _SCHEDULED: frozenset({_ONE_TIME}),
        _ACTIVE: frozenset({_RECURRING}),
    },
    Action.PAUSE: dict.fromkeys((_SCHEDULED, _ACTIVE, _RUNNING), _EVERY_MODE),
    Action.RESUME: {_PAUSED: _EVERY_MODE},
    Action.COMPLETE: dict.fromkeys((_ACTIVE, _RUNNING, _PAUSED), _EVERY_MODE),
    Action.CANCEL: dict.fromkeys((_DRAFT, _SCHEDULED, _ACTIVE, _RUNNING, _PAUSED), _EVERY_MODE),
    Action.CLONE: dict.fromkeys(Status, _EVERY_MODE),
    Action.DELETE: dict.fromkeys((_DRAFT, _COMPLETED, _CANCELLED), _EVERY_MODE),
    Action.SUBMIT: {_DRAFT: _EVERY_MODE},
    Action.APPROVE: {_DRAFT: _EVERY_MODE},
    Action.REJECT: {_DRAFT: _EVERY_MODE},
}


def allows(action: Action, status: Status, mode: Mode) -> bool:
    return mode in TRANSITIONS[action].get(status, frozenset())
