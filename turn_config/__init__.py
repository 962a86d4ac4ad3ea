"""TURN credentials and the ICE server list a participant is given.

The credentials are coturn's "TURN REST API" scheme (draft-uberti-behave-turn-rest-00): the user name
carries the expiry and a pseudonymous id, the password is an HMAC of it, so the TURN server needs the shared
secret and no database. With no TURN server configured the list is empty, and a call works where UDP reaches
the clinic.

`coturn.render` writes the turnserver.conf that belongs to these settings (`consultroom turn-config`).
"""

from turn_config.coturn import CoturnServer, read_version, render
from turn_config.errors import TurnConfigInvalid, TurnSecretUnreadable
from turn_config.model import IceServer, TurnSettings, ice_servers_for, secrets_of

__all__ = [
    "CoturnServer",
    "IceServer",
    "TurnConfigInvalid",
    "TurnSecretUnreadable",
    "TurnSettings",
    "ice_servers_for",
    "read_version",
    "render",
    "secrets_of",
]
