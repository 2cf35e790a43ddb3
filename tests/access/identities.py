"""Who knocks at every door: one letter each, so that a row of the table stays one line."""

from __future__ import annotations

#: letter → who that is. ``stage.person(letter)`` gives the person.
IDENTITIES = {
    "-": "nobody signed in",
    "p": "signed in, with a role that has ended, one that is to begin, and one that nobody has verified",
    "a": "applicant in 黄埔 whose role is not verified yet",
    "A": "another applicant in 黄埔",
    "r": "representative of 启航, in 黄埔",
    "c": "clerk of 启航",
    "R": "representative of 智达, in 黄埔 too",
    "o": "officer of 黄埔",
    "d": "director of 黄埔",
    "s": "supervisor of the authority of 黄埔",
    "i": "inspector of the authority of 黄埔",
    "t": "director of 天河",
    "z": "supervisor of the authority of 天河",
    "y": "representative of 粤才, in 天河",
    "x": "who installs, without a role in any park",
}
EVERYBODY = "".join(IDENTITIES)
SIGNED_IN = EVERYBODY.replace("-", "")
DESK = "od"
AUTHORITY = "si"
#: The people of 启航.
OWN = "rc"
#: The people of every institution in 黄埔.
TENANTS = "rcR"

#: Whose words a canary stands in → who may read them. ``CANARY-<owner>-<field>~``.
READERS = {
    # what an institution's people, its park's operator and its authority know of it
    "启航": "rcodsi", "智达": "Rodsi", "粤才": "ytz",
    # what only the desk writes about it
    "启航内注": "od", "智达内注": "od", "粤才内注": "t",
    # a further body that applies, by a person whose role nobody has verified; and what it has not handed in yet
    "启航申请": "aodsi", "智达申请": "Aodsi", "粤才申请": "tz",
    "启航草稿": "a", "智达草稿": "A", "粤才草稿": "",
    # whom a representative has invited; the invited themself, by a link that only they have, too
    "启航受邀": "rod", "智达受邀": "Rod", "粤才受邀": "yt",
    # on what a decision about it rests: the park's and the authority's, never the applicant's
    "启航依据": "odsi", "智达依据": "odsi", "粤才依据": "tz",
    # one that was let in, by somebody whom the desk has verified and who does not knock here
    "启航准入": "odsi", "智达准入": "odsi", "粤才准入": "tz",
    # the dossier that 启航 has in 天河, where none of its people has a role
    "启航天河": "tz",
    # one person's own: notices, drafts, saved views, sessions
    "启航代表": "r", "启航经办": "c", "智达代表": "R", "粤才代表": "y",
    # what the operator and the authority of a park know, what its residents know too
    "黄埔": "odsi", "天河": "tz",
    "黄埔公": "odsircR", "天河公": "tyz",
    # 举报: the director who handles it, and who signed it; nobody else of anybody
    "启航举报": "rd", "智达举报": "Rd", "粤才举报": "yt",
    # what a desk sets up for itself
    "黄埔窗口": "od", "天河窗口": "t",
    # tables that are being imported; what residents wrote to the authority; what it thinks before it says so
    "黄埔导入": "od", "天河导入": "t",
    "黄埔评议": "si", "天河评议": "z",
}  # fmt: skip
