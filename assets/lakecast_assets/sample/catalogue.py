"""What a maintainer of telecom towers in Brazil keeps in stock: families of parts, their terms and their seasons."""

from dataclasses import dataclass

SIMULATED = "simulado"
"""Stands in every simulated item's supplier, and as SIM- before every identifier."""


@dataclass(frozen=True)
class Part:
    """A part in several variants, in Portuguese.

    unit_cost: lowest and highest, in reais; daily: lowest and highest mean use a day of a part that is used nearly
    every day, None for one that is needed now and then; lot: what it is bought and needed in multiples of.
    """

    name: str
    variants: tuple[str, ...]
    unit_cost: tuple[float, float]
    daily: tuple[float, float] | None = None
    unit: str = "un"
    lot: int = 1


@dataclass(frozen=True)
class Family:
    """Parts that are bought, kept and needed alike.

    code: of the item identifiers; suppliers: fictitious; lead_time_days: lowest and highest; criticality: 1 to 5, of
    what fails without the part; rain: how much more is needed at the height of the rainy season (1 is no more);
    renewal: how much more when maintenance contracts are renewed in January and July; weekend: share of a weekday's
    demand that a Saturday sees.
    """

    code: str
    category: str
    criticality: int
    parts: tuple[Part, ...]
    suppliers: tuple[str, ...]
    lead_time_days: tuple[int, int]
    rain: float
    renewal: float
    weekend: float

    def part(self, place: int) -> Part:
        """The family's part number `place`."""
        return self.parts[place % len(self.parts)]

    def name(self, place: int) -> str:
        """The name of that part; a second and third series follow when all are named."""
        part = self.part(place)
        turn = place // len(self.parts)
        series = turn // len(part.variants)
        return f"{part.name} {part.variants[turn % len(part.variants)]}" + (f" série {series + 1}" if series else "")


_FIBRES = tuple(f"{count} fibras" for count in (2, 4, 6, 8, 12, 24, 36, 48, 72, 144))
_DROPS = tuple(f"{kind} {count} FO" for kind in ("plano", "circular") for count in range(1, 6))
_METRES = tuple(f"{length} m" for length in ("1,5", "2", "2,5", "3", "5", "10", "15", "20", "30", "50"))
_PORTS = tuple(f"1x{ports} {kind}" for kind in ("PLC", "compacto") for ports in (2, 4, 8, 16, 32))
_COAX = (
    "RG-58",
    "RG-213",
    "RGC-213",
    "1/4 pol",
    "3/8 pol",
    "1/2 pol",
    "1/2 pol flex",
    "7/8 pol",
    "1 1/4 pol",
    "1 5/8 pol",
)
_POLISH = tuple(f"{plug}/{face}" for plug in ("SC", "LC", "FC", "ST", "E2000") for face in ("APC", "UPC"))
_AMPERES = tuple(f"{current} A" for current in (6, 10, 16, 20, 25, 32, 40, 50, 63, 100))
_AMPERE_HOURS = tuple(f"{charge} Ah" for charge in (18, 36, 40, 55, 75, 100, 150, 170, 200, 220))
_KILOAMPERES = tuple(f"{current} kA {volts} V" for volts in (48, 275) for current in (12, 20, 40, 60, 80))
_BTU = tuple(
    f"{power} BTU {side}" for side in ("mural", "teto") for power in ("9.000", "12.000", "18.000", "24.000", "30.000")
)
_MILLIMETRES = tuple(f"{size} mm {volts}" for volts in ("48 V", "220 V") for size in (80, 92, 120, 172, 225))
_PANELS = tuple(f"{size} {grade}" for grade in ("G3", "G4") for size in ("20x20", "25x25", "30x30", "40x40", "50x50"))
_GAS = tuple(f"{gas} {mass} kg" for gas in ("R-22", "R-410A") for mass in ("1", "3", "5", "11,3", "13,6"))
_THREADS = tuple(f"M{size} x {length} mm" for size in (10, 12, 16, 20, 24) for length in (60, 120))
_INCHES = tuple(f"{size} pol" for size in ("1", "1 1/4", "1 1/2", "2", "2 1/2", "3", "4", "5", "6", "8"))
_CABLES = tuple(f"{size} mm" for size in ("3,2", "4,8", "6,4", "7,9", "9,5", "11,1", "12,7", "15,9", "19,0", "22,2"))
_SIZES = tuple(f"{cut} tam. {size}" for cut in ("masc.", "fem.") for size in ("P", "M", "G", "GG", "XG"))
_VOLTAGES = tuple(f"classe {grade} nº {size}" for grade in ("0", "2") for size in (8, 9, 10, 11, 12))
_COLOURS = ("branco", "amarelo", "azul", "verde", "vermelho", "laranja", "cinza", "preto", "marrom", "bege")

