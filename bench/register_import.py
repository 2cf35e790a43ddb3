"""Import of a register of 20,000 rows — reading, mapping, checking, previewing, writing with trail — against calamine's bare read.

python -m bench.register_import [rows]
"""

from __future__ import annotations

import io
import sys
import time
from datetime import UTC, datetime

from .stage import median_seconds, setup, tell

HEADER = [
    "机构名称",
    "统一社会信用代码",
    "类别",
    "法定代表人",
    "成立日期",
    "注册资本（万元）",
    "注册地址",
    "许可证编号",
    "联系人",
    "联系电话",
    "业务范围",
    "入驻日期",
]


def main(rows: int) -> None:
    setup()
    from python_calamine import load_workbook

    from hrpark.accounts.samples import give_role, make_organisation, make_park, make_person
    from hrpark.institutions.models import Institution
    from hrpark.sheets import actions
    from hrpark.sheets.samples import make_uscc, make_xlsx

    at = datetime.now(UTC)
    park = make_park()
    officer = make_person()
    give_role(officer, make_organisation(kind="operator", uscc=""), park, "officer")
    data = make_xlsx(
        HEADER,
        [
            [f"广州第{n}人力资源有限公司", make_uscc(n), "人力资源服务机构", "陈志远", "2018年5月20日", "200", f"科学大道{n}号",
             f"（粤）人服证字〔2024〕第{n:07d}号", "林晓彤", f"139{n:08d}", "招聘、人力资源培训", "2025/3/1"]
            for n in range(1, rows + 1)
        ],
    )  # fmt: skip
    bare = median_seconds(lambda: load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python(), runs=3)

    begin = time.perf_counter()
    job = actions.upload_table(
        actor=officer, at=at, key="u", park=park, target="institutions.register", data=data, filename="register.xlsx"
    )
    uploaded = time.perf_counter()
    job = actions.map_columns(actor=officer, at=at, key="m", job=job, columns={int(c): f for c, f in job.mapping.items()})
    job = actions.check_rows(job=job, at=at)
    checked = time.perf_counter()
    job = actions.run_import(actor=officer, at=at, key="r", job=job, verdicts=["new"])
    job = actions.write_rows(job=job, at=at)
    written = time.perf_counter()
    again = actions.upload_table(
        actor=officer, at=at, key="u2", park=park, target="institutions.register", data=data, filename="register.xlsx"
    )
    again = actions.map_columns(
        actor=officer, at=at, key="m2", job=again, columns={int(c): f for c, f in again.mapping.items()}
    )
    again = actions.check_rows(job=again, at=at)
    tell(
        "register_import", rows=rows, bare_read_s=round(bare, 2), upload_s=round(uploaded - begin, 2), check_s=round(checked - uploaded, 2),
        write_s=round(written - checked, 2), total_s=round(written - begin, 2), ratio_to_bare_read=round((written - begin) / bare, 1),
        institutions=Institution.objects.count(), state=job.state, second_time=again.counts,
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
