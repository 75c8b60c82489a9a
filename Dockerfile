# The gateway alone: no agent, no tmux. It reaches the agent's machine over ssh. docs/deploy.md says how to run it.
# The same Node as in runtime/package.json.
FROM node:24.20.0-bookworm-slim AS base
WORKDIR /app

FROM base AS build
COPY .npmrc package.json package-lock.json tsconfig.base.json vite.config.ts vite.programs.config.ts ./
RUN npm ci --ignore-scripts
COPY src src
RUN node node_modules/vite/bin/vite.js build \
  && node node_modules/vite/bin/vite.js build --config vite.programs.config.ts \
  && rm dist/programs/demo.mjs

FROM base
RUN apt-get update \
  && apt-get install --yes --no-install-recommends openssh-client \
  && rm -rf /var/lib/apt/lists/* \
  && install --directory --owner=node --group=node --mode=0700 /var/lib/paliadin
COPY --from=build /app/dist/web dist/web
COPY --from=build /app/dist/programs dist/programs

ENV PALIADIN_STATE_DIR=/var/lib/paliadin
# Database, record and keys: nothing else is worth keeping.
VOLUME /var/lib/paliadin
USER node
# It listens on loopback only, so this is asked where it listens.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PALIADIN_PORT || 7717}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# As the bootstrap starts it: a young generation of 4 MB.
ENTRYPOINT ["node", "--max-semi-space-size=4", "/app/dist/programs/cli.mjs"]
CMD ["start"]
