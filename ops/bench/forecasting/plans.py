"""On how many items of each set each peer runs: slow ones on samples."""

from collections.abc import Mapping

from bench.forecasting.scum import MEMBERS

Plan = Mapping[str, Mapping[str, int | None]]
"""Set -> peer -> how many items it runs on, None for all."""

_CROSTON = {"SeasonalNaive": None, "CrostonSBA": None, "TSB": None, "ADIDA": None, "IMAPA": None}


def _smooth(count: int | None, cheap: int | None, loops: int) -> Mapping[str, int | None]:
    """A plan of a smooth set: SCUM's four on `count` items, what costs little on `cheap`, loops on few."""
    four = dict.fromkeys(MEMBERS, count)
    return {"SeasonalNaive": cheap, **four, "DynamicOptimizedTheta": cheap, "AutoTheta": count, "Prophet": loops}


QUICK: Plan = {
    "m3_yearly": _smooth(150, None, 10),
    # Samples of under 200 leave standard errors of 2 %: more than what SCUM is compared for.
    "m3_quarterly": {**_smooth(200, None, 10), "SARIMAX": 20},
    "m3_monthly": _smooth(260, None, 20),
    "m3_other": _smooth(40, None, 10),
    "carparts": {**_CROSTON, "AutoETS": 200, "AutoCES": 100, "DynamicOptimizedTheta": 200},
    "raf": _CROSTON,
    "recruit_daily": {"SeasonalNaive": None, "DynamicOptimizedTheta": 80, "AutoETS": 80, "AutoCES": 40, "Prophet": 10},
}
FULL: Plan = {
    "m3_yearly": _smooth(None, None, 60),
    "m3_quarterly": {**_smooth(None, None, 60), "SARIMAX": 60},
    "m3_monthly": _smooth(None, None, 60),
    "m3_other": _smooth(None, None, 60),
    "carparts": {**_CROSTON, "AutoETS": None, "AutoCES": 300, "DynamicOptimizedTheta": None},
    "raf": {**_CROSTON, "AutoETS": 300},
    "recruit_daily": {
        "SeasonalNaive": None,
        "DynamicOptimizedTheta": None,
        "AutoETS": None,
        "AutoCES": None,
        "Prophet": 40,
    },
}
