"""Say how a winner among the variants is found, and, if wished, what the variants are."""

from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.revising import Revising
from campaigns.application.shared.messages import Receipt
from campaigns.domain.campaign.draft import TestedVariantDraft
from campaigns.domain.campaign.parts import with_experiment
from campaigns.domain.campaign.values import Experiment


class DefineExperiment(CampaignCommand, frozen=True, kw_only=True):
    """Without `variants` those of the campaign are compared."""

    experiment: Experiment
    variants: tuple[TestedVariantDraft, ...] | None = None


class DefineExperimentHandler:
    def __init__(self, revising: Revising) -> None:
        self._revising = revising

    async def __call__(self, command: DefineExperiment) -> Receipt:
        return await self._revising(
            command,
            lambda present, new_id: with_experiment(present, command.experiment, command.variants, new_id),
        )
