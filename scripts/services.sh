#!/usr/bin/env bash
# PostgreSQL, Redis and MariaDB for the tests, from the system's packages, without Docker:
#
#   scripts/services.sh install  installs what is missing, where that can be done, and starts nothing
#   scripts/services.sh start    starts them and prints their addresses as KEY=VALUE lines
#   scripts/services.sh status   prints the addresses; exit status 3 when they do not run
#   scripts/services.sh stop     stops them and removes what they stored
#
# They listen on 127.0.0.1 alone, on free ports, and keep everything under .cache/services or the folder that
# STROMA_TEST_SERVICES_DIR names. Whoever is on this machine can use them: never for anything but tests.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin

cd "$(dirname "$0")/.."
folder=${STROMA_TEST_SERVICES_DIR:-.cache/services/default}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd -P)

say() { echo "$*" >&2; }
stop_with() { say "$*"; exit 1; }

find_postgres() {
  local bin
  for bin in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -rV) \
    /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin \
    "$(dirname "$(command -v postgres 2>/dev/null || echo /none/postgres)")"; do
    if [[ -x $bin/initdb && -x $bin/pg_ctl ]]; then
      echo "$bin"
      return
    fi
  done
}

install_missing() {
  local missing=()
  [[ -n $(find_postgres) ]] || missing+=(postgresql)
  command -v redis-server >/dev/null || missing+=(redis-server)
  command -v mariadbd >/dev/null || missing+=(mariadb-server)
  ((${#missing[@]} == 0)) && return
  if ! command -v apt-get >/dev/null; then
    stop_with "The service tests need PostgreSQL, Redis and MariaDB; ${missing[*]} was not found. Install them with your package manager, for example: brew install postgresql@17 redis mariadb"
  fi
  if ((EUID != 0)); then
    stop_with "The service tests need PostgreSQL, Redis and MariaDB. Install what is missing with: sudo apt-get install ${missing[*]}"
  fi
  say "Installing ${missing[*]} ..."
  # RUNLEVEL=1 keeps the packages from starting servers of their own.
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >&2 ||
    stop_with "apt-get could not install ${missing[*]}."
}

# PostgreSQL refuses to run as root: then an account without rights runs them.
run_as() {
  if ((EUID == 0)); then
    (cd / && exec runuser -u "$account" -- env LC_ALL=C "$@")
  else
    (cd / && exec env LC_ALL=C "$@")
  fi
}

choose_account() {
  account=$(id -un)
  ((EUID == 0)) || return 0
  account=nobody
  id -u postgres >/dev/null 2>&1 && account=postgres
  return 0
}

# Where that account cannot come (a checkout under /root), the servers keep their files under /var/tmp instead.
choose_store() {
  store=$folder
  ((EUID == 0)) || return 0
  if ! run_as test -x "$folder"; then
    store=/var/tmp/stroma-services-$(echo "$folder" | sha256sum | cut -c1-12)
  fi
}

free_port() {
  local port
  for _ in $(seq 100); do
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
  stop_with "No free port was found on 127.0.0.1."
}

postgres_runs() {
  [[ -f $store/postgres/postmaster.pid && -n $bin ]] && run_as "$bin/pg_ctl" -D "$store/postgres" status >/dev/null 2>&1
}

# Asks for its folder too, so that another Redis on that port is not taken for ours.
redis_runs() {
  [[ -f $store/redis.port ]] || return 1
  [[ $(redis-cli -h 127.0.0.1 -p "$(cat "$store/redis.port")" config get dir 2>/dev/null | tail -n 1) == "$store/redis" ]]
}

mariadb_runs() {
  [[ -f $store/mariadb.port && -f $store/mariadb/server.pid ]] || return 1
  kill -0 "$(cat "$store/mariadb/server.pid")" 2>/dev/null && (exec 3<>"/dev/tcp/127.0.0.1/$(cat "$store/mariadb.port")") 2>/dev/null
}

print_addresses() {
  echo "STROMA_TEST_DATABASE_URL=postgresql://stroma@127.0.0.1:$(sed -n 4p "$store/postgres/postmaster.pid")/stroma_test"
  echo "STROMA_TEST_REDIS_URL=redis://127.0.0.1:$(cat "$store/redis.port")"
  echo "STROMA_TEST_MARIADB_URL=mysql://stroma:stroma@127.0.0.1:$(cat "$store/mariadb.port")"
}

start_postgres() {
  local port sockets=$store/sockets
  # The path of a socket holds about 100 characters.
  ((${#sockets} > 80)) && sockets=''
  rm -rf "$store/postgres"
  run_as "$bin/initdb" -D "$store/postgres" -U stroma --auth=trust --encoding=UTF8 --locale=C --no-sync \
    >"$store/initdb.log" 2>&1 || stop_with "$(cat "$store/initdb.log")"
  # One account with a password, for the tests that give a wrong one.
  run_as sed -i '1i host all stroma_reader 127.0.0.1/32 scram-sha-256' "$store/postgres/pg_hba.conf"
  for _ in 1 2 3; do
    port=$(free_port)
    if run_as "$bin/pg_ctl" -D "$store/postgres" -l "$store/logs/postgres.log" -w -t 60 -o \
      "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='$sockets' -c fsync=off -c max_connections=200" \
      start >/dev/null 2>&1; then
      run_as "$bin/createdb" -h 127.0.0.1 -p "$port" -U stroma stroma_test
      return
    fi
  done
  stop_with "PostgreSQL did not start: $(tail -n 5 "$store/logs/postgres.log")"
}

start_redis() {
  local port
  for _ in 1 2 3; do
    port=$(free_port)
    run_as redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$store/redis" \
      --pidfile "$store/redis/redis.pid" --logfile "$store/logs/redis.log" --daemonize yes >/dev/null
    echo "$port" >"$store/redis.port"
    for _ in $(seq 50); do
      redis_runs && return
      sleep 0.1
    done
  done
  stop_with "Redis did not start: $(tail -n 5 "$store/logs/redis.log")"
}

start_mariadb() {
  local port data=$store/mariadb
  rm -rf "$data"
  run_as mariadb-install-db --no-defaults --datadir="$data" --auth-root-authentication-method=normal --skip-test-db \
    >"$store/logs/mariadb-install.log" 2>&1 || stop_with "$(tail -n 5 "$store/logs/mariadb-install.log")"
  echo "CREATE USER 'stroma'@'127.0.0.1' IDENTIFIED BY 'stroma'; GRANT ALL ON *.* TO 'stroma'@'127.0.0.1' WITH GRANT OPTION;" |
    tr ';' '\n' | sed '/^ *$/d; s/$/;/' >"$store/mariadb.sql"
  chmod a+r "$store/mariadb.sql"
  for _ in 1 2 3; do
    port=$(free_port)
    # It stays in the background of this script's own shell and outlives it.
    run_as mariadbd --no-defaults --datadir="$data" --port="$port" --bind-address=127.0.0.1 --skip-name-resolve \
      --socket="$data/server.sock" --pid-file="$data/server.pid" --init-file="$store/mariadb.sql" \
      --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=32M --skip-log-bin \
      >"$store/logs/mariadb.log" 2>&1 </dev/null &
    echo "$port" >"$store/mariadb.port"
    for _ in $(seq 300); do
      mariadb_runs && return
      sleep 0.1
    done
  done
  stop_with "MariaDB did not start: $(tail -n 5 "$store/logs/mariadb.log")"
}

start() {
  install_missing
  choose_account
  bin=$(find_postgres)
  choose_store
  if ! postgres_runs || ! redis_runs || ! mariadb_runs; then
    stop
    mkdir -p "$store/sockets" "$store/redis" "$store/mariadb" "$store/logs"
    ((EUID == 0)) && chown -R "$account" "$store"
    start_postgres
    start_redis
    start_mariadb
  fi
  print_addresses
}

stop() {
  if postgres_runs; then
    run_as "$bin/pg_ctl" -D "$store/postgres" -m immediate -w stop >/dev/null
  fi
  if redis_runs; then
    redis-cli -h 127.0.0.1 -p "$(cat "$store/redis.port")" shutdown nosave >/dev/null 2>&1 || true
  fi
  if mariadb_runs; then
    local pid
    pid=$(cat "$store/mariadb/server.pid")
    kill "$pid"
    for _ in $(seq 200); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
  fi
  rm -rf "$store" "$folder"
}

case ${1:-} in
  install) install_missing ;;
  start) start ;;
  stop | status)
    choose_account
    bin=$(find_postgres)
    choose_store
    if [[ $1 == stop ]]; then
      stop
    elif postgres_runs && redis_runs && mariadb_runs; then
      print_addresses
    else
      rmdir "$folder" 2>/dev/null || true
      say "PostgreSQL, Redis and MariaDB for the tests do not run. Start them with: scripts/services.sh start"
      exit 3
    fi
    ;;
  *) stop_with "usage: scripts/services.sh install | start | stop | status" ;;
esac
