# Three images, one a service: docker build --target authentication|websocket|persistence .
#
# Each is 245 to 249 MB, of which the base is 221 (docker images).
#
# Works with BuildKit and with the classic builder. Reproducible by digest where NODE_IMAGE names one:
#   docker buildx build --target websocket --build-arg NODE_IMAGE=node@sha256:… --build-arg SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) \
#     --output type=image,rewrite-timestamp=true .
ARG NODE_IMAGE=node:24-bookworm-slim

# ---- what npm needs to know: changes seldom, so what follows from it stays in the cache ----
FROM ${NODE_IMAGE} AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages/client/package.json packages/client/
COPY packages/client-react/package.json packages/client-react/
COPY packages/database/package.json packages/database/
COPY packages/embedded/package.json packages/embedded/
COPY packages/fanout/package.json packages/fanout/
COPY packages/message-log/package.json packages/message-log/
COPY packages/platform/package.json packages/platform/
COPY packages/protocol/package.json packages/protocol/
COPY packages/timing/package.json packages/timing/
COPY packages/tokens/package.json packages/tokens/
COPY services/authentication/package.json services/authentication/
COPY services/persistence/package.json services/persistence/
COPY services/websocket/package.json services/websocket/
COPY standalone/package.json standalone/
COPY scripts/prune-dependencies /usr/local/bin/

# ---- compile ----
FROM manifests AS build
RUN npm ci --ignore-scripts
COPY tsconfig.base.json ./
COPY packages packages
COPY services services
COPY scripts/service-parts scripts/
COPY scripts/smoke scripts/smoke
COPY web web
RUN npx tsc -b services/authentication services/websocket services/persistence scripts/smoke && node web/build.mjs \
 # One tree a service: its code and that of the packages it uses, with source maps, so that stack traces name the TypeScript.
 && for service in authentication websocket persistence; do \
      for part in $(scripts/service-parts $service); do \
        mkdir -p /out/$service/$part && cp -r $part/package.json $part/dist /out/$service/$part/; \
      done; \
    done \
 && mkdir -p /out/authentication/web /out/websocket/scripts/smoke \
 && cp -r web/dist /out/authentication/web/ && cp -r scripts/smoke/dist /out/websocket/scripts/smoke/ \
 && find /out -type f \( -name '*.d.ts' -o -name '*.d.ts.map' -o -name '.tsbuildinfo' \) -delete

# ---- what the images have in common ----
FROM ${NODE_IMAGE} AS runtime
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.source="https://github.com/chat-app/chat-app" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# A young generation of up to 96 MB; the chart sizes it by the memory limit (docs/performance.md).
ENV NODE_ENV=production NODE_OPTIONS=--max-semi-space-size=32
WORKDIR /app
# Nothing is written below /app, and nobody owns it but root: the root file system may be read-only.
USER 65532:65532
# node is process 1 and owns its signals (packages/platform/src/lifecycle). No shell is needed.
ENTRYPOINT ["node", "--enable-source-maps"]
EXPOSE 9464

# ---- authentication ----
FROM manifests AS authentication-dependencies
RUN npm ci --ignore-scripts --omit=dev --workspace @chat-app/authentication && prune-dependencies node_modules && rm package-lock.json .npmrc

FROM runtime AS authentication
LABEL org.opencontainers.image.title="chat-app authentication" \
      org.opencontainers.image.description="Users, sessions and tokens."
COPY --from=authentication-dependencies /app ./
COPY --from=build /out/authentication ./
ENV PAGES_DIRECTORY=/app/web/dist
EXPOSE 8000 8001
CMD ["services/authentication/dist/main.js"]

# ---- websocket ----
FROM manifests AS websocket-dependencies
RUN npm ci --ignore-scripts --omit=dev --workspace @chat-app/websocket && prune-dependencies node_modules && rm package-lock.json .npmrc

FROM runtime AS websocket
LABEL org.opencontainers.image.title="chat-app websocket" \
      org.opencontainers.image.description="Sockets: accepts, delivers, follows."
COPY --from=websocket-dependencies /app ./
COPY --from=build /out/websocket ./
EXPOSE 8080
CMD ["services/websocket/dist/main.js"]

# ---- persistence ----
FROM manifests AS persistence-dependencies
RUN npm ci --ignore-scripts --omit=dev --workspace @chat-app/persistence && prune-dependencies node_modules && rm package-lock.json .npmrc

FROM runtime AS persistence
LABEL org.opencontainers.image.title="chat-app persistence" \
      org.opencontainers.image.description="Stores messages, serves history and inboxes."
COPY --from=persistence-dependencies /app ./
COPY --from=build /out/persistence ./
EXPOSE 8090 8091
CMD ["services/persistence/dist/main.js"]
