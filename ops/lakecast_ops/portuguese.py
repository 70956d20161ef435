"""What the command line says to a planner's colleague, in Brazilian Portuguese.

Messages are made in English by the packages that know what is wrong; each has its twin here, with the same
placeholders.
What a reading report says has its twins in `lakecast_forecast.input.messages`, and they are used here, too.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec

from lakecast_schema.grammar import agreeing

_PAIRS: tuple[tuple[str, str], ...] = (
    # how far a run is, and what became of it
    ("{step}: {total} {unit}", "{step}: {total} {unit}"),
    ("{step}: done, {total} {unit} in {time}", "{step}: pronto, {total} {unit} em {time}"),
    ("✓ {step}: {total} {unit} in {time}", "✓ {step}: {total} {unit} em {time}"),
    ("{step}: {done} of {total} {unit}, {time} left", "{step}: {done} de {total} {unit}, faltam {time}"),
    ("{step}: {done} of {total} {unit}", "{step}: {done} de {total} {unit}"),
    ("left", "restam"),
    ("items", "itens"),
    ("tables", "tabelas"),
    ("step", "passo"),
    ("{count} item", "{count} item"),
    ("{count} items", "{count} itens"),
    ("not published: {failure}", "não publicado: {failure}"),
    ("{source} failed and is left out: {failure}", "{source} falhou e fica de fora: {failure}"),
    (
        "models have seen this demand already: their forecasts stay as published",
        "os modelos já viram esta demanda: as previsões ficam como publicadas",
    ),
    (
        "{dataset}: published as snapshot {snapshot} after {time}: {items}, sources {sources}",
        "{dataset}: publicado como snapshot {snapshot} após {time}: {items}, fontes {sources}",
    ),
    ("{dataset}: not published after {time}: {failure}", "{dataset}: não publicado após {time}: {failure}"),
    (
        "{dataset}: nothing has changed since it was published (snapshot {snapshot} is the newest): nothing was "
        "trained or published; --retrain does it anew",
        "{dataset}: nada mudou desde a publicação (o snapshot {snapshot} é o mais novo): nada foi treinado nem "
        "publicado; --retrain treina de novo",
    ),
    (
        "{count} input row was rejected; the table rejected_rows has each with its reason",
        "{count} linha de entrada foi rejeitada; a tabela rejected_rows traz cada uma com o motivo",
    ),
    (
        "{count} input rows were rejected; the table rejected_rows has each with its reason",
        "{count} linhas de entrada foram rejeitadas; a tabela rejected_rows traz cada uma com o motivo",
    ),
    ("warning: {warning}", "aviso: {warning}"),
    ("check {check} of {table} has failed ({figures})", "a verificação {check} de {table} falhou ({figures})"),
    ("{source} has no forecasts: {reason}", "{source} não tem previsões: {reason}"),
    (
        "{source}: {count} item has a baseline only; Item.forecastIssue says why",
        "{source}: {count} item só tem a previsão de base; Item.forecastIssue diz por quê",
    ),
    (
        "{source}: {count} items have a baseline only; Item.forecastIssue says why",
        "{source}: {count} itens só têm a previsão de base; Item.forecastIssue diz por quê",
    ),
    ("Lake: {lake}, {time} in all.", "Lake: {lake}, {time} ao todo."),
    ("and {rest} more lines", "e mais {rest} linhas"),
    (
        "not published: {names}. What was published of them before is still served.",
        "não publicado: {names}. O que foi publicado antes continua sendo servido.",
    ),
    (
        "{failed}. Nothing was published; what was published before still is.",
        "{failed}. Nada foi publicado; o que foi publicado antes continua valendo.",
    ),
    ("stopped. What was published before is as it was.", "interrompido. O que foi publicado antes está como estava."),
    # sample, import, export
    (
        "Simulated sample written to {folder}: {items} items, {days} days of demand, stock. None of it is real.",
        "Amostra simulada gravada em {folder}: {items} itens, {days} dias de demanda, estoque. Nada disso é real.",
    ),
    (
        "Written to {folder}: fact_forecast.parquet, fact_metrics.parquet, metadata.json.",
        "Gravado em {folder}: fact_forecast.parquet, fact_metrics.parquet, metadata.json.",
    ),
    (
        "Imported {forecasts} forecasts and {metrics} rows of metrics of {datasets} (sources {sources}; new "
        "items: {new}) as snapshot {snapshot}.",
        "Importadas {forecasts} previsões e {metrics} linhas de métricas de {datasets} (fontes {sources}; itens "
        "novos: {new}) como snapshot {snapshot}.",
    ),
    (
        "Nothing to do: {forecasts} forecasts and {metrics} rows of metrics of {datasets} (sources {sources}; "
        "new items: {new}) are already published, snapshot {snapshot}.",
        "Nada a fazer: {forecasts} previsões e {metrics} linhas de métricas de {datasets} (fontes {sources}; "
        "itens novos: {new}) já estão publicadas, snapshot {snapshot}.",
    ),
    # files of demand
    ("holds no demand.csv or demand.parquet", "não contém demand.csv nem demand.parquet"),
    (
        "Put demand.csv or demand.parquet there, with the columns {columns}",
        "Ponha ali demand.csv ou demand.parquet, com as colunas {columns}",
    ),
    (
        "Put demand.csv or demand.parquet there, with the columns {columns}, or rename the one of demand (there "
        "are {files})",
        "Ponha ali demand.csv ou demand.parquet, com as colunas {columns}, ou renomeie o arquivo de demanda (há "
        "{files})",
    ),
    ("is a file, not a folder", "é um arquivo, não uma pasta"),
    ("Name the folder. {remedy}", "Informe a pasta. {remedy}"),
    ("is no folder", "não é uma pasta"),
    ("holds both {one} and {other}", "contém {one} e {other}"),
    ("has both {one} and {other}", "tem {one} e {other}"),
    ("Keep the one that is meant", "Deixe só o que vale"),
    ("is empty", "está vazio"),
    ("Write a header and rows", "Escreva um cabeçalho e linhas"),
    ("Write a header and rows with {columns}", "Escreva um cabeçalho e linhas com {columns}"),
    ("holds no rows", "não contém linhas"),
    ("Write rows with {columns}", "Escreva linhas com {columns}"),
    ("cannot be read ({reason})", "não pode ser lido ({reason})"),
    ("Make the file readable for this user", "Permita a leitura do arquivo a este usuário"),
    ("is no readable Parquet file ({reason})", "não é um arquivo Parquet legível ({reason})"),
    (
        "Write it anew as Parquet, or name it .csv if it is text",
        "Grave-o de novo como Parquet, ou chame-o .csv se for texto",
    ),
    ("is {kind}, not CSV", "é {kind}, não CSV"),
    ("a spreadsheet or zip archive", "uma planilha ou um arquivo zip"),
    ("a gzip file", "um arquivo gzip"),
    (
        "Save it as UTF-8 text, columns separated by commas",
        "Salve-o como texto UTF-8, com colunas separadas por vírgulas",
    ),
    ("is no readable CSV file ({reason})", "não é um arquivo CSV legível ({reason})"),
    ("Write it anew", "Grave-o de novo"),
    ("has no readable header ({reason})", "não tem cabeçalho legível ({reason})"),
    ("Write it anew as CSV", "Grave-o de novo como CSV"),
    ("is neither UTF-8 nor Windows-1252 text", "não é texto UTF-8 nem Windows-1252"),
    ("Save the file as UTF-8", "Salve o arquivo como UTF-8"),
    ("is no readable Excel workbook ({reason})", "não é uma pasta de trabalho legível do Excel ({reason})"),
    ("Save it anew as .xlsx or as CSV", "Salve-o de novo como .xlsx ou como CSV"),
    ("holds no sheet", "não contém nenhuma planilha"),
    ("has no sheet {sheet}", "não tem a planilha {sheet}"),
    ("Name one of: {names}", "Informe uma destas: {names}"),
    ("the column is missing", "a coluna não existe"),
    (
        "Name a column {name}, or say which it is (--column {field}=...); found are: {names}",
        "Chame uma coluna de {name}, ou diga qual é (--column {field}=...); existem: {names}",
    ),
    ("Add it, or leave out --by {by}", "Inclua-a, ou não use --by {by}"),
    ("two columns have this name", "duas colunas têm este nome"),
    ("Rename or remove one", "Renomeie ou remova uma"),
    ("has no column {column}", "não tem a coluna {column}"),
    ("the columns {names} may both be {field}", "as colunas {names} podem ambas ser {field}"),
    ("the columns {names} may all be {field}", "as colunas {names} podem todas ser {field}"),
    ("Say which one is meant: --column {field}={column}", "Diga qual vale: --column {field}={column}"),
    (
        "periods stand side by side, each in a column of its own ({one}, {other}, ...)",
        "os períodos estão lado a lado, cada um em sua coluna ({one}, {other}, ...)",
    ),
    (
        "Write one row per item and period, with the columns {columns}",
        "Escreva uma linha por item e período, com as colunas {columns}",
    ),
    (
        "{remedy}, or describe periods with names of their own in a calendar.csv (period, start, end)",
        "{remedy}, ou descreva períodos com nomes próprios em um calendar.csv (period, start, end)",
    ),
    ("no row can be used; in the first, {problem}", "nenhuma linha pode ser usada; na primeira, {problem}"),
    ("no row of data set {dataset} can be used", "nenhuma linha do conjunto de dados {dataset} pode ser usada"),
    (
        "Correct its rows; the reasons are those of the file's first rejected rows",
        "Corrija as linhas; os motivos são os das primeiras linhas rejeitadas do arquivo",
    ),
    ("no period of data set {dataset} is complete", "nenhum período do conjunto de dados {dataset} está completo"),
    (
        "Add history, or keep incomplete periods (--last-period keep)",
        "Inclua mais história, ou mantenha períodos incompletos (--last-period keep)",
    ),
    (
        "every period of data set {dataset} is marked as without stock",
        "todo período do conjunto de dados {dataset} está marcado como sem estoque",
    ),
    ("Correct the column, or remove it", "Corrija a coluna ou remova-a"),
    (
        "{count} quantities are negative, and together larger than the demand",
        "{count} quantidades são negativas e, juntas, maiores que a demanda",
    ),
    (
        "Write demand as positive numbers and only returns as negative ones",
        "Escreva a demanda com números positivos e só as devoluções com negativos",
    ),
    (
        "{count} of {rows} rows of data set {dataset} are rejected, more than {allowed}: {reasons}",
        "{count} de {rows} linhas do conjunto de dados {dataset} são rejeitadas, mais que {allowed}: {reasons}",
    ),
    (
        "Correct them, or allow as many (--allow-rejected {share})",
        "Corrija-as, ou permita tantas (--allow-rejected {share})",
    ),
    ("has no data set {dataset}", "não tem o conjunto de dados {dataset}"),
    ("{text} cannot name a data set", "{text} não pode ser o nome de um conjunto de dados"),
    (
        "Use at most {most} letters and digits, without control characters",
        "Use no máximo {most} letras e dígitos, sem caracteres de controle",
    ),
    (
        "a spreadsheet has shortened ids such as {ids}, so their last digits are lost",
        "uma planilha encurtou códigos como {ids}, e seus últimos dígitos se perderam",
    ),
    (
        "Format the column as text in the spreadsheet, enter the ids anew and export again",
        "Formate a coluna como texto na planilha, digite os códigos de novo e exporte outra vez",
    ),
    (
        "{number} may be {one} (thousands) or {other} (decimals), and no other number of the file tells",
        "{number} pode ser {one} (milhares) ou {other} (decimais), e nenhum outro número do arquivo esclarece",
    ),
    ("State --decimal comma or --decimal point", "Informe --decimal comma (vírgula) ou --decimal point (ponto)"),
    (
        "{one} is written with a decimal comma, {other} with a decimal point",
        "{one} está escrito com vírgula decimal, {other} com ponto decimal",
    ),
    (
        "Write all numbers alike, or state --decimal comma or point",
        "Escreva todos os números do mesmo modo, ou informe --decimal comma (vírgula) ou point (ponto)",
    ),
    ("{day} may be {readings}, and no other date tells", "{day} pode ser {readings}, e nenhuma outra data esclarece"),
    (
        "Write dates as 2024-01-31, or state --dates dmy or --dates mdy",
        "Escreva as datas como 2024-01-31, ou informe --dates dmy (dia primeiro) ou --dates mdy (mês primeiro)",
    ),
    (
        "{count} date of an item has several different rows, such as those of {dates}",
        "{count} data de um item tem várias linhas diferentes, como as de {dates}",
    ),
    (
        "{count} dates of items have several different rows, such as those of {dates}",
        "{count} datas de itens têm várias linhas diferentes, como as de {dates}",
    ),
    (
        "Say what they mean: --duplicates sum adds them up, --duplicates reject keeps the first",
        "Diga o que significam: --duplicates sum as soma, --duplicates reject fica com a primeira",
    ),
    ("data set {dataset}: {problem}", "conjunto de dados {dataset}: {problem}"),
    (
        "the dates, from {first} to {last}, lie on a {frequency} grid, but no two are one period apart",
        "as datas, de {first} a {last}, estão numa grade {frequency}, mas não há duas a um período de distância",
    ),
    (
        "Known are daily, weekly, monthly, quarterly and yearly data: fill the missing periods with rows of zero "
        "demand, or state the frequency",
        "Há dados diários, semanais, mensais, trimestrais e anuais: preencha os períodos que faltam com linhas "
        "de demanda zero, ou informe a frequência",
    ),
    ("weekly", "semanal"),
    ("monthly", "mensal"),
    ("quarterly", "trimestral"),
    ("yearly", "anual"),
    ("one date only: a frequency shows from two dates on", "uma única data: uma frequência aparece a partir de duas"),
    ("no dates: a frequency shows from two dates on", "nenhuma data: uma frequência aparece a partir de duas"),
    ("Add history, or state the frequency", "Inclua mais história, ou informe a frequência"),
    (
        "{share} of the dates lie on a {frequency} grid and the others do not, for example {days}",
        "{share} das datas estão numa grade {frequency} e as outras não, por exemplo {days}",
    ),
    ("Correct these dates, or state the frequency", "Corrija essas datas, ou informe a frequência"),
    (
        "{count} quantities are negative, of {total} in all: more than returns can be",
        "{count} quantidades são negativas, de {total} ao todo: mais do que podem ser devoluções",
    ),
    ("{count} rejected: {reason}", "{count} rejeitados: {reason}"),
    ("{sentence}, such as {one} and {other}", "{sentence}, como {one} e {other}"),
    ("{sentence}, such as {one}", "{sentence}, como {one}"),
    ("row {row} of {file}", "linha {row} de {file}"),
    ("holds no settings", "não contém opções"),
    ("there is no setting {name}", "não há a opção {name}"),
    ("Write lines such as `frequency: monthly`", "Escreva linhas como `frequency: monthly`"),
    ("Correct it, or leave it out", "Corrija ou remova"),
    # results made elsewhere, and lakes
    ("has no data set {dataset}. It holds {names}.", "não tem o conjunto de dados {dataset}. Contém {names}."),
    ("It holds {names}.", "Contém {names}."),
    ("Name the folder that holds {file}.", "Informe a pasta que contém {file}."),
    ("is missing", "não existe"),
    ("Write the forecasts there, as the contract says.", "Grave ali as previsões, como diz o contrato."),
    ("cannot be read as Parquet", "não pode ser lido como Parquet"),
    ("cannot be read as Parquet ({reason})", "não pode ser lido como Parquet ({reason})"),
    ("Write the file again and hand over all of it.", "Grave o arquivo de novo e entregue-o inteiro."),
    ("Correct these rows and import again.", "Corrija estas linhas e importe de novo."),
    ("is no JSON ({reason})", "não é JSON ({reason})"),
    ("must be a JSON object", "deve ser um objeto JSON"),
    ("Write it anew, or leave it out.", "Grave-o de novo, ou deixe-o de fora."),
    ("there is no data set {dataset}", "não há o conjunto de dados {dataset}"),
    ("There are {names}.", "Há {names}."),
    ("there are no forecasts to export", "não há previsões a exportar"),
    ("Run or import first.", "Execute ou importe antes."),
    ("nothing has been published here", "nada foi publicado aqui"),
    ("Run or import first, or check the address.", "Execute ou importe antes, ou confira o endereço."),
    ("Check the lake's address.", "Confira o endereço do lake."),
    ("cannot be read or written", "não pode ser lido nem gravado"),
    (
        "Check the address, the credentials and the store; older snapshots are still there.",
        "Confira o endereço, as credenciais e o armazenamento; os snapshots antigos continuam lá.",
    ),
    ("is a file, and a lake is a folder", "é um arquivo, e um lake é uma pasta"),
    ("Name the folder of the lake.", "Informe a pasta do lake."),
    ("another run of {dataset} was published meanwhile", "outra execução de {dataset} foi publicada nesse meio-tempo"),
    (
        "Run again; publish one run of a data set at a time.",
        "Execute de novo; publique uma execução por vez de cada conjunto de dados.",
    ),
)
SENTENCES: Mapping[str, str] = dict(_PAIRS)
"""English -> Portuguese."""

_NUMBER = r"\d+"
_KINDS = dict.fromkeys(("total", "done", "count", "rows", "rest", "days", "row", "snapshot", "new"), _NUMBER) | {
    "unit": "items|tables|step",
    "frequency": r"\w+",
}
"""What placeholders of these names hold; the others hold anything."""
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def of(text: str) -> str | None:
    """The Portuguese of a message, None where there is none; what stands in its placeholders is translated alike."""
    for english in (text, text[:1].lower() + text[1:]):
        for pattern, portuguese in _twins():
            if match := pattern.fullmatch(english):
                said = portuguese.format(**{name: of(part) or part for name, part in match.groupdict().items()})
                return said if english == text else said[:1].upper() + said[1:]
    return None


@cache
def _twins() -> list[tuple[re.Pattern[str], str]]:
    """Patterns of the English with their Portuguese; those with most words of their own are tried first."""
    pairs = {**dict(_of_reading()), **SENTENCES}
    ranked = sorted(pairs.items(), key=lambda pair: -len(_PLACEHOLDER.sub("", pair[0])))
    return [(re.compile(_pattern(english), re.DOTALL), portuguese) for english, portuguese in ranked]


def _pattern(english: str) -> str:
    parts = _PLACEHOLDER.split(english)
    return "".join(
        f"(?P<{part}>{_KINDS.get(part, '.+?')})" if place % 2 else re.escape(part) for place, part in enumerate(parts)
    )


def _of_reading() -> Iterator[tuple[str, str]]:
    """What a reading report says, whole, and its problem and remedy apart, as an error has them."""
    if find_spec("lakecast_forecast") is None:
        return
    from lakecast_forecast.input import messages
    from lakecast_forecast.input.report import Words

    for words in vars(messages).values():
        if not isinstance(words, Words):
            continue
        halves = zip(words.english.split("; ", 1), words.portuguese.split("; ", 1), strict=False)
        for english, portuguese in ((words.english, words.portuguese), *halves):
            names = _PLACEHOLDER.findall(english)
            if len(set(names)) < len(names) or not set(_PLACEHOLDER.findall(portuguese)) <= set(names):
                continue
            if "[" not in english:
                yield english, portuguese
            else:
                for count, before in ((1, "1 "), (2, "{count} ")):
                    yield before + agreeing(english, count), before + agreeing(portuguese, count)
