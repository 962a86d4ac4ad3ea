"""What stops the rendering of a TURN server's configuration."""

from core.errors import InvalidInput


class TurnConfigInvalid(InvalidInput):
    """A value that coturn would misread, or that would open the relay to the world."""

    code = "turn_config_invalid"
    title = "The settings of the TURN server do not fit together"
    next_step = "Correct the setting that is named and run `consultroom turn-config` again."


class TurnSecretUnreadable(TurnConfigInvalid):
    """The file is missing, empty, or readable by others than its owner."""

    code = "turn_secret_unreadable"
    title = "The file with the TURN secret cannot be used"
    next_step = "Put one line of at least 16 random characters into it and `chmod 600` it."
