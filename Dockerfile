# The gateway alone: no agent, no tmux. It reaches the agent's machine over ssh. docs/deploy.md says how to run it.
# The same Node as in runtime/package.json.
FROM node:24.20.0-bookworm-slim AS base
WORKDIR /app
COPY .npmrc package.json package-lock.json ./

FROM base AS page
RUN npm ci --ignore-scripts
COPY tsconfig.base.json vite.config.ts ./
COPY src/contract src/contract
COPY src/web src/web
RUN node node_modules/vite/bin/vite.js build

FROM base AS packages
RUN npm ci --ignore-scripts --omit=dev

FROM base
RUN apt-get update \
  && apt-get install --yes --no-install-recommends openssh-client \
  && rm -rf /var/lib/apt/lists/* \
  && install --directory --owner=node --group=node --mode=0700 /var/lib/paliadin
COPY --from=packages /app/node_modules node_modules
COPY src/contract src/contract
COPY src/transport src/transport
COPY src/backend src/backend
COPY src/turn src/turn
COPY src/services src/services
COPY src/http src/http
COPY src/store src/store
COPY src/host src/host
COPY src/process src/process
COPY src/config src/config
COPY src/tracing src/tracing
COPY src/daemon src/daemon
COPY src/setup src/setup
COPY src/gateway src/gateway
COPY src/cli src/cli
COPY --from=page /app/dist/web dist/web

ENV PALIADIN_STATE_DIR=/var/lib/paliadin
# Database, record and keys: nothing else is worth keeping.
VOLUME /var/lib/paliadin
USER node
# It listens on loopback only, so this is asked where it listens.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PALIADIN_PORT || 7717}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# As the bootstrap starts it: a young generation of 4 MB.
ENTRYPOINT ["node", "--max-semi-space-size=4", "/app/src/cli/cli.ts"]
CMD ["start"]
