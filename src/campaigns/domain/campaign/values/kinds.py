"""What kinds of campaigns there are, and where one stands."""

from enum import StrEnum
from typing import Literal


class CampaignType(StrEnum):
    """What the campaign is for."""

    PROMOTION = "promotion"
    LOYALTY = "loyalty"
    COUPON = "coupon"
    SEGMENTATION = "segmentation"
    RETARGETING = "retargeting"


class Mode(StrEnum):
    """When the campaign acts: always_on delivers nothing by itself."""

    ALWAYS_ON = "always_on"
    ONE_TIME = "one_time"
    RECURRING = "recurring"
    TRIGGERED = "triggered"


class Status(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    ACTIVE = "active"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Approval(StrEnum):
    NONE = "none"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


RunKind = Literal["scheduled", "triggered", "manual", "recurring"]
