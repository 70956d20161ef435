"""All checks in the order in which a person would look."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from lakecast_ops import environment
from lakecast_ops.doctor import installation, services, store
from lakecast_ops.doctor.finding import Finding, Level
from lakecast_ops.keys_option import keys_file


def checkup(lake: str, environ: Mapping[str, str], now: datetime) -> Iterator[Finding]:
    """Findings one by one, as they are made; those after a failed installation need what is missing, so it ends there.

    lake: root of the lake. environ: the settings. now: an instant with a zone.
    """
    complete = True
    for finding in installation.installation():
        complete = complete and finding.level is not Level.FAIL
        yield finding
    if not complete:
        return
    yield from services.settings(environ)
    yield from store.lake(lake, now)
    yield from services.redis(environ.get("LAKECAST_REDIS_URL"), environ.get("LAKECAST_REDIS_PREFIX"))
    if environment.SERVE.installed:
        yield from services.keys(keys_file(environ))
        yield from services.audit(environ.get("LAKECAST_AUDIT_FILE"))
