# Images around the released binary. Nothing is compiled here: the context is a folder with `certsd-lint` in a folder for each
# architecture (amd64, arm64), as .github/workflows/release.yml unpacks them from what release/build made.
#
#   release/build x86_64-unknown-linux-musl
#   mkdir -p dist/image/amd64
#   tar -xzf dist/certsd-lint-*-x86_64-unknown-linux-musl.tar.gz -C dist/image/amd64 --strip-components 1 --wildcards '*/certsd-lint'
#   docker build --tag certsd-lint --file Dockerfile dist/image
#   docker run --rm -v /etc/containerd/certs.d:/etc/containerd/certs.d:ro certsd-lint

# With a shell, for CI systems that start one in the image, such as GitLab: --target shell
FROM alpine:3.22@sha256:14358309a308569c32bdc37e2e0e9694be33a9d99e68afb0f5ff33cc1f695dce AS shell
ARG TARGETARCH
COPY ${TARGETARCH}/certsd-lint /usr/local/bin/certsd-lint
USER 65532:65532
CMD ["/bin/sh"]

# The binary and nothing else.
FROM scratch
ARG TARGETARCH
COPY ${TARGETARCH}/certsd-lint /certsd-lint
USER 65532:65532
ENTRYPOINT ["/certsd-lint"]
