"""What evaluations forget of a person: their name in what was frozen, which then stands under new digests."""

from __future__ import annotations

from datetime import datetime

from hrpark.accounts.erasure import Forgetting, Leaver, forgets, scrub_frozen

from .models import Frozen


@forgets
class EvaluationForget(Forgetting):
    key = "evaluation"

    def forget(self, leaver: Leaver, at: datetime) -> None:
        scrub_frozen(Frozen, {"inputs": "inputs_digest", "result": "result_digest"}, leaver)
