"""The session over HTTP: sign in, who am I, sign out."""

from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from access.errors import LoginFailed, TooManyAttempts
from access.model import MAX_EMAIL, MAX_PASSWORD, Actor, actor_of
from access.permissions import Permission, Role
from access.service import COOKIE, Access
from core.errors import Unavailable
from core.http import PUBLIC, Call, route


class Credentials(BaseModel):
    """What a person signs in with. The password never appears in a repr."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(min_length=1, max_length=MAX_EMAIL)
    password: SecretStr = Field(min_length=1, max_length=MAX_PASSWORD)


class SessionView(BaseModel):
    """Who is signed in and what the pages may offer them."""

    account_id: UUID
    role: Role
    display_name: str
    permissions: list[Permission]


class AccessHttp:
    """/api/session."""

    def __init__(self, access: Access) -> None:
        self._access = access

    @route(
        "POST",
        "/api/session",
        permission=PUBLIC,
        summary="Sign in",
        body=Credentials,
        response=SessionView,
        errors=(LoginFailed, TooManyAttempts, Unavailable),
        transactional=False,  # no transaction may be open while a password is hashed
    )
    async def sign_in(self, call: Call[Credentials, None]) -> web.Response:
        """Sets the cookie `__Host-consultroom`. The session this browser had before ends."""
        password = call.body.password.get_secret_value()
        actor, token = await self._access.sign_in(call.body.email, password, call.request.remote or "")
        await self._access.forget(call.principal)
        response = web.Response(body=_view(actor).model_dump_json().encode(), content_type="application/json")
        give_cookie(response, token)
        return response

    @route(
        "GET",
        "/api/session",
        permission=Permission.SESSION_READ,
        summary="Who is signed in",
        response=SessionView,
        transactional=False,
    )
    async def read(self, call: Call[None, None]) -> SessionView:
        """The account behind the cookie."""
        return _view(actor_of(call))

    @route("DELETE", "/api/session", permission=Permission.SESSION_END, summary="Sign out", status=204)
    async def sign_out(self, call: Call[None, None]) -> web.Response:
        """Ends the session on the server, its open sockets too, and drops the cookie."""
        await self._access.sign_out(call.session, actor_of(call))
        response = web.Response(status=204, headers={"Clear-Site-Data": '"cache"'})
        response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
        return response


def give_cookie(response: web.Response, token: str) -> None:
    """The session's cookie, for this browser."""
    # __Host-: the browser takes it only with Secure, Path=/ and no Domain (RFC 6265bis section 4.1.3.2).
    response.set_cookie(COOKIE, token, path="/", secure=True, httponly=True, samesite="Lax")


def _view(actor: Actor) -> SessionView:
    return SessionView(
        account_id=actor.account_id,
        role=actor.role,
        display_name=actor.display_name,
        permissions=sorted(actor.permissions),
    )
