"""What can go wrong at the door. No text says whether an account exists."""

from typing import ClassVar

from core.errors import Conflict, InvalidInput, NotFound, ServiceError, TooManyRequests, Unauthenticated


class LoginFailed(Unauthenticated):
    """Wrong password, unknown e-mail or closed account: one answer for all three."""

    code: ClassVar[str] = "login_failed"
    title: ClassVar[str] = "E-mail or password is not right"
    next_step: ClassVar[str] = "Check both and try again."


class TooManyAttempts(TooManyRequests):
    """Over the sign-in limit of the account or the address; extra: retry_after (seconds)."""

    code: ClassVar[str] = "too_many_attempts"
    title: ClassVar[str] = "Too many attempts to sign in"
    next_step: ClassVar[str] = "Wait a few minutes and try again."


class PasswordUnfit(InvalidInput):
    """Too short, too long, or the e-mail itself (ASVS 5.0, 6.2.1 and 6.2.11)."""

    code: ClassVar[str] = "password_unfit"
    title: ClassVar[str] = "This password cannot be used"
    next_step: ClassVar[str] = "Choose one of 12 to 256 characters that is not your e-mail address."


class EmailUnfit(InvalidInput):
    code: ClassVar[str] = "email_unfit"
    title: ClassVar[str] = "This is not an e-mail address"
    next_step: ClassVar[str] = "Correct the e-mail address."


class EmailTaken(Conflict):
    """Only whoever may create accounts ever sees this."""

    code: ClassVar[str] = "email_taken"
    title: ClassVar[str] = "There is already an account with this e-mail address"
    next_step: ClassVar[str] = "Use the existing account or another address."


class TicketInvalid(Unauthenticated):
    """Not a ticket of ours, for another visit, or its session has ended."""

    code: ClassVar[str] = "ticket_invalid"
    title: ClassVar[str] = "This room ticket is not valid"
    next_step: ClassVar[str] = "Open the visit again."


class TicketExpired(TicketInvalid):
    code: ClassVar[str] = "ticket_expired"
    title: ClassVar[str] = "This room ticket has expired"


class TicketUsed(TicketInvalid):
    code: ClassVar[str] = "ticket_used"
    title: ClassVar[str] = "This room ticket was used before"


class InvitationUnknown(NotFound):
    """No link of ours, or cut off when it was copied."""

    code: ClassVar[str] = "invitation_unknown"
    title: ClassVar[str] = "This link is not an invitation"
    next_step: ClassVar[str] = "Open the whole link again as it was sent to you, or ask for a new one."


class SupervisorUnfit(Conflict):
    """Only whoever may change accounts ever sees this."""

    code: ClassVar[str] = "supervisor_unfit"
    title: ClassVar[str] = "This account cannot be supervised by that one"
    next_step: ClassVar[str] = "Name two doctors; who supervises is not supervised by anybody."


class InvitationExpired(ServiceError):
    """Its time is over, or the visit is."""

    code: ClassVar[str] = "invitation_expired"
    status: ClassVar[int] = 410
    title: ClassVar[str] = "This invitation has expired"
    next_step: ClassVar[str] = "Ask the person who invited you for a new link."


class InvitationRevoked(InvitationExpired):
    code: ClassVar[str] = "invitation_revoked"
    title: ClassVar[str] = "This invitation was withdrawn"
    next_step: ClassVar[str] = "Ask the person who invited you whether you are still expected."


class InvitationUsed(Conflict):
    """One device at a time: a link that was passed on does not let a second person in."""

    code: ClassVar[str] = "invitation_used"
    title: ClassVar[str] = "This invitation is in use on another device"
    next_step: ClassVar[str] = "Go on there and leave the visit first, or ask for a new link."


class TooManyInvitations(Conflict):
    code: ClassVar[str] = "too_many_invitations"
    title: ClassVar[str] = "This visit has as many open invitations as it can have"
    next_step: ClassVar[str] = "Withdraw one that is not needed, then invite again."


class GuestNameMissing(InvalidInput):
    code: ClassVar[str] = "guest_name_missing"
    title: ClassVar[str] = "A name is missing"
    next_step: ClassVar[str] = "Write the name the others in the visit should see."
