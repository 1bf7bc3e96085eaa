"""Whatever is edited while a campaign is paused, wherever it was paused and whatever died: only those who still wait are
reached, by the words that hold then, and nobody twice."""

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.delivery_world import EMAIL, PlainContent, World, arrow, people

from campaigns.application.delivery.commands.pause_execution import PauseExecution
from campaigns.application.delivery.commands.resume_execution import ResumeExecution
from campaigns.application.delivery.ledger import Entry, Intent
from campaigns.application.delivery.ports import Handover, OutgoingMessage, Recipient, Unrenderable
from campaigns.domain.delivery.brief import Brief, BriefVariant
from campaigns.domain.delivery.execution import Execution
from campaigns.domain.delivery.messages import message_id
from campaigns.domain.shared.channels import Channel, ChannelType, Content
from campaigns.domain.shared.ids import VariantId
from campaigns.domain.shared.sending_limits import Throttle
from campaigns.infrastructure.delivery.reconciliation import Reconciliation

PEOPLE = 1_200
FIRST, SECOND = VariantId(uuid.uuid4()), VariantId(uuid.uuid4())


def saying(text: str) -> tuple[Channel, ...]:
    return (Channel(channel_type=EMAIL, content=Content(subject="Hi", body_text=text)),)


def variant(variant_id: VariantId, text: str) -> BriefVariant:
    return BriefVariant(variant_id=variant_id, name=str(variant_id), allocation=50, channels=saying(text))


class SpokenContent(PlainContent):
    """Each message says what its variant says in the brief that it is sent by."""

    def __init__(self, brief: Brief) -> None:
        self._brief = brief

    def render(
        self, execution_no: int, channel: ChannelType, recipients: Sequence[Recipient]
    ) -> Sequence[OutgoingMessage | Unrenderable]:
        return [
            OutgoingMessage(r.seq, message_id(execution_no, r.seq), r.user_id, r.address, r.variant, self._said(r))
            for r in recipients
        ]

    def _said(self, recipient: Recipient) -> bytes:
        channel = self._brief.channel_of(recipient.variant, EMAIL)
        assert channel is not None
        return str(channel.content.body_text).encode()


class SpokenRenderer:
    async def prepare(self, brief: Brief, execution_no: int) -> SpokenContent:
        return SpokenContent(brief)


class Author:
    """Edits the campaign while it is paused, and remembers what each planned variant is to be told."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.edits = 0
        self.texts: dict[int, str] = {0: "first", 1: "second"}
        self.surprised: list[tuple[str, bytes]] = []

    def brief(self) -> Brief:
        return self.world.briefs.brief

    def change(self, **fields: object) -> None:
        self.world.briefs.brief = replace(self.brief(), **fields)

    def content(self) -> None:
        self.edits += 1
        self.texts[0] = f"first, edit {self.edits}"
        rest = [one for one in self.brief().variants if one.variant_id != FIRST]
        self.change(variants=(variant(FIRST, self.texts[0]), *rest))

    def removal(self) -> None:
        self.change(variants=tuple(one for one in self.brief().variants if one.variant_id != SECOND))

    def addition(self) -> None:
        self.change(variants=(*self.brief().variants, variant(VariantId(uuid.uuid4()), "nobody has this variant")))

    def throttle(self) -> None:
        self.edits += 1
        self.change(throttle=Throttle(per_minute=100_000 + self.edits) if self.edits % 2 else None)

    def audience(self) -> None:
        self.world.audience.batches = arrow([(f"x{n:08d}", 0, 0, 0) for n in range(50)])

    async def hand_over(self, messages: Sequence[OutgoingMessage]) -> Handover:
        self.surprised += [(m.message_id, m.body) for m in messages if m.body != self.texts[m.variant].encode()]
        return await self.world.sender.accept(messages)


EDITS: Mapping[str, Callable[[Author], None]] = {
    "content": Author.content,
    "a variant is removed": Author.removal,
    "a variant is added": Author.addition,
    "throttle": Author.throttle,
    "audience": Author.audience,
}
pauses = st.tuples(st.integers(0, 400), st.lists(st.sampled_from(sorted(EDITS)), max_size=3), st.booleans())


async def sent_so_far(world: World, least: int) -> bool:
    return len(world.sender.arrived) >= least


async def tell_a_story(world: World, story: Sequence[tuple[int, list[str], bool]]) -> None:
    world.renderer = SpokenRenderer()
    world.sender.arrived, world.sender.people, world.sender.seconds = {}, [], 0.01
    author = Author(world)
    world.sender.answer = author.hand_over
    persons = [(user_id, n % 2, 0, 0) for n, (user_id, *_) in enumerate(people(PEOPLE))]
    variants = (variant(FIRST, "first"), variant(SECOND, "second"))
    execution = await world.plan(persons, variants=variants, throttle=None)
    died = 0
    for further, edits, dies in story:
        least = min(PEOPLE - died, len(world.sender.arrived) + further)
        await world.work(lambda least=least: sent_so_far(world, least))
        died += await die(world, execution) if dies else 0
        await pause_and_edit(world, execution, [EDITS[edit] for edit in edits], author)
    await check(world, execution, author, died)


async def die(world: World, execution: Execution) -> int:
    """A worker takes a batch, means to send three messages and is never heard of again; how many it left uncertain."""
    claim = await world.ledger.claim("dead", 0.1)
    if claim is None or claim.crashed or claim.intended_to + 3 > claim.seq_to:
        if claim is not None:
            await asyncio.sleep(0.15)
        return 0
    granted = await world.ledger.append(claim, Entry(number=1, intent=Intent(to=claim.intended_to + 3)), 0.1)
    return 3 if granted else 0


async def pause_and_edit(
    world: World, execution: Execution, edits: Sequence[Callable[[Author], None]], author: Author
) -> None:
    await world.bus(PauseExecution(caller=world.caller(), execution_id=execution.id))
    if (await world.get(execution.id)).status.is_open:
        await world.work(lambda: nothing_in_hand(world, execution))
    for edit in edits:
        edit(author)
    await world.bus(ResumeExecution(caller=world.caller(), execution_id=execution.id))


async def nothing_in_hand(world: World, execution: Execution) -> bool:
    return (await world.accounting(execution)).sending == 0


async def check(world: World, execution: Execution, author: Author, died: int) -> None:
    counted = await world.work_off(execution)
    assert counted.holds()
    assert (counted.sent, counted.uncertain) == (PEOPLE - died, died)
    assert len(world.sender.arrived) == counted.sent
    assert set(world.sender.arrived.values()) == {1}
    assert not [user_id for user_id in world.sender.people if user_id.startswith("x")]
    assert author.surprised == []
    assert all([one.agrees async for one in Reconciliation(world.database).every()])


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=st.lists(pauses, min_size=1, max_size=4))
def test_edits_of_a_paused_campaign_reach_those_who_wait_and_nobody_twice(
    database_url: str, story: list[tuple[int, list[str], bool]]
) -> None:
    async def run() -> None:
        async with World(database_url).open() as world:
            await tell_a_story(world, story)

    asyncio.run(run())
