# Kipinä as an image: `docker build --tag kipina .`, then see compose.yaml for a whole installation.

FROM python:3.13-slim-trixie AS build
RUN python -m venv /opt/kipina
WORKDIR /build
# Libraries first: they change more seldom than the app, and are then taken from the build cache.
COPY requirements.lock ./
RUN /opt/kipina/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes --only-binary :all: --requirement requirements.lock
COPY pyproject.toml requirements.in README.md LICENSE ./
COPY app ./app
COPY migrations ./migrations
RUN /opt/kipina/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        --no-index --no-deps --no-build-isolation .

FROM python:3.13-slim-trixie
LABEL org.opencontainers.image.title="Kipinä" \
      org.opencontainers.image.licenses="EUPL-1.2"
# What WeasyPrint loads to set and subset type, and a font for letters that the page fonts lack.
RUN apt-get update -q \
    && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
        ca-certificates fonts-dejavu-core libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin kipina \
    && install --directory --owner kipina --group kipina --mode 0750 /data
COPY --from=build /opt/kipina /opt/kipina
ENV PATH=/opt/kipina/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_CACHE_HOME=/tmp/cache \
    KIPINA_DATABASE_URL=sqlite:////data/kipina.db \
    KIPINA_FILES=/data/files
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
# Asks by the public name, since the app answers to no other.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", "\
import http.client, os, urllib.parse; \
name = urllib.parse.urlsplit(os.environ.get('KIPINA_BASE_URL', 'http://127.0.0.1:8000')).netloc; \
server = http.client.HTTPConnection('127.0.0.1', 8000, timeout=4); \
server.request('GET', '/healthz', headers={'Host': name}); \
raise SystemExit(server.getresponse().status != 200)"]
ENTRYPOINT ["kipina"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--workers", "2"]
