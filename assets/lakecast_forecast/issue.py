"""Why an item has no model of its own, or no forecast: every reason in English and in Brazilian Portuguese."""

import re
from enum import Enum


class Issue(Enum):
    """A reason: its sentence in English and in Portuguese, with the same placeholders."""

    NO_DEMAND = ("no observed demand: forecast is zero", "sem demanda observada: a previsão é zero")
    NONE_ABOVE_ZERO = ("no demand above zero: forecast is zero", "nenhuma demanda acima de zero: a previsão é zero")
    NOTHING_TO_FIT = (
        "no demand above zero: seasonal naive instead",
        "nenhuma demanda acima de zero: em seu lugar, o ingênuo sazonal",
    )
    FEW_PERIODS = (
        "fewer than {least} known periods: seasonal naive instead",
        "menos de {least} períodos conhecidos: em seu lugar, o ingênuo sazonal",
    )
    FEW_TO_TRAIN = (
        "too few periods to train a net: seasonal naive instead",
        "períodos de menos para treinar uma rede: em seu lugar, o ingênuo sazonal",
    )
    NONE_KNOWN = ("no known demand", "nenhuma demanda conhecida")
    ALL_ZERO = ("all known demand is zero", "toda a demanda conhecida é zero")
    CONSTANT = ("demand is constant", "a demanda é constante")
    FEW_FOR_ARIMA = (
        "only {count} known periods, ARIMA needs {least}",
        "só {count} períodos conhecidos, o ARIMA precisa de {least}",
    )
    NO_ORDER = (
        "too few known periods for any ARIMA order",
        "períodos conhecidos de menos para qualquer ordem ARIMA",
    )
    FEW_FOR_PROPHET = (
        "prophet needs two known periods, this series has {count}",
        "o Prophet precisa de dois períodos conhecidos, esta série tem {count}",
    )
    NOT_CONVERGED = (
        "did not converge, and prophet is not installed: seasonal naive instead",
        "não convergiu, e prophet não está instalado: em seu lugar, o ingênuo sazonal",
    )
    LIBRARY_FAILED = (
        "prophet failed ({error}); forecast by the series' mean",
        "o Prophet falhou ({error}); a previsão é a média da série",
    )
    NOT_FINITE = (
        "the model's forecast was not finite: seasonal naive instead",
        "a previsão do modelo não era finita: em seu lugar, o ingênuo sazonal",
    )
    EXPLODED = (
        "the model's forecast exploded: seasonal naive instead",
        "a previsão do modelo explodiu: em seu lugar, o ingênuo sazonal",
    )
    MODEL_FAILED = (
        "model failed: {error}; seasonal naive instead",
        "o modelo falhou: {error}; em seu lugar, o ingênuo sazonal",
    )
    TRAINING_FAILED = (
        "training failed: {error}; seasonal naive instead",
        "o treinamento falhou: {error}; em seu lugar, o ingênuo sazonal",
    )
    NO_ROWS = ("no demand rows, so no forecast", "sem linhas de demanda, portanto sem previsão")
    ENDED = (
        "its demand has ended, so no forecast and no orders",
        "sua demanda terminou, portanto sem previsão e sem pedidos",
    )

    @property
    def english(self) -> str:
        return self.value[0]

    @property
    def portuguese(self) -> str:
        return self.value[1]

    def of(self, **values: object) -> str:
        """The English sentence with its placeholders filled in: what results hold."""
        return self.english.format(**values)


def in_portuguese(reason: str) -> str:
    """The Portuguese of a sentence that `Issue.of` made; one of a plug-in's own stays as it is."""
    for issue in Issue:
        parts = re.split(r"\{(\w+)\}", issue.english)
        pattern = "".join(f"(?P<{part}>.*)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
        if match := re.fullmatch(pattern, reason, re.DOTALL):
            return issue.portuguese.format(**match.groupdict())
    return reason
