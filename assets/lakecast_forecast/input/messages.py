"""Everything that a reading report says, in English and in Brazilian Portuguese; `[item has|items have]` goes by the
number that stands before it."""

from collections.abc import Mapping

from lakecast_forecast.input.report import Words

PORTUGUESE: Mapping[str, str] = {
    "daily": "diária",
    "weekly": "semanal",
    "monthly": "mensal",
    "quarterly": "trimestral",
    "yearly": "anual",
}
"""Frequencies in Portuguese."""

FILE = Words(
    "file",
    "{file}: {rows}, {form}{columns}{readings}",
    "{file}: {linhas}, {form}{columns}{readings}",
)
SHEETS_NOT_READ = Words(
    "sheets_not_read",
    "[sheet of {file} has|sheets of {file} have] the columns of the one that is read, and [is|are] not read; put all "
    "rows on one sheet, or state which counts (--sheet)",
    "[planilha de {file} tem|planilhas de {file} têm] as colunas da que é lida, e não [é lida|são lidas]; reúna as "
    "linhas em uma só ou informe qual vale (--sheet)",
)
FILES_NOT_READ = Words(
    "files_not_read",
    "[file of the folder is|files of the folder are] none of demand, items, stock, orders and calendar by [its "
    "name|their names], and [is|are] not read; put what belongs together into one file, or move [it|them] elsewhere",
    "[arquivo da pasta não é|arquivos da pasta não são], pelo nome, demanda, itens, estoque, pedidos ou calendário e "
    "não [é lido|são lidos]; reúna em um só arquivo o que é da mesma espécie ou leve-[o|os] para outro lugar",
)
FREQUENCY = Words(
    "frequency",
    "{frequency} data of {items}, {rows}, from {first} to {last}",
    "dados com frequência {em_portugues}, {itens}, {linhas}, de {first} a {last}",
)
LOG = Words(
    "log_of_events",
    "a period without a row is one without demand: {share} of the periods between an item's first and last row have "
    "none, and few rows state zero (a log of events)",
    "período sem linha conta como sem demanda: {share} dos períodos entre a primeira e a última linha de um item não "
    "têm linha, e poucas linhas informam zero (um registro de eventos)",
)
LOG_BY_SETTING = Words(
    "log_of_events",
    "a period without a row is one without demand, as --gaps zero says",
    "período sem linha conta como sem demanda, conforme --gaps zero",
)
GAPS_UNKNOWN = Words(
    "gaps_unknown",
    "{share} of the periods between an item's first and last row have no row; their demand counts as unknown "
    "(--gaps zero: as none)",
    "{share} dos períodos entre a primeira e a última linha de um item não têm linha; a demanda deles conta como "
    "desconhecida (--gaps zero: como nenhuma)",
)
ITEMS_BLURRED = Words(
    "unknown_periods",
    "[item has|items have] rows whose date cannot be read; [its|their] missing periods count as unknown and not as "
    "zero",
    "[item tem|itens têm] linhas cuja data não pode ser lida; os períodos que [lhe|lhes] faltam contam como "
    "desconhecidos e não como zero",
)
LAST_PERIOD = Words(
    "incomplete_last_period",
    "[row with a demand of {demand} lies|rows with a demand of {demand} lie] in the period from {start}, which was not "
    "over when the data end ({last}); it is left out (--last-period keep keeps it)",
    "[linha com demanda de {demand} está|linhas com demanda de {demand} estão] no período a partir de {start}, que não "
    "havia terminado quando os dados acabam ({last}); ele fica de fora (--last-period keep o mantém)",
)
FIRST_PERIOD = Words(
    "incomplete_first_period",
    "[row with a demand of {demand} lies|rows with a demand of {demand} lie] in the period from {start}, of which the "
    "data, from {first}, hold a part only; it is left out (--last-period keep keeps it)",
    "[linha com demanda de {demand} está|linhas com demanda de {demand} estão] no período a partir de {start}, do qual "
    "os dados, desde {first}, têm só uma parte; ele fica de fora (--last-period keep o mantém)",
)
ENDS_EARLY = Words(
    "items_end_early",
    "[item has|items have] no row in the last periods of the data set, two or more; [its|their] demand there counts as "
    "unknown, and [its|their] forecasts begin after [its|their] own last row (--gaps zero: it counts as none)",
    "[item não tem|itens não têm] linha nos últimos períodos do conjunto de dados, dois ou mais; a demanda ali conta "
    "como desconhecida, e suas previsões começam depois da sua última linha (--gaps zero: conta como nenhuma)",
)
OLD_DEMAND = Words(
    "old_demand",
    "the demand ends on {last}, {days} days before the day of this run; forecasts begin there, so add newer rows",
    "a demanda termina em {last}, {days} dias antes do dia desta execução; as previsões começam ali, por isso inclua "
    "linhas mais novas",
)
DRIVER_WITHOUT_FUTURE = Words(
    "driver_without_future",
    "driver x_{name} is known for no period after the demand, so no model uses it; give its future as rows with an "
    "empty quantity",
    "o direcionador x_{name} não é conhecido para nenhum período após a demanda, por isso nenhum modelo o usa; informe "
    "seu futuro em linhas com quantidade vazia",
)
DRIVER_ENDS = Words(
    "driver_ends",
    "driver x_{name} is known for {periods} after the demand; a forecast that goes further does without it there",
    "o direcionador x_{name} é conhecido para {periodos} após a demanda; uma previsão que vá além fica sem ele ali",
)
DRIVER_OF_SOME = Words(
    "driver_of_some_items",
    "[item has|items have] driver x_{name} in the past and not after it, so no model uses it for [it|them]",
    "[item tem|itens têm] o direcionador x_{name} no passado e não depois, por isso nenhum modelo o usa para "
    "[ele|eles]",
)
INACTIVE = Words(
    "inactive_items",
    "[item|items] had no demand for {days} days and more, and for longer than twice [its|their] longest interval; "
    "[it keeps its|they keep their] history and [gets|get] no forecast and no orders (--inactive-days)",
    "[item está|itens estão] sem demanda há {days} dias ou mais, e há mais que o dobro do seu maior intervalo; "
    "[mantém|mantêm] o histórico e não [recebe|recebem] previsão nem pedidos (--inactive-days)",
)
ITEMS_TOO_NEW = Words(
    "items_too_new",
    "[item has|items have] demand only in a period that is left out, so [it has|they have] no forecast and no advice "
    "until it is over",
    "[item só tem|itens só têm] demanda em um período que fica de fora, por isso não [recebe|recebem] previsão nem "
    "conselho até que ele termine",
)
ITEMS_NOT_USABLE = Words(
    "items_not_usable", "[item has|items have] no usable row", "[item não tem|itens não têm] nenhuma linha utilizável"
)
ITEMS_WITHOUT_DEMAND = Words(
    "items_without_demand",
    "[item|items] of {file} [has|have] no demand and [gets|get] no forecast",
    "[item de {file} não tem|itens de {file} não têm] demanda e não [recebe|recebem] previsão",
)
SERVICES = Words(
    "services",
    "[item is a service by its|items are services by their] unit ({units}); [it is|they are] forecast and ordered like "
    "goods, so leave [it|them] out if not kept in stock",
    "[item é serviço|itens são serviços] pela unidade ({units}); [é previsto e pedido|são previstos e pedidos] como "
    "mercadorias, por isso [remova-o se não é mantido|remova-os se não são mantidos] em estoque",
)
STOCK_STRANGERS = Words(
    "stock_of_unknown_items",
    "[item of {file} is|items of {file} are] neither in the demand nor among the items, so [its|their] stock is not "
    "used",
    "[item de {file} não está|itens de {file} não estão] na demanda nem entre os itens, por isso seu estoque não é "
    "usado",
)
ORDER_STRANGERS = Words(
    "orders_of_unknown_items",
    "[item of {file} is|items of {file} are] neither in the demand nor among the items, so [its|their] orders are not "
    "used",
    "[item de {file} não está|itens de {file} não estão] na demanda nem entre os itens, por isso seus pedidos não são "
    "usados",
)
ORDERS_OVERDUE = Words(
    "overdue_orders",
    "[order of {file} was|orders of {file} were] due before {today} and [has|have] not arrived; [it counts|they "
    "count] as due the next day, so remove what will not come",
    "[pedido de {file} venceu|pedidos de {file} venceram] antes de {today} e não [chegou; conta como "
    "previsto|chegaram; contam como previstos] para o dia seguinte, por isso remova o que não virá",
)
ORDERS_INACTIVE = Words(
    "orders_of_inactive_items",
    "[item of {file} is|items of {file} are] on order though [its|their] demand has ended; cancel what is not wanted",
    "[item de {file} está|itens de {file} estão] em pedido embora a demanda tenha terminado; cancele o que não se quer",
)
ORDERS_DIFFER = Words(
    "on_order_differs",
    "[item has|items have] another quantity on order in {stock} than [its|their] orders in {file} add up to; where "
    "there are orders, they count",
    "[item tem|itens têm] em {stock} uma quantidade em pedido diferente da soma dos seus pedidos em {file}; onde há "
    "pedidos, eles valem",
)
FAR_DUE_DATE = Words(
    "far_due_date",
    "due_date lies more than {years} years from {today}; correct the year",
    "due_date está a mais de {years} anos de {today}; corrija o ano",
)
NO_ORDER_QUANTITY = Words(
    "no_order_quantity",
    "quantity is empty; write what is on its way, or leave the row out",
    "a quantidade está vazia; escreva o que está a caminho ou remova a linha",
)
STOCK_MISSING = Words(
    "items_without_stock",
    "[item with demand has|items with demand have] no stock in {file}",
    "[item com demanda não tem|itens com demanda não têm] estoque em {file}",
)
ITEMS_MISSING = Words(
    "items_not_described",
    "[item with demand is|items with demand are] not in {file}",
    "[item com demanda não está|itens com demanda não estão] em {file}",
)
DATASET_WITHOUT_DEMAND = Words(
    "dataset_without_demand",
    "[row of {file} names|rows of {file} name] a data set without demand",
    "[linha de {file} cita|linhas de {file} citam] um conjunto de dados sem demanda",
)
COLUMNS_IGNORED = Words(
    "columns_ignored",
    "[column of {file} is|columns of {file} are] not used",
    "[coluna de {file} não é usada|colunas de {file} não são usadas]",
)
FAR_DATES = Words(
    "far_dates",
    "date lies years away from nearly all others; correct the year",
    "a data está a anos de quase todas as outras; corrija o ano",
)

