"""Who knocks at every door: one letter each, so that a row of the table stays one line."""

from __future__ import annotations

from hrpark.accounts.samples import Cast

#: letter → (attribute of the cast, who that is)
IDENTITIES = {
    "-": ("", "nobody signed in"),
    "p": ("stranger", "signed in, no role"),
    "r": ("qihang_representative", "the owner institution's representative"),
    "c": ("qihang_clerk", "the owner institution's clerk"),
    "R": ("zhida_representative", "another institution's representative, same park"),
    "o": ("officer", "officer of the park"),
    "d": ("director", "director of the park"),
    "s": ("supervisor", "supervisor of the park's authority"),
    "i": ("inspector", "inspector of the park's authority"),
    "t": ("tianhe_director", "director of another park"),
    "y": ("yuecai_representative", "an institution's representative in another park"),
    "x": ("installer", "who installs, without a role in any park"),
}
EVERYBODY = "".join(IDENTITIES)
SIGNED_IN = EVERYBODY.replace("-", "")


def person(cast: Cast, letter: str):
    return getattr(cast, IDENTITIES[letter][0]) if letter != "-" else None
