"""4.3.1.2 c: honest and lawful operation, sound finance rules."""

from hrpark.toolbox.verdict import Verdict, passed

from . import Resident, conduct_of, duty


@duty("4.3.1.2-c", "诚信合规经营，财务制度健全")
def conduct(resident: Resident) -> Verdict:
    wrong = conduct_of(resident, "c")
    return wrong or passed(
        f"{resident.checked['c'].on:%Y-%m-%d}检查符合，没有未改正的问题和有效的处罚", resident.checked["c"].evidence
    )
