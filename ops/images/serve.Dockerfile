# The server: installs the `serve` extra only, so that no machine-learning or orchestration package is in the image.
# Build from the repository's root: docker build -f ops/images/serve.Dockerfile -t lakecast-serve .
# The whole image has the C compiler that the serving engine's module is built with.
FROM python:3.11-bookworm AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE THIRD-PARTY-NOTICES.md ./
COPY constraints/serve.txt constraints/serve.txt
COPY schema schema
COPY lake lake
COPY graphql graphql
COPY assets assets
COPY ops/lakecast_ops ops/lakecast_ops
COPY ops/native_build.py ops/native_build.py
# Without what the server never loads: Arrow Flight, and Arrow's tests and headers, 47 MB; and with bytecode of what it
# imports only, since of everything it is 40 MB more.
RUN python -m venv /opt/lakecast \
    && /opt/lakecast/bin/pip install --no-cache-dir --no-compile --disable-pip-version-check \
        -c constraints/serve.txt '.[serve]' \
    && rm -r /opt/lakecast/lib/python3.11/site-packages/pyarrow/tests \
        /opt/lakecast/lib/python3.11/site-packages/pyarrow/include \
        /opt/lakecast/lib/python3.11/site-packages/pyarrow/*flight* \
    && /opt/lakecast/bin/python -c 'import lakecast_graphql.app, lakecast_ops.cli'

FROM python:3.11-slim-bookworm
COPY --from=build /opt/lakecast /opt/lakecast
ENV PATH=/opt/lakecast/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    LAKECAST_LAKE=/lake \
    LAKECAST_KEYS_FILE=/keys/keys.json
RUN useradd --uid 10001 --create-home lakecast \
    && mkdir -p /lake /keys /spill \
    && chown lakecast:lakecast /lake /keys /spill
USER 10001
WORKDIR /home/lakecast
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
CMD ["lakecast", "serve", "--host", "0.0.0.0", "--port", "8000"]
