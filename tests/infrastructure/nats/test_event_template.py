"""Events made by template are the events that structs make."""

import json
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.delivery.numbers import FactKind
from campaigns.infrastructure.nats.encoded_events import BATCH, EncodedEvent, batches, encoded_event
from campaigns.infrastructure.nats.event_template import MARKED_SEQ, EventTemplates
from campaigns.infrastructure.nats.message_news import LedgerLine, message_news
from campaigns.infrastructure.nats.named_variants import NamedVariant
from campaigns.infrastructure.nats.plan_pages import Planned, PlanPage
from campaigns.infrastructure.nats.sent_ranges import SentRange, example_of

AT = datetime(2026, 11, 1, 12, 0, 0, 123456, tzinfo=UTC)
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
planned = st.builds(
    Planned,
    seq=st.integers(1, MARKED_SEQ - 1),
    user_id=st.one_of(texts, st.sampled_from(["%", "%(name)s", '"', "\\", "<the user's id>", "{}"])),
    variant=st.integers(-1, 3),
    channel=st.integers(-1, 5),
)


names = st.one_of(texts, st.sampled_from(["100%", "%(user)s"]))


@given(planned, st.integers(1, 2**31 - 1), names, st.lists(names, max_size=4))
def test_a_template_says_what_the_struct_says(
    message: Planned, execution_no: int, tenant: str, variant_names: list[str]
) -> None:
    variants = {(execution_no, n): NamedVariant(UUID(int=n), name) for n, name in enumerate(variant_names)}
    told = SentRange(7, execution_no, 1, MARKED_SEQ, AT, tenant, UUID(int=3), UUID(int=4))
    made = EventTemplates(execution_no, lambda about: example_of(told, about, variants)).told(message)
    plain = message_news(
        LedgerLine(
            7, execution_no, message.seq, FactKind.SENT, AT, None, message.user_id, message.variant, message.channel,
            tenant, UUID(int=3), UUID(int=4),
        ),
        0,
        variants,
    )  # fmt: skip
    assert plain is not None
    assert made == encoded_event(plain)


def test_a_page_gives_the_people_between_two_numbers_who_were_not_erased() -> None:
    page = PlanPage(1, 64, bytes([1, 2, 0]), bytes([1, 1, 0]), ["a", None, "c"])
    assert [(p.seq, p.user_id, p.variant, p.channel) for p in page.people(1, 1_000)] == [
        (64, "a", 0, 0),
        (66, "c", -1, -1),
    ]
    assert [p.seq for p in page.people(65, 66)] == [66]
    assert not list(page.people(1, 63))


@given(st.integers(0, 350))
def test_a_batch_is_an_array_of_at_most_a_hundred_events(count: int) -> None:
    events = [EncodedEvent(f"{n}", "campaign.message.sent", "c", "e", 1, b'{"n":%d}' % n) for n in range(count)]
    made = [json.loads(publication.payload) for publication in batches(events, "acme")]
    assert [event["n"] for batch in made for event in batch] == list(range(count))
    assert max(map(len, made), default=0) <= BATCH
