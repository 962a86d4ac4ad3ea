"""Problem details."""

from core.errors import NotFound, ServiceError, TooManyRequests


def all_errors(kind: type[ServiceError] = ServiceError) -> list[type[ServiceError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in all_errors(child))]


def test_a_problem_has_every_member() -> None:
    problem = TooManyRequests("Five tries a minute.", retry_after=30).problem()
    assert problem == {
        "type": "urn:consultroom:problem:too_many_requests",
        "title": "Too many requests",
        "status": 429,
        "detail": "Five tries a minute.",
        "code": "too_many_requests",
        "next_step": "Wait a little and try again.",
        "retry_after": 30,
    }


def test_without_a_detail_the_title_stands_in() -> None:
    assert NotFound().problem()["detail"] == NotFound.title


def test_extra_members_cannot_overwrite_the_standard_ones() -> None:
    assert NotFound(status=200).problem()["status"] == 404


def test_what_was_given_is_not_in_the_exceptions_text() -> None:
    assert "Canary" not in str(NotFound("Canary", name="Canary")) + repr(NotFound("Canary", name="Canary"))


def test_every_error_says_what_to_do() -> None:
    for kind in all_errors():
        assert kind.code
        assert 400 <= kind.status < 600
        assert kind.title
        assert kind.next_step
