"""TURN credentials and the ICE server list a participant is given.

The credentials are coturn's "TURN REST API" scheme (draft-uberti-behave-turn-rest-00): the user name
carries the expiry and a pseudonymous id, the password is an HMAC of it, so the TURN server needs the shared
secret and no database. With no TURN server configured the list is empty, and a call works where UDP reaches
the clinic.
"""

from turn_config.model import IceServer, TurnSettings, ice_servers_for

__all__ = ["IceServer", "TurnSettings", "ice_servers_for"]
