"""Templates, previews and test messages, put together; a part of the delivery context's wiring."""

from campaigns.application.delivery.template_contents import TemplateContents
from campaigns.application.delivery.templates import ContentPreviews, ContentRules, Templates
from campaigns.application.delivery.untracked_content import UntrackedContent
from campaigns.application.shared.ports import Clock
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.delivery.rendering.previews import LiquidContentRules, LiquidPreviews
from campaigns.infrastructure.delivery.rendering.untracked import LiquidUntrackedContent
from campaigns.infrastructure.delivery.templates import PostgresTemplates
from campaigns.infrastructure.settings import Settings


def install_content(composition: Composition, settings: Settings) -> None:
    base_url, clock = settings.base_url(), composition.resolve(Clock)
    contents = composition.resolve(TemplateContents)
    composition.instance(Templates, composition.resolve(PostgresTemplates))
    composition.register(ContentRules, LiquidContentRules)
    composition.instance(ContentPreviews, LiquidPreviews(contents, clock, base_url))
    composition.instance(UntrackedContent, LiquidUntrackedContent(contents, clock, base_url))
