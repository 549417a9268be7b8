# specwright's worker, executor and CLI. An executor that runs agents needs an image made FROM this one with the agent in it.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev

FROM node:22-bookworm-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends git openssh-client ca-certificates \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY sql ./sql
COPY examples ./examples
RUN mkdir --parents /var/lib/specwright && chown node:node /var/lib/specwright
USER node
ENV NODE_ENV=production SPECWRIGHT_DATA_DIR=/var/lib/specwright
ENTRYPOINT ["node", "dist/cli.js"]