NO_ITEM = Words("no_item", "item_id is empty; name the item", "item_id está vazio; informe o item")
TOTAL = Words(
    "total",
    "the row is a total and no item; remove it",
    "a linha é um total e não um item; remova-a",
)
NO_NAME = Words(
    "no_name",
    "{column} is longer than {most} characters or holds control characters, such as a line break; correct it",
    "{column} tem mais de {most} caracteres ou contém caracteres de controle, como uma quebra de linha; corrija-o",
)
NO_DATE = Words(
    "no_date", "date is empty; write the day as 2024-01-31", "a data está vazia; escreva o dia como 2024-01-31"
)
BAD_DATE = Words("bad_date", "date is no day; write it as 2024-01-31", "a data não é um dia; escreva-a como 2024-01-31")
DATE_OUTSIDE = Words(
    "date_outside",
    "date lies outside {earliest} to {latest}; correct the year",
    "a data está fora de {earliest} a {latest}; corrija o ano",
)
NO_PERIOD = Words(
    "no_period",
    "date lies in no period of {file}; add the period there, or correct the date",
    "a data não está em nenhum período de {file}; inclua o período ali ou corrija a data",
)
CALENDAR = Words(
    "fiscal_calendar",
    "{file}: {periods} fiscal periods from {first} to {last}; each goes by the name of the {unit} that holds most of "
    "it, so the one from {start} to {end} is {month}",
    "{file}: {periods} períodos fiscais de {first} a {last}; cada um leva o nome do {unidade} que contém a maior parte "
    "dele, por isso o de {start} a {end} é {month}",
)
FUTURE = Words(
    "future_date",
    "date lies after {today}, the day of this run; correct it, {remedy}, or state --as-of",
    "a data é posterior a {today}, o dia desta execução; corrija-a ou informe --as-of",
)
NO_QUANTITY = Words(
    "no_quantity",
    "quantity is empty, so the demand of its period is unknown; write the demand, and 0 only where nothing was needed",
    "a quantidade está vazia, por isso a demanda do período é desconhecida; escreva a demanda, e 0 só onde nada foi "
    "preciso",
)
BAD_QUANTITY = Words(
    "bad_quantity",
    "quantity is no number; write it without a unit and like the other numbers of the file",
    "a quantidade não é um número; escreva-a sem unidade e como os outros números do arquivo",
)
NOT_FINITE = Words(
    "not_finite",
    "quantity is NaN or infinite; write the demand, or leave the row out",
    "a quantidade é NaN ou infinita; escreva a demanda ou remova a linha",
)
NEGATIVE = Words(
    "negative",
    "quantity is negative; demand is at least 0, so leave returns and corrections out or net them",
    "a quantidade é negativa; a demanda é no mínimo 0, por isso remova devoluções e correções ou desconte-as",
)
BAD_DRIVER = Words(
    "bad_driver",
    "{column} is no finite number; write one with a decimal point, or leave it empty",
    "{column} não é um número finito; escreva um com ponto decimal ou deixe vazio",
)
BAD_FIGURE = Words(
    "bad_figure",
    "{column} is no finite number; write one, since without it the item counts as one that states none",
    "{column} não é um número finito; escreva um, pois sem ele o item conta como um que não informa nenhum",
)
TOO_LONG = Words(
    "too_long",
    "{column} is longer than {years} years; write it in days",
    "{column} passa de {years} anos; escreva em dias",
)
NEGATIVE_FIGURE = Words(
    "negative_figure",
    "{column} is negative; it must be at least 0",
    "{column} é negativo; deve ser no mínimo 0",
)
SERVICE_LEVEL = Words(
    "service_level",
    "service_level must lie between 0 and 1, such as 0.95 for 95 %",
    "service_level deve estar entre 0 e 1, como 0.95 para 95 %",
)
SERVICE_MEASURE = Words(
    "service_measure",
    "service_measure must be cycle (no stockout in a cycle) or fill (pieces delivered from stock)",
    "service_measure deve ser cycle (nenhuma ruptura no ciclo) ou fill (peças entregues do estoque)",
)
CRITICALITY = Words(
    "criticality",
    "criticality must be a whole number from 1 to 5, 5 the gravest",
    "criticality deve ser um número inteiro de 1 a 5, sendo 5 o mais grave",
)
CURRENCY = Words(
    "currency",
    "currency must be an ISO 4217 code such as BRL or USD",
    "currency deve ser um código ISO 4217 como BRL ou USD",
)
REPEATED_ITEM = Words(
    "repeated_item",
    "row {row} already describes the item; keep one row per item",
    "a linha {row} já descreve o item; mantenha uma linha por item",
)
REPEATED_DEMAND = Words(
    "repeated_demand",
    "row {row} already gives the item's demand of that date; keep one row, or let repeated rows be added up "
    "(duplicates: sum)",
    "a linha {row} já traz a demanda do item nessa data; mantenha uma linha ou some as repetidas (duplicates: sum)",
)
NOWHERE = Words(
    "unknown_item",
    "names an item that is neither in the demand nor in the items file; add it there or remove the row",
    "cita um item que não está na demanda nem no arquivo de itens; inclua-o lá ou remova a linha",
)
BROKEN = Words(
    "broken_line",
    "the line has more or fewer fields than the header; quote fields that hold a comma, and close every quote",
    "a linha tem mais ou menos campos que o cabeçalho; ponha entre aspas campos com vírgula e feche todas as aspas",
)

