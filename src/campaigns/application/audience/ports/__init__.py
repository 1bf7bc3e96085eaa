"""What the audience context asks of the world, and what it offers to delivery: one file for each role."""

from campaigns.application.audience.ports.allocation import Digests
from campaigns.application.audience.ports.contacts import Contacts, RecentContacts
from campaigns.application.audience.ports.estimates import Estimate, Estimates, SourceSize
from campaigns.application.audience.ports.imports import Import, Imports, Suppressing
from campaigns.application.audience.ports.orders import AudienceOrder, Orders, RecordedDraws, VariantShare
from campaigns.application.audience.ports.profiles import (
    FilteredPeople,
    People,
    PeopleSearch,
    PersonFacts,
    ProfileSource,
)
from campaigns.application.audience.ports.resolution import (
    AudienceCounts,
    AudienceResolver,
    Resolution,
    StepCount,
    StratumCount,
)
from campaigns.application.audience.ports.rules import Rule, RulesEngine, Subject
from campaigns.application.audience.ports.segments import (
    SegmentContent,
    SegmentContents,
    SegmentListing,
    SegmentPage,
    Segments,
)
from campaigns.application.audience.ports.suppressions import (
    SuppressedPeople,
    SuppressionEditions,
    SuppressionPage,
    Suppressions,
)

__all__ = [
    "AudienceCounts",
    "AudienceOrder",
    "AudienceResolver",
    "Contacts",
    "Digests",
    "Estimate",
    "Estimates",
    "FilteredPeople",
    "Import",
    "Imports",
    "Orders",
    "People",
    "PeopleSearch",
    "PersonFacts",
    "ProfileSource",
    "RecentContacts",
    "RecordedDraws",
    "Resolution",
    "Rule",
    "RulesEngine",
    "SegmentContent",
    "SegmentContents",
    "SegmentListing",
    "SegmentPage",
    "Segments",
    "SourceSize",
    "StepCount",
    "StratumCount",
    "Subject",
    "SuppressedPeople",
    "Suppressing",
    "SuppressionEditions",
    "SuppressionPage",
    "Suppressions",
    "VariantShare",
]
