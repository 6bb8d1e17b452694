# Stands in for rabbitmq:4.0: the same user id, folders and logging to the console, with Debian's packages.
FROM debian:trixie-slim
RUN groupadd --system --gid 999 rabbitmq \
    && useradd --system --uid 999 --gid 999 --home-dir /var/lib/rabbitmq rabbitmq \
    && apt-get update \
    && apt-get install --yes --no-install-recommends rabbitmq-server \
    && rm -rf /var/lib/apt/lists/* /var/lib/rabbitmq/.erlang.cookie \
    && install --directory --owner rabbitmq --group rabbitmq --mode 1777 \
        /var/lib/rabbitmq /var/log/rabbitmq /etc/rabbitmq /etc/rabbitmq/conf.d \
    && echo "log.console = true" > /etc/rabbitmq/conf.d/10-defaults.conf
# Without Debian's wrapper scripts, which as the first process of a container would not pass the stop signal on.
ENV HOME=/var/lib/rabbitmq \
    LANG=C.UTF-8 \
    PATH=/usr/lib/rabbitmq/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
VOLUME /var/lib/rabbitmq
EXPOSE 5672
CMD ["rabbitmq-server"]
