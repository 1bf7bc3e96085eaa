# Build the environment apart, so that neither compilers nor caches reach the image.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/campaigns
WORKDIR /build
COPY requirements.lock ./
RUN /opt/campaigns/bin/python -m pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY src ./src
RUN /opt/campaigns/bin/python -m pip install --no-deps --no-build-isolation . \
    && /opt/campaigns/bin/python -m pip uninstall --yes setuptools \
    && /opt/campaigns/bin/python -m compileall -q /opt/campaigns/lib

FROM python:3.13-slim
# PostgreSQL insists on an entry in passwd for the uid it runs as; Kubernetes insists on a number.
RUN groupadd --gid 10001 campaigns \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/campaigns --shell /usr/sbin/nologin campaigns \
    && install -d -o campaigns -g campaigns -m 0700 /var/lib/campaigns
COPY --from=build /opt/campaigns /opt/campaigns
ENV PATH=/opt/campaigns/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    CAMPAIGNS_HOME=/var/lib/campaigns/home \
    CAMPAIGN_SERVICE_HOST=0.0.0.0 \
    CAMPAIGNS_LOCAL_ACCESS=false \
    PORT=8080
WORKDIR /var/lib/campaigns
USER 10001:10001
VOLUME ["/var/lib/campaigns"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:' + os.environ['PORT'] + '/health', timeout=2)"]
ENTRYPOINT ["campaigns"]
CMD ["serve"]
