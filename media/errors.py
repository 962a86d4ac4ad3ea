"""Errors of the media plane that a caller may see."""

from core.errors import ServiceError


class MalformedOffer(ServiceError):
    """The SDP offer is not one this room can answer; nothing was changed."""

    code = "malformed_offer"
    status = 422
    title = "The browser's media offer cannot be used"
    next_step = "Reload the page and join again; if it stays, try another browser."


class MalformedCandidate(ServiceError):
    """An ICE candidate that does not follow RFC 8839 section 5.1."""

    code = "malformed_candidate"
    status = 422
    title = "The network candidate cannot be read"
    next_step = "Reload the page and join again."


class RoomFull(ServiceError):
    """More people than the room's layout has seats for."""

    code = "room_full"
    status = 409
    title = "The room is full"
    next_step = "Ask somebody to leave the call, then join again."


class TooManyCandidates(ServiceError):
    """More network candidates than any browser has; the connection goes on with those before."""

    code = "too_many_candidates"
    status = 429
    title = "Too many network addresses were announced"
    next_step = "Reload the page and join again; if it stays, switch off VPNs that you do not need."


class NoMediaPort(ServiceError):
    """Every UDP port of the configured range is in use."""

    code = "no_media_port"
    status = 503
    title = "The clinic's server has no free line for another call"
    next_step = "Try again in a minute; if it stays, ask the clinic to widen the range of media ports."


class NodeFull(ServiceError):
    """This node carries as many calls or participants as it may."""

    code = "node_full"
    status = 503
    title = "The clinic's server carries as many calls as it can"
    next_step = "Try again in a few minutes, or call the clinic."


class ChecksBusy(ServiceError):
    """As many line checks run on this node as may at once."""

    code = "line_checks_busy"
    status = 503
    title = "Too many people are checking their line right now"
    next_step = "Go on without the check, or try again in half a minute."


class MediaCutOff(ServiceError):
    """The participant's connection was ended for what it sent; it may come back after a pause."""

    code = "media_cut_off"
    status = 429
    title = "Your device sent more than a call can carry, so it was disconnected"
    next_step = "Close other programs that use the camera or the network, wait half a minute and join again."


class RecordingNotFound(ServiceError):
    """No such recording, or nothing of it is readable."""

    code = "recording_not_found"
    status = 404
    title = "This recording does not exist"
    next_step = "Open the visit again to see its recordings."


class ClipOutsideRecording(ServiceError):
    """The moment asked for is not in this recording."""

    code = "clip_outside_recording"
    status = 422
    title = "That moment is not in this recording"
    next_step = "Choose a moment between the recording's start and end."


class RecordingBusy(ServiceError):
    """All media workers are occupied and the line in front of them is full."""

    code = "recording_busy"
    status = 503
    title = "Too many recordings are being opened at once"
    next_step = "Try again in a few seconds."
