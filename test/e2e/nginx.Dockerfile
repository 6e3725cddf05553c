# nginx for a cluster without a registry, by its package: what stands in front of the pods where their Ingress is tried.
FROM debian:bookworm-slim
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends nginx && rm -rf /var/lib/apt/lists/*
