# Stands in for rust:1.95-slim-bookworm. The context contains the toolchain of the machine, and its trusted certificate authorities,
# because crates may be downloaded through a proxy.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
COPY toolchain /usr/local/rust
COPY authorities.crt /etc/ssl/authorities.crt
ENV CARGO_HOME=/usr/local/cargo \
    CARGO_HTTP_CAINFO=/etc/ssl/authorities.crt \
    PATH=/usr/local/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
