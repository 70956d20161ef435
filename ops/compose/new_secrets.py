"""Write the secrets of compose.yaml and ops/kubernetes to a folder: `make secrets`. Needs the standard library only."""

import json
import secrets
import sys
from pathlib import Path


def write(folder: Path) -> list[str]:
    """Write a file for each secret that a folder lacks, and return their names. Existing ones must stay, or all go.

    The folder is closed to other users; its files are readable, since each container reads them as a user of its own.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    password = secrets.token_urlsafe(24)
    server, pipeline = (
        (f"{name}-{secrets.token_hex(4)}", secrets.token_urlsafe(30)) for name in ("server", "pipeline")
    )
    actions = {server: ["Read:lakes", "List:lakes"], pipeline: ["Admin", "Read", "Write", "List", "Tagging"]}
    identities = [
        {"name": key, "credentials": [{"accessKey": key, "secretKey": secret}], "actions": allowed}
        for (key, secret), allowed in actions.items()
    ]
    texts = {
        "redis.conf": f"requirepass {password}\n",
        "redis_url": f"redis://:{password}@redis:6379/0\n",
        "s3.json": json.dumps({"identities": identities}, indent=2) + "\n",
        "server_key": server[0],
        "server_secret": server[1],
        "pipeline_key": pipeline[0],
        "pipeline_secret": pipeline[1],
        "grafana_password": secrets.token_urlsafe(12),
    }
    there = sorted(name for name in texts if (folder / name).exists())
    if len(there) == len(texts):
        return []
    if there:
        sys.exit(f"{folder} holds {', '.join(there)} only, and they belong together: remove these to make all anew.")
    for name, text in texts.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o444)
    return list(texts)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    names = write(place)
    print(f"{place}: {', '.join(names)}." if names else f"{place} has them all; nothing was changed.")
