# What infra/up and infra/down share. Sourced with the root of the repository as the working directory.

url=${Harbor__Gateway__Url:-http://127.0.0.1:8080}
if [ -n "${Harbor__DataDirectory:-}" ]; then
  data=$Harbor__DataDirectory
elif [ "$(id -u)" -eq 0 ] || [ -w /var/lib/harbor ]; then
  data=/var/lib/harbor
else
  data=$HOME/.local/share/harbor
fi

pid_file=$data/standalone.pid
log=$data/logs/standalone.log

say() { echo "infra: $*" >&2; }
fail() { say "$*"; exit 1; }

docker_answers() { command -v docker > /dev/null && docker info > /dev/null 2>&1 && docker compose version > /dev/null 2>&1; }

# The process of a standalone that infra/up started, if it is there. A number in the file that has become another process's is nobody.
standalone_pid() {
  local process
  process=$(cat "$pid_file" 2> /dev/null) || return 1
  [ -n "$process" ] && tr '\0' ' ' < "/proc/$process/cmdline" 2> /dev/null | grep -q 'Harbor\.Standalone\.dll' || return 1
  echo "$process"
}

# HTTP without curl, which a fresh machine need not have.
http() { # url
  local address=${1#http://}
  local path=/${address#*/}
  address=${address%%/*}
  { exec 3<> "/dev/tcp/${address%:*}/${address##*:}"; } 2> /dev/null || return 0
  printf 'GET %s HTTP/1.0\r\nHost: %s\r\nConnection: close\r\n\r\n' "$path" "$address" >&3
  timeout 5 cat <&3 || true
  exec 3<&-
}

http_status() { http "$1" | sed -n '1s/^HTTP[^ ]* \([0-9]*\).*/\1/p'; }
http_body() { http "$1" | sed '1,/^\r*$/d'; }
