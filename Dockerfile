# Three images, one a service: docker build --target authentication|websocket|persistence .
#
# Works with BuildKit and with the classic builder. Reproducible by digest where NODE_IMAGE names one:
#   docker buildx build --target websocket --build-arg NODE_IMAGE=node@sha256:… --build-arg SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) \
#     --output type=image,rewrite-timestamp=true .
ARG NODE_IMAGE=node:24-bookworm-slim

# ---- compile ----
FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.base.json ./
COPY packages packages
COPY services services
COPY scripts/smoke scripts/smoke
COPY web web
COPY standalone standalone
# The standalone is a workspace of the lock file; it is not part of an image.
RUN npm ci --ignore-scripts \
 && npx tsc -b services/authentication services/websocket services/persistence scripts/smoke \
 # Sources, declarations and build states serve nobody at run time; source maps do: stack traces name the TypeScript.
 && find packages services scripts -path '*/node_modules' -prune -o -type f \
      \( -name '*.ts' -o -name '*.d.ts.map' -o -name '*.tsbuildinfo' -o -name 'tsconfig*.json' \) -print | xargs rm -f

# ---- production dependencies of each service, and the compiled code of what it uses ----
FROM build AS authentication-files
RUN npm ci --ignore-scripts --omit=dev --workspace @chat-app/authentication \
 && rm -rf node_modules/@electric-sql packages/client services/websocket services/persistence scripts node_modules/.package-lock.json

FROM build AS websocket-files
RUN npm ci --ignore-scripts --omit=dev --workspace @chat-app/websocket \
 && rm -rf node_modules/@electric-sql packages/client services/authentication services/persistence web node_modules/.package-lock.json

FROM build AS persistence-files
RUN npm ci --ignore-scripts --omit=dev --workspace @chat-app/persistence \
 && rm -rf node_modules/@electric-sql packages/client services/authentication services/websocket scripts web node_modules/.package-lock.json

# ---- what the images have in common ----
FROM ${NODE_IMAGE} AS runtime
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.source="https://github.com/chat-app/chat-app" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
WORKDIR /app
# Nothing is written below /app, and nobody owns it but root: the root file system may be read-only.
USER 65532:65532
# node is process 1 and owns its signals (packages/platform/src/lifecycle). No shell is needed.
ENTRYPOINT ["node", "--enable-source-maps"]
EXPOSE 9464

FROM runtime AS authentication
LABEL org.opencontainers.image.title="chat-app authentication" \
      org.opencontainers.image.description="Users, sessions and tokens."
COPY --from=authentication-files /app /app
EXPOSE 8000 8001
CMD ["services/authentication/dist/main.js"]

FROM runtime AS websocket
LABEL org.opencontainers.image.title="chat-app websocket" \
      org.opencontainers.image.description="Sockets: accepts, delivers, follows."
COPY --from=websocket-files /app /app
EXPOSE 8080
CMD ["services/websocket/dist/main.js"]

FROM runtime AS persistence
LABEL org.opencontainers.image.title="chat-app persistence" \
      org.opencontainers.image.description="Stores messages, serves history and inboxes."
COPY --from=persistence-files /app /app
EXPOSE 8090 8091
CMD ["services/persistence/dist/main.js"]
