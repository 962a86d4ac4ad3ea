"""Routes of invitations: made and withdrawn by those whose visit it is, opened by whoever holds the link."""

from aiohttp import web

from access import (
    GuestNameMissing,
    InvitationExpired,
    InvitationRevoked,
    InvitationUnknown,
    InvitationUsed,
    Permission,
    TooManyAttempts,
    TooManyInvitations,
    actor_of,
)
from access.http import give_cookie
from core.errors import Forbidden, NotFound, Unavailable
from core.http import PUBLIC, Call, route
from signaling.errors import GuestRoleRefused, NotYourInvitation, VisitEnded
from signaling.guest_views import (
    EnterBody,
    GuestView,
    InvitationView,
    InviteBody,
    InvitedView,
    LinkToken,
    NewInvitationView,
)
from signaling.guests import Guests

_LINK = (InvitationUnknown, InvitationExpired, InvitationRevoked, TooManyAttempts, Unavailable)


class GuestHttp:
    """/api/visits/{visit_id}/invitations, /api/invitation and /api/guest."""

    def __init__(self, guests: Guests) -> None:
        self._guests = guests

    @route(
        "POST",
        "/api/visits/{visit_id}/invitations",
        permission=Permission.GUEST_INVITE,
        summary="Invite an interpreter or a family member by link",
        body=InviteBody,
        response=NewInvitationView,
        status=201,
        errors=(NotFound, Forbidden, VisitEnded, GuestRoleRefused, TooManyInvitations, GuestNameMissing),
    )
    async def invite(self, call: Call[InviteBody, None]) -> NewInvitationView:
        actor, body = actor_of(call), call.body
        invitation, token = await self._guests.invite(
            call.session, actor, call.path_id("visit_id"), body.role, body.display_name, body.after_end
        )
        view = InvitationView.of(invitation, actor.account_id, call.clock.now())
        return NewInvitationView(invitation=view, path=f"/join#{token}")

    @route(
        "GET",
        "/api/visits/{visit_id}/invitations",
        permission=Permission.GUEST_INVITE,
        summary="The visit's invitations, newest first",
        response=list[InvitationView],
        errors=(NotFound, Forbidden),
    )
    async def invitations(self, call: Call[None, None]) -> list[InvitationView]:
        actor, now = actor_of(call), call.clock.now()
        found = await self._guests.invited(call.session, actor, call.path_id("visit_id"))
        return [InvitationView.of(one, actor.account_id, now) for one in found]

    @route(
        "DELETE",
        "/api/visits/{visit_id}/invitations/{invitation_id}",
        permission=Permission.GUEST_INVITE,
        summary="Withdraw an invitation; who came by it leaves the room",
        status=204,
        errors=(NotFound, Forbidden, InvitationUnknown, NotYourInvitation),
    )
    async def withdraw(self, call: Call[None, None]) -> None:
        visit_id, invitation_id = call.path_id("visit_id"), call.path_id("invitation_id")
        await self._guests.withdraw(call.session, actor_of(call), visit_id, invitation_id)

    @route(
        "POST",
        "/api/invitation",
        permission=PUBLIC,
        summary="What a link is for; using it up is the next step",
        body=LinkToken,
        response=InvitedView,
        errors=_LINK,
        transactional=False,  # an attempt stays counted when it is refused
    )
    async def look(self, call: Call[LinkToken, None]) -> InvitedView:
        return await self._guests.look(call.body.token.get_secret_value(), call.request.remote or "")

    @route(
        "POST",
        "/api/guest",
        permission=PUBLIC,
        summary="Come in by a link: a session for the one visit",
        body=EnterBody,
        response=GuestView,
        errors=(*_LINK, InvitationUsed, GuestNameMissing),
        transactional=False,
    )
    async def enter(self, call: Call[EnterBody, None]) -> web.Response:
        """Sets the cookie of a session that is good for this visit's room and nothing else."""
        body, address = call.body, call.request.remote or ""
        view, cookie = await self._guests.enter(
            body.token.get_secret_value(), body.display_name, address, call.principal
        )
        response = web.Response(body=view.model_dump_json().encode(), content_type="application/json")
        if cookie is not None:
            give_cookie(response, cookie)
        return response

    @route(
        "GET",
        "/api/guest",
        permission=Permission.ROOM_JOIN,
        summary="The visit a guest is here for",
        response=GuestView,
        errors=(NotFound, InvitationExpired),
    )
    async def here(self, call: Call[None, None]) -> GuestView:
        return await self._guests.here(call.session, actor_of(call))
