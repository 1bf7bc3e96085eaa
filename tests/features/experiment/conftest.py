"""The stories of experiments happen in the running service with a mail server of ours, as those of delivery do."""

from tests.features.delivery.conftest import *  # noqa: F403 - its fixtures and steps
from tests.features.experiment.report_steps import *  # noqa: F403 - and those of the page that tells of them
