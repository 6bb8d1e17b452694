#!/usr/bin/env bash
# Tries the program with a real Redmine: installs Redmine from Debian's packages, runs it, the program and Patchbay in a temporary folder,
# and checks that each change arrives on the other side. Prints one line for each check, and stops at the first failure.
#
#     PATCHBAY=target/debug/patchbay examples/providers/redmine/try.sh
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
SHIPPED=/usr/share/redmine
WORK=$(mktemp -d)
read -ra PATCHBAY <<<"${PATCHBAY:-cargo run --quiet --}"
declare -A RUNNING=()
START=$(date +%s)

# start NAME COMMAND…: runs a process whose output is in a log of this name. stop NAME ends it.
start() {
  "${@:2}" >>"$WORK/$1.log" 2>&1 &
  RUNNING[$1]=$!
}
stop() {
  kill "${RUNNING[$1]}" 2>/dev/null || true
  wait "${RUNNING[$1]}" 2>/dev/null || true
  unset "RUNNING[$1]"
}
clean_up() {
  local code=$?
  for name in "${!RUNNING[@]}"; do stop "$name"; done
  if test "$code" -ne 0; then
    echo "FAILED  the last words of each log follow"
    tail -n 20 "$WORK"/*.log
  fi
  rm -rf "$WORK"
  exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# check SECONDS WORDS COMMAND…: repeats the command until it succeeds, and prints how long that took.
check() {
  local limit=$1 words=$2 since took name
  since=$(date +%s%N)
  shift 2
  while ! "$@"; do
    for name in "${!RUNNING[@]}"; do
      kill -0 "${RUNNING[$name]}" 2>/dev/null || { echo "not ok  $words: $name has ended" && exit 1; }
    done
    took=$((($(date +%s%N) - since) / 1000000))
    test "$took" -le "${limit}000" || { echo "not ok  $words: not within $limit s" && exit 1; }
    sleep 0.05
  done
  took=$((($(date +%s%N) - since) / 1000000))
  printf 'ok  %3d.%02d s  %s\n' $((took / 1000)) $((took % 1000 / 10)) "$words"
}
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
# The value at a path in JSON, or nothing.
field() {
  python3 -c 'import functools, json, sys
try:
    print(functools.reduce(lambda value, key: value[int(key) if key.isdigit() else key], sys.argv[1].split("."), json.load(sys.stdin)))
except (KeyError, IndexError, TypeError, ValueError):
    pass' "$1"
}
is() { test "$1" = "$2"; }
has() { grep --quiet --fixed-strings -- "$2" <<<"$1"; }

# --- Redmine ----------------------------------------------------------------------------------------------------------------------------

if ! test -d "$SHIPPED" || ! command -v puma >/dev/null; then
  apt-get update --quiet=2
  DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends \
    redmine redmine-sqlite puma curl >"$WORK/apt.log" 2>&1
fi
printf 'redmine %s\n' "$(dpkg-query --showformat '${Version}' --show redmine)"

# A copy of its own, because Debian's instances share the plugins and the Gemfile.
SITE=$WORK/redmine
INSTANCE=$SITE/instances/default
cp -r "$SHIPPED" "$SITE"
rm -rf "$SITE/instances" "$SITE/Gemfile.lock" "$SITE/config/database.yml"
mkdir -p "$INSTANCE"/{config,log,files,tmp,public/plugin_assets} "$SITE/plugins"
sed -i "s#$SHIPPED#$SITE#" "$SITE/Gemfile"
cat >"$INSTANCE/config/database.yml" <<END
production:
  adapter: sqlite3
  database: $WORK/redmine.sqlite
  timeout: 10000
END
python3 -c 'import secrets; print(secrets.token_hex(64))' >"$INSTANCE/config/secret_key.txt"
cp -r "$HERE/patchbay_notes" "$SITE/plugins/"
NOTES=$WORK/notes
export RAILS_ENV=production REDMINE_LANG=en

cat >"$WORK/setup.rb" <<'END'
# With SQLite, Redmine fails when two threads write at once: no mails are sent, and it is served by one thread.
ActionMailer::MailDeliveryJob.queue_adapter = :inline
Setting.notified_events = []
Setting.rest_api_enabled = "1"
person = lambda do |login, admin|
  User.create!(login: login, firstname: login.capitalize, lastname: "Example", mail: "#{login}@example.com", language: "en",
               password: SecureRandom.hex, admin: admin)
end
account, you = person.call("patchbay", true), person.call("you", false)
project = Project.create!(name: "Shop", identifier: "shop", trackers: Tracker.all)
Member.create!(project: project, principal: you, roles: [Role.find_by!(name: "Manager")])
WorkflowTransition.where(new_status: IssueStatus.find_by!(name: "Rejected")).delete_all
puts [account.api_key, you.api_key, you.id, project.id].join(" ")
END
install_redmine() (
  cd "$SITE"
  { rake db:migrate && rake redmine:load_default_data && bin/rails runner "$WORK/setup.rb" >"$WORK/setup.out"; } >"$WORK/install.log" 2>&1
)
check 0 "Redmine is set up, with a project, two users and the plugin" install_redmine
read -r ACCOUNT_KEY YOUR_KEY YOU PROJECT < <(tail -n 1 "$WORK/setup.out")
# Statuses and a priority of Redmine's default data.
NEW=1 IN_PROGRESS=2 CLOSED=5 REJECTED=6 HIGH=3

REDMINE=http://127.0.0.1:$(free_port)/
start redmine env PATCHBAY_NOTES="$NOTES" puma --quiet --threads 1:1 --dir "$SITE" --environment production \
  --bind "tcp://${REDMINE:7:-1}"
# redmine METHOD PATH […]: a call of the person "you".
redmine() { curl --silent --fail -X "$1" -H "X-Redmine-API-Key: $YOUR_KEY" -H "Content-Type: application/json" "$REDMINE$2" "${@:3}"; }
check 120 "Redmine answers" redmine GET users/current.json --output "$WORK/current.json"

# --- The program ------------------------------------------------------------------------------------------------------------------------

python3 -c 'import base64, os; print("whsec_" + base64.b64encode(os.urandom(32)).decode())' >"$WORK/redmine.secret"
PROGRAM=127.0.0.1:$(free_port)
start_program() {
  start program python3 "$HERE/provider.py" --listen "$PROGRAM" --secret-file "$WORK/redmine.secret" \
    --redmine "$REDMINE" --notes "$NOTES" --state "$WORK/webhooks.json"
}
refuses_unsigned() { is "$(curl --silent --output /dev/null --write-out '%{http_code}' --data '{}' "http://$PROGRAM/probe")" 401; }
start_program
check 20 "the program listens, and refuses a call without a signature" refuses_unsigned

# --- Patchbay ---------------------------------------------------------------------------------------------------------------------------

cat >"$WORK/providers.toml" <<END
[[provider]]
descriptor = "$HERE/descriptor.toml"
url = "http://$PROGRAM"
secret_file = "redmine.secret"
END
LISTEN=127.0.0.1:$(free_port)
API=http://$LISTEN
export PATCHBAY_DATA_DIR=$WORK/data PATCHBAY_PROVIDERS=$WORK/providers.toml PATCHBAY_HTTP_LISTEN=$LISTEN PATCHBAY_PUBLIC_URL=$API
export PATCHBAY_GRPC_LISTEN=127.0.0.1:0 PATCHBAY_ADMIN_LISTEN=127.0.0.1:0
start patchbay "${PATCHBAY[@]}" up
check 600 "Patchbay answers" curl --silent --fail --output /dev/null "$API/healthz"

patchbay() { "${PATCHBAY[@]}" "$@"; }
{
  patchbay seed
  patchbay users create you@example.com --name You
  patchbay members set harbour-goods-1 you@example.com owner
} >"$WORK/operator.log" 2>&1
ORG=harbour-goods-1
TOKEN=$(patchbay tokens create you@example.com --scope org:admin,event:admin)
# api METHOD PATH […]: a call of Patchbay's API.
api() {
  curl --silent -X "$1" -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" "$API/api/0/$2" "${@:3}"
}

# --- The account ------------------------------------------------------------------------------------------------------------------------

SETUP=organizations/$ORG/pipeline/integration_pipeline/
api POST "$SETUP" --data '{"action": "initialize", "provider": "redmine"}' >"$WORK/initialize.json"
check 0 "a wrong API key is refused in words" has "$(api POST "$SETUP" --data '{"apiKey": "abc"}')" "Redmine does not accept the API key."
INTEGRATION=$(api POST "$SETUP" --data "{\"apiKey\": \"$ACCOUNT_KEY\"}" | field data.id)
check 0 "the account is connected" test -n "$INTEGRATION"
# settings ON_RESOLVE
settings() {
  api POST "organizations/$ORG/integrations/$INTEGRATION/" --data '{
    "sync_forward_assignment": true, "sync_reverse_assignment": true, "sync_status_reverse": true, "sync_comments": true,
    "sync_status_forward": {"'"$PROJECT"'": {"on_resolve": "'"$1"'", "on_unresolve": "'"$NEW"'"}}
  }' >"$WORK/settings.json"
}
settings "$CLOSED"

# --- A ticket ---------------------------------------------------------------------------------------------------------------------------

ISSUE=$(api GET "organizations/$ORG/issues/?query=" | field 0.id)
LINKS=issues/$ISSUE/integrations/$INTEGRATION/
FORM=$(api GET "$LINKS?action=create")
check 0 "the form of a ticket has Redmine's projects, trackers and priorities" \
  is "$(for n in 0 1 2 3 4; do field "createIssueConfig.$n.name" <<<"$FORM"; done | xargs)" "project tracker title description priority"
TICKET=$(api POST "$LINKS" --data '{
  "project": "'"$PROJECT"'", "tracker": "1", "priority": "'"$HIGH"'", "title": "Printer on fire", "description": "Hot."
}' | field key)
# The value at a path of the ticket as Redmine shows it.
ticket() { redmine GET "issues/$TICKET.json?include=journals" | field "issue.$1"; }
ticket_is() { is "$(ticket "$1")" "$2"; }
ticket_has_note() { has "$(redmine GET "issues/$TICKET.json?include=journals")" "$1"; }
issue_is() { is "$(api GET "issues/$ISSUE/" | field "$1")" "$2"; }
change_ticket() { redmine PUT "issues/$TICKET.json" --data "{\"issue\": $1}"; }
change_issue() { api PUT "issues/$ISSUE/" --data "$1" >"$WORK/issue.json"; }
link() { api GET "issues/$ISSUE/integrations/" | field "0.externalIssues.0.lastOutbound.$1"; }

check 0 "the ticket is linked and has its priority" ticket_is priority.id "$HIGH"
search() {
  curl --silent -H "Authorization: Bearer $TOKEN" "$API/extensions/redmine/search/$ORG/$INTEGRATION/?field=externalIssue&query=$1"
}
check 0 "the ticket is found by its subject" has "$(search Printer)" "#$TICKET Printer on fire"
check 0 "the ticket is found by its number" has "$(search "%23$TICKET")" "#$TICKET Printer on fire"

# --- From Patchbay to Redmine -----------------------------------------------------------------------------------------------------------

change_issue '{"assignedTo": "you@example.com"}'
check 15 "to Redmine: the ticket is assigned" ticket_is assigned_to.id "$YOU"
change_issue '{"status": "resolved"}'
check 15 "to Redmine: the ticket is closed" ticket_is status.id "$CLOSED"
COMMENT=$(api POST "issues/$ISSUE/comments/" --data '{"text": "The cable was loose."}' | field id)
check 15 "to Redmine: a comment is a note" ticket_has_note "The cable was loose."
api PUT "issues/$ISSUE/comments/$COMMENT/" --data '{"text": "The plug was loose."}' >"$WORK/comment.json"
check 15 "to Redmine: the note follows the edited comment" ticket_has_note "The plug was loose."

# --- From Redmine to Patchbay -----------------------------------------------------------------------------------------------------------

change_ticket "{\"status_id\": $IN_PROGRESS}"
check 15 "to Patchbay: the ticket is reopened, so the issue is unresolved" issue_is status unresolved
change_ticket '{"assigned_to_id": ""}'
check 15 "to Patchbay: the issue is unassigned" issue_is assignedTo None
change_ticket "{\"assigned_to_id\": $YOU}"
check 15 "to Patchbay: the issue is assigned" issue_is assignedTo.email you@example.com
change_ticket "{\"status_id\": $CLOSED}"
check 15 "to Patchbay: the ticket is closed, so the issue is resolved" issue_is status resolved
change_ticket "{\"status_id\": $NEW}"
check 15 "to Patchbay: the ticket is reopened again" issue_is status unresolved

health_is() { is "$(api GET "organizations/$ORG/integrations/$INTEGRATION/health/" | field "$1")" "$2"; }
check 15 "the integration is healthy" health_is state healthy

# --- A restart of the program -----------------------------------------------------------------------------------------------------------

stop program
change_ticket '{"assigned_to_id": ""}'
change_issue '{"status": "resolved"}'
sleep 3
check 0 "the program is stopped: nothing arrives, nothing is lost" issue_is assignedTo.email you@example.com
start_program
check 20 "the program runs again: what Redmine noted arrives" issue_is assignedTo None
check 90 "the program runs again: what Patchbay kept arrives" ticket_is status.id "$CLOSED"
check 15 "nothing waits any more" health_is queue.pending 0

# --- A status that the workflow forbids -------------------------------------------------------------------------------------------------

change_ticket "{\"status_id\": $NEW}"
check 15 "the ticket is open again" issue_is status unresolved
is_ignored() {
  local answer
  answer=$(curl --silent --output /dev/null --write-out '%{http_code}' -X PUT -H "X-Redmine-API-Key: $ACCOUNT_KEY" \
    -H "Content-Type: application/json" "${REDMINE}issues/$TICKET.json" --data "{\"issue\": {\"status_id\": $REJECTED}}")
  is "$answer" 204 && ticket_is status.id "$NEW"
}
check 0 "Redmine answers 204 to a forbidden status, and changes nothing" is_ignored
settings "$REJECTED"
change_issue '{"status": "resolved"}'
is_halted() { is "$(link operation) $(link outcome)" "status halted"; }
check 15 "Patchbay tells why the status could not be set" is_halted
printf '              %s\n' "$(link message)"
knows_problem() { has "$(api GET "organizations/$ORG/integrations/$INTEGRATION/health/")" '"kind":"no_transition"'; }
check 15 "the health of the integration names the problem" knows_problem
check 0 "the ticket keeps its status" ticket_is status.id "$NEW"
settings "$CLOSED"
check 60 "with another mapping the change is made up for" ticket_is status.id "$CLOSED"

# --- Secrets ----------------------------------------------------------------------------------------------------------------------------

no_secrets() {
  ! grep --quiet --fixed-strings -e "$ACCOUNT_KEY" -e "$(cat "$WORK/redmine.secret")" "$WORK"/{program,patchbay}.log
}
check 0 "no log has the API key or the secret in it" no_secrets
echo "all checks passed in $(($(date +%s) - START)) s"
