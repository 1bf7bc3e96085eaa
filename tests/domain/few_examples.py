"""A pytest plugin for mutation runs: property tests try few examples, and the same ones each time."""

from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "few_examples",
    max_examples=20,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=tuple(HealthCheck),
)
settings.load_profile("few_examples")
