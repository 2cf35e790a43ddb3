"""The declared table: who may open each URL (GET) and who may hand something in (POST). One line a URL.

Letters are in identities.py. The table is written by hand from what each role is for, never computed from the code it
holds to account. Objects in a URL belong to 启航 in 黄埔 (stage.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from .identities import EVERYBODY, SIGNED_IN


@dataclass(frozen=True)
class Row:
    get: str = ""
    post: str = ""


DESK = "od"
AUTHORITY = "si"
OWN = "rc"
TENANTS = "rcR"

#: Representatives of the park's institutions; what names a person of 启航 is for its own one alone.
REPRESENTATIVES = "rR"

#: Everybody with a role in the park.
PARK = DESK + AUTHORITY + TENANTS

ROWS: dict[str, Row] = {
    # -- the portal: for everybody; a post to a page that only shows is answered 405
    "portal-home": Row(get=EVERYBODY),
    "portal-park": Row(get=EVERYBODY),
    "portal-institutions": Row(get=EVERYBODY),
    "portal-parameters": Row(get=EVERYBODY),
    "portal-help": Row(get=EVERYBODY),
    "standard": Row(get=EVERYBODY),
    "standard-clause": Row(get=EVERYBODY),
    # -- the homes of the doors, search, the trail, a person's own notices (the one in the address is that of 启航's clerk)
    "desk-home": Row(get=DESK),
    "desk-search": Row(get=DESK),
    "desk-trail": Row(get="d"),
    "tenant-home": Row(get=TENANTS),
    "tenant-search": Row(get=TENANTS),
    "authority-home": Row(get=AUTHORITY),
    "authority-search": Row(get=AUTHORITY),
    "account-notices": Row(get=SIGNED_IN),
    "account-notices-read": Row(post=SIGNED_IN),
    "account-notice-open": Row(post="c"),
    # -- the API reads as the pages do; its root is nothing
    "openapi-json": Row(get=EVERYBODY),
    "api-root": Row(),
    "api-editions": Row(get=SIGNED_IN),
    "api-clauses": Row(get=SIGNED_IN),
    "api-clause": Row(get=SIGNED_IN),
    "api-rows": Row(get=SIGNED_IN),
    "api-coverage": Row(get=SIGNED_IN),
    "api-parameters": Row(get=PARK),
    "api-institutions": Row(get=PARK),
    "api-institution": Row(get=DESK + AUTHORITY + OWN),
    "api-applications": Row(get=PARK),
    "api-application": Row(get=DESK + AUTHORITY + OWN),
    "api-table": Row(get=DESK + AUTHORITY),
    "api-rounds": Row(get=PARK),
    "api-result": Row(get=PARK),
    # -- a person's own account; roles and consents in the address are those of 启航's clerk
    "setup": Row(),
    "account-home": Row(get=SIGNED_IN),
    "account-login": Row(get=EVERYBODY, post=EVERYBODY),
    "account-code": Row(get=EVERYBODY, post=EVERYBODY),
    "account-second": Row(get=SIGNED_IN, post=SIGNED_IN),
    "account-logout": Row(post=EVERYBODY),
    "account-enter": Row(get=SIGNED_IN),
    "account-register": Row(get=EVERYBODY, post=EVERYBODY),
    "account-invitation": Row(get=EVERYBODY, post=EVERYBODY),
    "account-edit": Row(get=SIGNED_IN, post=SIGNED_IN),
    "account-password": Row(get=SIGNED_IN, post=SIGNED_IN),
    "account-totp": Row(get=SIGNED_IN, post=SIGNED_IN),
    "account-totp-off": Row(get=SIGNED_IN, post=SIGNED_IN),
    "account-recovery": Row(get=SIGNED_IN, post=SIGNED_IN),
    "account-sessions-end": Row(post=SIGNED_IN),
    "account-session-end": Row(post=SIGNED_IN),
    "account-role-end": Row(get="c", post="c"),
    "account-consent-withdraw": Row(get="c", post="c"),
    "account-parks": Row(get="x"),
    "account-park-new": Row(get="x", post="x"),
    # -- people of the park, and of an institution
    "desk-people": Row(get=DESK),
    "desk-invite": Row(get=DESK, post=DESK),
    "desk-code": Row(get=DESK, post=DESK),
    "desk-person": Row(get=DESK),
    "desk-person-verify": Row(get=DESK, post=DESK),
    "desk-person-end": Row(get="d", post="d"),
    "desk-person-code": Row(get=DESK, post=DESK),
    "desk-person-second": Row(get=DESK, post=DESK),
    "desk-person-letter": Row(get=DESK, post=DESK),
    "desk-letter-scan": Row(get=DESK, post=DESK),
    "desk-invitations": Row(get=DESK),
    "desk-invitation": Row(get=DESK),
    "desk-invitation-withdraw": Row(post=DESK),
    "tenant-colleagues": Row(get=REPRESENTATIVES),
    "tenant-colleague-invite": Row(get=REPRESENTATIVES, post=REPRESENTATIVES),
    "tenant-colleague": Row(get="r"),
    "tenant-colleague-end": Row(get="r", post="r"),
    "tenant-invitation-withdraw": Row(post="r"),
}

__all__ = ["AUTHORITY", "DESK", "EVERYBODY", "OWN", "PARK", "ROWS", "SIGNED_IN", "TENANTS", "Row"]
