"""4.3.1.2 e: rent, property fee, water and power paid as agreed."""

from hrpark.toolbox.verdict import Verdict, failed, passed, unknown

from . import Resident, duty


@duty("4.3.1.2-e", "租金、物业费和水电费按约缴清")
def fees(resident: Resident) -> Verdict:
    if resident.fees is None or resident.fees_since is None:
        return unknown("没有缴费情况的登记")
    since = f"{resident.fees_since:%Y-%m-%d}登记"
    return passed(f"{since}：按约缴清") if resident.fees else failed(f"{since}：有欠缴")
