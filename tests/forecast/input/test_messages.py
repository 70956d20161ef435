"""Every sentence of the reading report, of one and of several, in both languages."""

import pytest

from lakecast_forecast.input import messages
from lakecast_forecast.input.report import Line, Words

ALL = [each for each in vars(messages).values() if isinstance(each, Words)]


@pytest.mark.parametrize("words", ALL, ids=lambda words: words.code)
def test_sentences_agree_with_their_count(words: Words) -> None:
    for count in (1, 2):
        line = Line("warning", words, count)
        assert not set("[|]") & set(line.english + line.portuguese)
    one, several = Line("warning", words, 1), Line("warning", words, 2)
    assert (one.english[1:] == several.english[1:]) == (one.portuguese[1:] == several.portuguese[1:])


def test_rejected_rows_agree_in_portuguese() -> None:
    assert Line("rejected", messages.NO_ITEM, 1).portuguese.startswith("1 rejeitado: ")
    assert Line("rejected", messages.NO_ITEM, 3).portuguese.startswith("3 rejeitados: ")
