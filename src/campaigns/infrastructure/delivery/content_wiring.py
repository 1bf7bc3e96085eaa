"""Templates, previews and test messages, put together; a part of the delivery context's wiring."""

from campaigns.application.delivery.ports import Renderer
from campaigns.application.delivery.template_contents import TemplateContents
from campaigns.application.delivery.templates import ContentPreviews, ContentRules, Templates
from campaigns.application.delivery.untracked_content import UntrackedContent
from campaigns.application.shared.ports import Clock
from campaigns.infrastructure.audience.remembering.ports import Memory
from campaigns.infrastructure.composing import Composition
from campaigns.infrastructure.delivery.creative_service import CreativeService, JoinedTemplates
from campaigns.infrastructure.delivery.rendering.previews import LiquidContentRules, LiquidPreviews
from campaigns.infrastructure.delivery.rendering.renderer import LiquidRenderer
from campaigns.infrastructure.delivery.rendering.untracked import LiquidUntrackedContent
from campaigns.infrastructure.delivery.templates import PostgresTemplates
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.settings import Settings


def install_content(composition: Composition, settings: Settings) -> None:
    """Registers `Renderer` and everything about templates, previews and test messages."""
    base_url = settings.base_url()
    clock = composition.resolve(Clock)
    own, service = PostgresTemplates(composition.resolve(Database)), CreativeService(settings.isa_creative_url)
    templates = JoinedTemplates(own, service, composition.resolve(Memory), seconds=settings.creative_cache_ttl)
    composition.instance(Templates, own).instance(TemplateContents, templates).instance(CreativeService, service)
    composition.register(Renderer, LiquidRenderer, traps=settings.trap_links)
    composition.register(ContentRules, LiquidContentRules)
    composition.instance(ContentPreviews, LiquidPreviews(templates, clock, base_url))
    composition.instance(UntrackedContent, LiquidUntrackedContent(templates, clock, base_url))
