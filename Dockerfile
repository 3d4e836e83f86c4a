# One image for web, stream, worker and commands. Build: docker build -t dayrade .
# docs/deployment/compose.yaml starts all of them. Renew the base with its security releases.
ARG PYTHON_IMAGE=python:3.13.9-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
WORKDIR /app
COPY requirements.txt .
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt
COPY . .
# Nothing is asked of the database, and the key signs nothing. What runs cannot write: the code is
# compiled here.
RUN SECRET_KEY=build ALLOWED_HOSTS=build DATABASE_URL=postgresql:///build \
    /venv/bin/python manage.py collectstatic --no-input -v0 \
    && /venv/bin/python -m compileall -q .

FROM ${PYTHON_IMAGE}
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 WEB_HOST=0.0.0.0 PORT=8000 STREAM_PORT=8000
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
# Owns nothing in the image. With --read-only, /tmp and /dev/shm have to be writable.
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
# Asks under the first of the allowed hosts, as the address itself may not be one.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(u.Request(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', headers={'Host': os.environ['ALLOWED_HOSTS'].split(',')[0].lstrip('.*') or 'localhost'}), timeout=2)"]
CMD ["gunicorn", "-c", "python:dayrade.server"]
