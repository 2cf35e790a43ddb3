"""4.3.1.2 d: services by the standards of the trade."""

from hrpark.toolbox.verdict import Verdict, passed

from . import Resident, conduct_of, duty


@duty("4.3.1.2-d", "服务符合行业标准和规范")
def service(resident: Resident) -> Verdict:
    wrong = conduct_of(resident, "d")
    return wrong or passed(
        f"{resident.checked['d'].on:%Y-%m-%d}检查符合，没有未改正的问题和属实的投诉", resident.checked["d"].evidence
    )
