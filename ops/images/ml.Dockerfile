# The pipeline: Dagster and the models, which fill the lake.
# Build from the repository's root: docker build -f ops/images/ml.Dockerfile -t lakecast-ml .
# PyTorch's default build brings several GB of libraries for GPUs; for these, build with an empty TORCH_INDEX.
FROM python:3.11-slim-bookworm AS build
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
WORKDIR /src
COPY pyproject.toml README.md LICENSE THIRD-PARTY-NOTICES.md ./
COPY constraints/ml.txt constraints/ml.txt
COPY schema schema
COPY lake lake
COPY graphql graphql
COPY assets assets
COPY ops/lakecast_ops ops/lakecast_ops
COPY ops/native_build.py ops/native_build.py
RUN python -m venv /opt/lakecast \
    && /opt/lakecast/bin/pip install --no-cache-dir --disable-pip-version-check -c constraints/ml.txt \
        ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} '.[ml,dask]'

FROM python:3.11-slim-bookworm
COPY --from=build /opt/lakecast /opt/lakecast
COPY ops/images/workspace.yaml ops/dagster.yaml /home/lakecast/
ENV PATH=/opt/lakecast/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    LAKECAST_LAKE=/lake \
    DAGSTER_HOME=/dagster \
    MPLCONFIGDIR=/tmp/matplotlib
RUN useradd --uid 10001 --create-home lakecast \
    && mkdir -p /lake /dagster /landing /results \
    && chown -R lakecast:lakecast /lake /dagster /landing /results
USER 10001
WORKDIR /home/lakecast
EXPOSE 3000 4000
CMD ["dagster", "api", "grpc", "--module-name", "lakecast_assets.definitions", "--host", "0.0.0.0", "--port", "4000"]
