"""schemathesis in a process of its own: `python -m tests.contract.fuzz URL EXAMPLES [COOKIE] [LEFT OUT ...]`.

Hypothesis moves Python's recursion limit while it runs; beside a server's event loop in the same process CPython
3.11 then fails now and then with "AST constructor recursion depth mismatch". Prints how many operations held.
"""

import sys
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

SIGN_OUT = ("DELETE", "/api/session")  # it would end the session that the other operations are asked with


def fuzz(url: str, examples: int, cookies: dict[str, str], left_out: set[str]) -> int:
    """No 500, no undeclared status, no answer of an undeclared shape; raises on the first that is."""
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    schema.config.generation.allow_x00 = False  # U+0000 is refused in every text: PostgreSQL cannot hold it
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    operations = [operation for operation in found if operation.path not in left_out]
    for operation in operations:

        @settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def holds(case: Any) -> None:
            case.call_and_validate(
                base_url=url,
                cookies={} if (case.method, case.path) == SIGN_OUT else cookies,
                excluded_checks=[positive_data_acceptance],  # what is stored may refuse a well-formed request
            )

        holds()
    return len(operations)


if __name__ == "__main__":
    address, count, cookie, *rest = sys.argv[1:]
    name, _, value = cookie.partition("=")
    print(fuzz(address, int(count), {name: value} if value else {}, set(rest)))
