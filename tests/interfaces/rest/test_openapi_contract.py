"""The whole description, tried by a machine: no fault, no answer that is not described.

`SCHEMATHESIS_EXAMPLES=200` tries each route longer.
"""

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from tests.interfaces.rest.conftest import Target

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "3"))
TRIED = settings(
    max_examples=EXAMPLES,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# Of the whole service it is asked that every answer is described. Of the shell, whose fields a schema can describe to
# the last bit, also that whatever its description allows is taken.
# A schema says what a field may look like; whether the name is taken is a rule of its own: 409, 412 and 422.
RULES = ["2xx", "302", "401", "403", "404", "409", "412", "422", "503"]


# The server under test runs in this process and may draw its own chance while an example is made.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module")
@pytest.mark.parametrize("mode", GenerationMode)
def test_every_answer_is_as_described(target: Target, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_url(f"{target.url}/schema/openapi.json")
    schema.config.generation.update(with_security_parameters=False, allow_x00=False)
    schema.config.checks.positive_data_acceptance.expected_statuses = [*RULES, *([] if target.exact else ["400"])]
    credentials = {"Authorization": target.client.headers["authorization"]}
    failures: list[str] = []
    tried = 0
    for operation in schema.get_all_operations():

        @TRIED
        @given(case=operation.ok().as_strategy(generation_mode=mode))
        def check(case: Case) -> None:
            response = case.call(headers=credentials)
            try:
                case.validate_response(response)
            except (AssertionError, BaseExceptionGroup) as failure:
                said = f"{failure!s}\n{case.as_curl_command()}\n{response.status_code} {response.text[:600]}"
                raise AssertionError(said) from failure

        tried += 1
        try:
            check()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE  # a route without parameters cannot be asked wrongly
        except AssertionError as failure:
            failures.append(f"{operation.ok().label}: {failure!s}")
    assert tried > 5
    assert not failures, "\n\n".join([*failures, target.faults()])
