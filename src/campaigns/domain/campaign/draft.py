"""A definition as it is written from outside: clock times as text, variants and triggers perhaps without their ids."""

from collections.abc import Callable, Sequence
from datetime import time
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from campaigns.domain.campaign.definition import Definition, DefinitionFields
from campaigns.domain.campaign.values import (
    Schedule,
    ScheduleFields,
    TriggerDefinition,
    TriggerFields,
    Variant,
    VariantFields,
)
from campaigns.domain.shared.channels import Channel, ChannelType
from campaigns.domain.shared.ids import TriggerId, VariantId
from campaigns.domain.shared.sending_limits import SendWindow, Weekday

ClockTime = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?\Z")]
"""Hours and minutes of a wall clock: "09:00"."""


class WindowDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    days: tuple[Weekday, ...]
    start: ClockTime
    end: ClockTime

    def window(self) -> SendWindow:
        return SendWindow(days=self.days, start=time.fromisoformat(self.start), end=time.fromisoformat(self.end))

    @classmethod
    def of(cls, window: SendWindow) -> "WindowDraft":
        return cls(days=window.days, start=_clock_time(window.start), end=_clock_time(window.end))


class ScheduleDraft(ScheduleFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    windows: tuple[WindowDraft, ...] = ()

    def schedule(self) -> Schedule:
        return Schedule(**_fields(self) | {"windows": tuple(window.window() for window in self.windows)})

    @classmethod
    def of(cls, schedule: Schedule) -> "ScheduleDraft":
        return cls(**_fields(schedule) | {"windows": tuple(WindowDraft.of(window) for window in schedule.windows)})


class VariantDraft(VariantFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    variant_id: VariantId | None = None

    def variant(self, variant_id: UUID) -> Variant:
        return Variant(**_fields(self) | {"variant_id": variant_id})


class TestedVariantDraft(VariantDraft, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A variant of a test; one that differs in its subject alone need not repeat the campaign's mail."""

    subject: str | None = None

    def in_campaign(self, channels: tuple[Channel, ...]) -> VariantDraft:
        """The variant in full, beside the campaign's own channels."""
        own = self.channels if self.subject is None else self._with_subject(self.channels or channels, self.subject)
        fields = {name: getattr(self, name) for name in VariantDraft.__struct_fields__}
        return VariantDraft(**fields | {"channels": own})

    def _with_subject(self, channels: tuple[Channel, ...], subject: str) -> tuple[Channel, ...]:
        return tuple(
            msgspec.structs.replace(one, content=msgspec.structs.replace(one.content, subject=subject))
            if one.channel_type is ChannelType.EMAIL
            else one
            for one in channels
        )


class TriggerDraft(TriggerFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    trigger_id: TriggerId | None = None

    def trigger(self, trigger_id: UUID) -> TriggerDefinition:
        return TriggerDefinition(**_fields(self) | {"trigger_id": trigger_id})


class DefinitionDraft(DefinitionFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    schedule: ScheduleDraft | None = None
    variants: tuple[VariantDraft, ...] = ()
    triggers: tuple[TriggerDraft, ...] = ()

    def definition(self, new_id: Callable[[], UUID], previous: Definition | None = None) -> Definition:
        """The definition meant: parts keep their given id, or that of the part they replace by name, or get one."""
        known_variants = {part.name: part.variant_id for part in previous.variants} if previous else {}
        known_triggers = {part.event_type: part.trigger_id for part in previous.triggers} if previous else {}
        variants = [part.variant_id or known_variants.pop(part.name, None) or new_id() for part in self.variants]
        triggers = [part.trigger_id or known_triggers.pop(part.event_type, None) or new_id() for part in self.triggers]
        return Definition(
            **_fields(self)
            | {
                "schedule": self.schedule and self.schedule.schedule(),
                "variants": _identified(self.variants, Variant, "variant_id", variants),
                "triggers": _identified(self.triggers, TriggerDefinition, "trigger_id", triggers),
            }
        )

    @classmethod
    def of(cls, definition: Definition) -> "DefinitionDraft":
        return cls(
            **_fields(definition)
            | {
                "schedule": definition.schedule and ScheduleDraft.of(definition.schedule),
                "variants": tuple(VariantDraft(**_fields(variant)) for variant in definition.variants),
                "triggers": tuple(TriggerDraft(**_fields(trigger)) for trigger in definition.triggers),
            }
        )


Part = TypeVar("Part", bound=Struct)


def _identified(drafts: Sequence[Struct], kind: type[Part], name: str, ids: Sequence[UUID]) -> tuple[Part, ...]:
    return tuple(kind(**_fields(draft) | {name: identity}) for draft, identity in zip(drafts, ids, strict=True))


def _fields(struct: Struct) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


def _clock_time(moment: time) -> str:
    return moment.isoformat("minutes" if moment.second == 0 else "seconds")


def document(draft: DefinitionDraft) -> dict[str, Any]:
    """The draft as plain JSON values."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(draft))
    return plain
