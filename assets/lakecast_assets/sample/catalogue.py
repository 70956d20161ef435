"""What a maintainer of telecom towers in Brazil keeps in stock: families of parts, their terms and their seasons."""

from dataclasses import dataclass

SIMULATED = "simulado"
"""Stands in every simulated item's supplier, and as SIM- before every identifier."""


@dataclass(frozen=True)
class Part:
    """A part in several variants, in Portuguese."""

    name: str
    variants: tuple[str, ...]


@dataclass(frozen=True)
class Family:
    """Parts that are bought, kept and needed alike.

    code: of the item identifiers; suppliers: fictitious; lead_time_days, unit_cost: lowest and highest; rain: how much
    more is needed at the height of the rainy season (1 is no more); renewal: how much more when maintenance contracts
    are renewed in January and July; weekend: share of a weekday's demand that a Saturday sees.
    """

    code: str
    category: str
    unit: str
    parts: tuple[Part, ...]
    suppliers: tuple[str, ...]
    lead_time_days: tuple[int, int]
    unit_cost: tuple[float, float]
    rain: float
    renewal: float
    weekend: float

    def name(self, place: int) -> str:
        """The name of the family's part number `place`; a second and third series follow when all are named."""
        part = self.parts[place % len(self.parts)]
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
        "m",
        (
            Part("Cabo óptico autossustentado", _FIBRES),
            Part(
                "Cabo drop óptico",
                _DROPS,
            ),
            Part("Cordão óptico", _METRES),
            Part("Divisor óptico", _PORTS),
            Part("Caixa de emenda óptica", _FIBRES),
        ),
        ("Fibras do Vale", "Óptica Serra Azul"),
        (12, 35),
        (1.5, 180.0),
        rain=1.35,
        renewal=1.2,
        weekend=0.55,
    ),
    Family(
        "CON",
        "Conectores",
        "un",
        (
            Part("Conector N macho", _COAX),
            Part("Conector DIN 7/16", _COAX),
            Part("Conector de campo", _POLISH),
            Part("Adaptador óptico", _POLISH),
            Part("Jumper coaxial", _METRES),
        ),
        ("Conecta Paulista", "RF Minas"),
        (7, 25),
        (4.0, 95.0),
        rain=1.1,
        renewal=1.25,
        weekend=0.5,
    ),
    Family(
        "ENE",
        "Energia",
        "un",
        (
            Part("Bateria estacionária", _AMPERE_HOURS),
            Part("Disjuntor DIN", _AMPERES),
            Part("Protetor de surto DPS", _KILOAMPERES),
            Part("Retificador 48 V", _AMPERES),
            Part("Fusível NH", _AMPERES),
        ),
        ("Energia Tropical", "Baterias Planalto"),
        (20, 60),
        (28.0, 2400.0),
        rain=1.6,
        renewal=1.15,
        weekend=0.7,
    ),
    Family(
        "CLI",
        "Climatização",
        "un",
        (
            Part("Ar-condicionado de gabinete", _BTU),
            Part("Filtro de ar", _PANELS),
            Part("Ventilador axial", _MILLIMETRES),
            Part("Gás refrigerante", _GAS),
            Part("Contator", _AMPERES),
        ),
        ("Clima Nordeste", "Frio Certo"),
        (15, 45),
        (35.0, 3200.0),
        rain=1.3,
        renewal=1.1,
        weekend=0.6,
    ),
    Family(
        "FER",
        "Ferragens de torre",
        "un",
        (
            Part("Parafuso de montante", _THREADS),
            Part("Abraçadeira BAP", _INCHES),
            Part("Esticador de estai", _CABLES),
            Part("Suporte de antena", _INCHES),
            Part("Cabo de aço galvanizado", _CABLES),
        ),
        ("Metalúrgica Rio Claro", "Aço Litoral"),
        (10, 40),
        (3.0, 420.0),
        rain=0.8,
        renewal=1.7,
        weekend=0.35,
    ),
    Family(
        "EPI",
        "EPI",
        "un",
        (
            Part("Luva isolante", _VOLTAGES),
            Part("Cinto paraquedista", _SIZES),
            Part("Capacete com jugular", _COLOURS),
            Part("Colete refletivo", _SIZES),
            Part("Talabarte em Y", _METRES),
        ),
        ("Segurança Total", "Protege Sul"),
        (5, 20),
        (9.0, 520.0),
        rain=0.9,
        renewal=1.9,
        weekend=0.3,
    ),
)
