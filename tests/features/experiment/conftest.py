"""The stories of experiments happen in the running service with a mail server of ours, as those of delivery do."""

from tests.features.delivery.conftest import *  # noqa: F403 - its fixtures and steps
