"""The route declaration refuses what would be wrong later."""

from typing import Any

import pytest
from pydantic import BaseModel

from core.http import PUBLIC, Call, permissions_of, route, routes_of
from core.http.application import build_app
from core.http.openapi import openapi_document


class Body(BaseModel):
    topic: str


class Pages:
    @route("GET", "/api/b/{item_id}", permission="test:b:read", summary="B", response=Body)
    async def b(self, call: Call[None, None]) -> Body:
        return Body(topic="x")

    @route("POST", "/api/a", permission="test:a:write", summary="A", body=Body, idempotent=True)
    async def a(self, call: Call[Body, None]) -> None: ...

    async def no_route(self) -> None: ...


class MorePages(Pages):
    @route("GET", "/api/c", permission=PUBLIC, summary="C")
    async def c(self, call: Call[None, None]) -> None: ...


def test_routes_are_found_in_the_order_of_the_class() -> None:
    assert list(permissions_of(routes_of(MorePages())).items()) == [
        ("GET /api/b/{item_id}", "test:b:read"),
        ("POST /api/a", "test:a:write"),
        ("GET /api/c", "public"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"permission": ""},
        {"permission": "everybody"},
        {"permission": "a:b"},
        {"method": "FETCH"},
        {"path": "api/x"},
        {"summary": ""},
        {"method": "GET", "body": Body},
        {"idempotent": True, "permission": PUBLIC},
        {"idempotent": True, "transactional": False},
    ],
)
def test_a_wrong_declaration_does_not_start(wrong: dict[str, Any]) -> None:
    right: dict[str, Any] = {"method": "POST", "path": "/api/x", "permission": "a:b:c", "summary": "X"}
    route(**right)
    with pytest.raises(ValueError, match=r": .+"):
        route(**{**right, **wrong})


def test_a_route_without_a_permission_is_no_declaration() -> None:
    with pytest.raises(TypeError, match="permission"):
        route("GET", "/api/x", summary="X")  # type: ignore[call-arg]


def test_two_routes_with_one_address_do_not_start() -> None:
    twice: Any = [*routes_of(MorePages()), *routes_of(MorePages())]
    nothing: Any = None
    with pytest.raises(ValueError, match=r"declared twice|keyring"):
        build_app(twice, database=nothing, clock=nothing, authenticate=nothing)


def test_an_idempotent_route_needs_a_keyring() -> None:
    nothing: Any = None
    with pytest.raises(ValueError, match="keyring"):
        build_app(routes_of(Pages()), database=nothing, clock=nothing, authenticate=nothing)


def test_every_declared_failure_is_in_the_document() -> None:
    document = openapi_document(routes_of(MorePages()), title="T", version="1")
    post = document["paths"]["/api/a"]["post"]["responses"]
    assert {"204", "400", "401", "403", "409", "413", "415", "422", "500", "503"} == set(post)
    assert post["403"]["x-error-codes"] == ["cross_origin", "forbidden"]
    assert "401" not in document["paths"]["/api/c"]["get"]["responses"]