COPY = Words(
    "copied_rows",
    "the row is an exact copy of an earlier one and does not count (--duplicates sum counts it)",
    "a linha é cópia exata de uma anterior e não conta (--duplicates sum a conta)",
)
SUMMED = Words(
    "summed_rows",
    "[date of an item has|dates of items have] several different rows, which are added up",
    "[data de um item tem|datas de itens têm] várias linhas diferentes, que são somadas",
)
NOT_AVAILABLE = Words(
    "not_available",
    "[period of an item is|periods of items are] marked as without stock (available), so [its|their] demand counts as "
    "unknown and not as low",
    "[período de um item está marcado|períodos de itens estão marcados] como sem estoque (available), por isso sua "
    "demanda conta como desconhecida e não como baixa",
)
STOCK_OUTS = Words(
    "stock_outs",
    "[period of an item|periods of items] had a stock of 0 in {file} from [its|their] first day to [its|their] last, "
    "so [its|their] low demand counts as unknown",
    "[período de um item teve|períodos de itens tiveram] estoque 0 em {file} do primeiro ao último dia, por isso sua "
    "demanda baixa conta como desconhecida",
)
BAD_AVAILABLE = Words(
    "bad_available",
    "available is neither yes nor no; write 1 or 0",
    "available não é sim nem não; escreva 1 ou 0",
)
OUTLIERS = Words(
    "outliers",
    "[period has|periods have] a demand far beyond anything else that [its|their] item has shown; [it is|they are] "
    "kept (--outliers cap lowers [it|them])",
    "[período tem|períodos têm] demanda muito além de tudo o que o item já mostrou; [é mantido|são mantidos] "
    "(--outliers cap [o|os] reduz)",
)
OUTLIERS_CAPPED = Words(
    "outliers_capped",
    "[period|periods] had a demand far beyond anything else that [its|their] item has shown; it is lowered, as "
    "--outliers cap says",
    "[período tinha|períodos tinham] demanda muito além de tudo o que o item já mostrou; ela é reduzida, conforme "
    "--outliers cap",
)
RETURNS = Words(
    "returns",
    "[quantity is|quantities are] negative, {quantity} in all; [it is|they are] taken off the demand of [its|their] "
    "period and of those just before (--negative reject leaves [it|them] out)",
    "[quantidade é negativa|quantidades são negativas], {quantity} ao todo; [é descontada|são descontadas] da demanda "
    "do seu período e dos imediatamente anteriores (--negative reject [a|as] deixa de fora)",
)
RETURNS_BEYOND = Words(
    "returns_beyond_demand",
    "returns of {quantity} are more than all demand of their items before them, and do not count; add the demand that "
    "they belong to",
    "devoluções de {quantity} superam toda a demanda anterior dos seus itens e não contam; inclua a demanda a que se "
    "referem",
)
LOCATIONS_END = Words(
    "locations_end_early",
    "[location has|locations have] no row in the last periods of the data set, two or more, and longer than ever "
    "before; [its|their] demand there counts as none, so see that no file of [it|them] is missing",
    "[local não tem|locais não têm] linha nos últimos períodos do conjunto de dados, dois ou mais, e há mais tempo que "
    "nunca; a demanda ali conta como nenhuma, por isso veja se não falta um arquivo [dele|deles]",
)
LEAD_TIME_MISSING = Words(
    "lead_time_unknown",
    "[item has|items have] no lead time, so {days} days are assumed; state it as lead_time_days of the items",
    "[item não tem|itens não têm] prazo de entrega, por isso supõem-se {days} dias; informe-o como lead_time_days dos "
    "itens",
)
MOVEMENTS = Words(
    "movements_both_ways",
    "rows of column {column} go in and out ({words}), and all of them are added up as demand; leave only what goes out",
    "linhas da coluna {column} entram e saem ({words}), e todas são somadas como demanda; deixe só as saídas",
)
LOCATIONS = Words(
    "locations_added_up",
    "[location is|locations are] added up per item (--by location makes each a data set of its own)",
    "[local é somado|locais são somados] por item (--by location faz de cada um um conjunto de dados próprio)",
)
STALE_STOCK = Words(
    "stale_stock",
    "[item has|items have] no stock of {newest} in {file}, only older; it is too old to decide with, so it counts as "
    "unknown",
    "[item não tem|itens não têm] estoque de {newest} em {file}, apenas mais antigo; é velho demais para decidir e "
    "conta como desconhecido",
)
STALE_DEMAND = Words(
    "stale_demand",
    "[item has|items have] a stock of {newest}, long after the demand ends ({last}); it counts as unknown until there "
    "is newer demand",
    "[item tem|itens têm] estoque de {newest}, muito depois do fim da demanda ({last}); ele conta como desconhecido "
    "até haver demanda mais nova",
)

