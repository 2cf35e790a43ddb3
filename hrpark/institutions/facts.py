"""What this room says of an institution to the rooms above."""

from .kinds import fact

#: Nothing is stored under this key: it is marked whenever licences, staff, segments, credentials, credit checks or the
#: residency change, so that whoever judges an institution looks at its dossier again.
DOSSIER = fact("institutions.dossier", "机构档案")
HEADCOUNT = fact("institutions.headcount", "从业人员数", unit="人")
