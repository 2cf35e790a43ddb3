"""4.3.1.2 b: staff in and business begun within the days of the agreement."""

from hrpark.toolbox.verdict import Verdict, unknown

from . import Resident, duty


@duty("4.3.1.2-b", "签订入驻协议后90日内人员进驻并开展业务")
def start(resident: Resident) -> Verdict:
    """The first clock decides: what a talk opened anew does not undo that the first was not kept."""
    return resident.start or unknown("没有入驻协议记录，开业期限待核")
