# A static binary and nothing else, run as nobody in particular.
#
#   docker build -t certsd-lint .
#   docker run --rm -v /etc/containerd/certs.d:/etc/containerd/certs.d:ro certsd-lint
FROM rust:1.95-alpine AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY src src
COPY rules rules
RUN cargo install --locked --path . --root /out

# The same with a shell, for pipelines that run a script: docker build --target ci -t certsd-lint:ci .
FROM alpine:3.22 AS ci
COPY --from=build /out/bin/certsd-lint /usr/local/bin/certsd-lint
USER 65532:65532

FROM scratch
COPY --from=build /out/bin/certsd-lint /certsd-lint
USER 65532:65532
ENTRYPOINT ["/certsd-lint"]