OLD_STOCK = Words(
    "old_stock",
    "[item has|items have] a stock of {newest} in {file} and none newer, long before the demand ends ({last}); it "
    "counts as unknown",
    "[item tem|itens têm] estoque de {newest} em {file} e nenhum mais novo, muito antes do fim da demanda ({last}); "
    "ele conta como desconhecido",
)
SHARED_STOCK = Words(
    "stock_of_several_datasets",
    "[item of {file} is|items of {file} are] in several data sets, and the file does not say whose the stock is; it "
    "counts as unknown, so add a column dataset_id",
    "[item de {file} está|itens de {file} estão] em vários conjuntos de dados, e não se diz de qual é o estoque; ele "
    "conta como desconhecido, por isso inclua uma coluna dataset_id",
)
SHARED_ORDERS = Words(
    "orders_of_several_datasets",
    "[item of {file} is|items of {file} are] in several data sets, and the file does not say whose the orders are; "
    "none of them counts, so add a column dataset_id",
    "[item de {file} está|itens de {file} estão] em vários conjuntos de dados, e não se diz de qual são os pedidos; "
    "nenhum deles conta, por isso inclua uma coluna dataset_id",
)
STOCK_ADDED_UP = Words(
    "stock_added_up",
    "[item of {file} has|items of {file} have] several rows of one day, such as depots or lots, which are added up",
    "[item de {file} tem|itens de {file} têm] várias linhas de um dia, como depósitos ou lotes, que são somadas",
)
UNITS_MIXED = Words(
    "units_mixed",
    "[item has|items have] rows of several units in {file}, and their quantities are added up as they are; write each "
    "item in one unit",
    "[item tem|itens têm] linhas de várias unidades em {file}, e as quantidades são somadas como estão; escreva cada "
    "item em uma só unidade",
)
UNITS_DIFFER = Words(
    "units_differ",
    "[item has|items have] another unit in one file than in another, and quantities are compared as they are; write "
    "[it|them] in one unit",
    "[item tem|itens têm] em um arquivo outra unidade que em outro, e as quantidades são comparadas como estão; "
    "escreva-[o|os] em uma só unidade",
)
STOCK_LATEST = Words(
    "stock_latest",
    "[item of {file} has|items of {file} have] stock of several times of one day; the last one counts",
    "[item de {file} tem|itens de {file} têm] estoque de vários horários de um dia; vale o último",
)
DEPOTS_EARLIER = Words(
    "depots_earlier",
    "[location of {file} has|locations of {file} have] items whose last stock is older than that of {newest} at other "
    "locations; it is added to theirs, and after a review period it counts as unknown",
    "[local de {file} tem|locais de {file} têm] itens cujo último estoque é anterior ao de {newest} em outros locais; "
    "ele é somado ao deles e, passado um período de revisão, conta como desconhecido",
)
ALIKE = Words(
    "ids_alike",
    "[id of {file} differs|ids of {file} differ] from another one of it by leading zeros, case or signs only; if they "
    "are one item, write them alike",
    "[id de {file} difere|ids de {file} diferem] de outro dele apenas por zeros à esquerda, maiúsculas ou sinais; se "
    "são um só item, escreva-os da mesma forma",
)
WOULD_MATCH = Words(
    "ids_would_match",
    "[id of {file} matches no item as it is|ids of {file} match no item as they are] written, but would without "
    "leading zeros, case and signs between; write them alike in all files, or state --ids loose",
    "[id de {file} não coincide com nenhum item como está escrito, mas coincidiria|ids de {file} não coincidem com "
    "nenhum item como estão escritos, mas coincidiriam] sem zeros à esquerda, maiúsculas e sinais; escreva-os da "
    "mesma forma em todos os arquivos ou informe --ids loose",
)
MATCHED_LOOSELY = Words(
    "ids_matched_loosely",
    "[id of {file} is taken for an item that is|ids of {file} are taken for items that are] written otherwise, as "
    "--ids loose says",
    "[id de {file} é tomado por item escrito|ids de {file} são tomados por itens escritos] de outra forma, conforme "
    "--ids loose",
)