FAMILIES: tuple[Family, ...] = (
    Family(
        "FIB",
        "Fibra óptica",
        4,
        (
            Part("Cabo óptico autossustentado", _FIBRES, (2.2, 14.0), (25, 110), unit="m", lot=50),
            Part("Cabo drop óptico", _DROPS, (0.7, 2.4), (60, 240), unit="m", lot=100),
            Part("Cordão óptico", _METRES, (14.0, 85.0)),
            Part("Divisor óptico", _PORTS, (22.0, 190.0)),
            Part("Caixa de emenda óptica", _FIBRES, (95.0, 420.0)),
        ),
        ("Fibras do Vale", "Óptica Serra Azul"),
        (12, 35),
        rain=1.35,
        renewal=1.2,
        weekend=0.55,
    ),
    Family(
        "CON",
        "Conectores",
        3,
        (
            Part("Conector N macho", _COAX, (18.0, 75.0)),
            Part("Conector DIN 7/16", _COAX, (60.0, 190.0)),
            Part("Conector de campo", _POLISH, (4.5, 16.0), (14, 45), lot=10),
            Part("Adaptador óptico", _POLISH, (3.5, 19.0), (12, 35), lot=10),
            Part("Jumper coaxial", _METRES, (45.0, 260.0)),
        ),
        ("Conecta Paulista", "RF Minas"),
        (7, 25),
        rain=1.1,
        renewal=1.25,
        weekend=0.5,
    ),
    Family(
        "ENE",
        "Energia",
        5,
        (
            Part("Bateria estacionária", _AMPERE_HOURS, (240.0, 2400.0)),
            Part("Disjuntor DIN", _AMPERES, (11.0, 85.0), (9, 20)),
            Part("Protetor de surto DPS", _KILOAMPERES, (70.0, 390.0)),
            Part("Retificador 48 V", _AMPERES, (950.0, 3600.0)),
            Part("Fusível NH", _AMPERES, (14.0, 65.0), (10, 26), lot=3),
        ),
        ("Energia Tropical", "Baterias Planalto"),
        (20, 60),
        rain=1.6,
        renewal=1.15,
        weekend=0.7,
    ),
    Family(
        "CLI",
        "Climatização",
        3,
        (
            Part("Ar-condicionado de gabinete", _BTU, (2100.0, 6900.0)),
            Part("Filtro de ar", _PANELS, (18.0, 95.0), (12, 30)),
            Part("Ventilador axial", _MILLIMETRES, (45.0, 320.0)),
            Part("Gás refrigerante", _GAS, (120.0, 980.0)),
            Part("Contator", _AMPERES, (48.0, 260.0), (9, 15)),
        ),
        ("Clima Nordeste", "Frio Certo"),
        (15, 45),
        rain=1.3,
        renewal=1.1,
        weekend=0.6,
    ),
    Family(
        "FER",
        "Ferragens de torre",
        2,
        (
            Part("Parafuso de montante", _THREADS, (1.8, 14.0), (30, 90), lot=50),
            Part("Abraçadeira BAP", _INCHES, (7.0, 42.0), (12, 36), lot=10),
            Part("Esticador de estai", _CABLES, (55.0, 260.0)),
            Part("Suporte de antena", _INCHES, (110.0, 620.0)),
            Part("Cabo de aço galvanizado", _CABLES, (4.0, 38.0), unit="m", lot=10),
        ),
        ("Metalúrgica Rio Claro", "Aço Litoral"),
        (10, 40),
        rain=0.8,
        renewal=1.7,
        weekend=0.35,
    ),
    Family(
        "EPI",
        "EPI",
        4,
        (
            Part("Luva isolante", _VOLTAGES, (70.0, 390.0), (9, 16), unit="par"),
            Part("Cinto paraquedista", _SIZES, (240.0, 890.0)),
            Part("Capacete com jugular", _COLOURS, (45.0, 160.0)),
            Part("Colete refletivo", _SIZES, (14.0, 48.0), (10, 22)),
            Part("Talabarte em Y", _METRES, (110.0, 460.0)),
        ),
        ("Segurança Total", "Protege Sul"),
        (5, 20),
        rain=0.9,
        renewal=1.9,
        weekend=0.3,
    ),
)
