"""4.3.1.2 a: the years of stay are pledged on paper, sealed and kept; and they are kept."""

from hrpark.toolbox.verdict import Verdict, failed, passed, unknown

from . import Resident, duty


@duty("4.3.1.2-a", "签署入园承诺书并履行在园年限")
def pledge(resident: Resident) -> Verdict:
    pledged = resident.pledged
    if pledged is None:
        return unknown("没有入驻协议记录，承诺年限待核")
    if pledged.left is not None and pledged.left <= min(pledged.until, resident.on):
        return failed(f"承诺在园至{pledged.until:%Y-%m-%d}，已于{pledged.left:%Y-%m-%d}退园", pledged.evidence)
    if not pledged.sealed:
        return unknown(f"承诺在园至{pledged.until:%Y-%m-%d}，承诺书盖章原件尚未归档", pledged.evidence)
    return passed(f"承诺在园至{pledged.until:%Y-%m-%d}，承诺书已归档", pledged.evidence)
