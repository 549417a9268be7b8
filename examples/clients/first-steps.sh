#!/usr/bin/env bash
# The first steps of a session with curl alone: start it, take its first command, carry it out, report, and see what happened.
#
#   SPECWRIGHT_API_KEY=$(specwright keys create --name me --role developer) SPECWRIGHT_URL=http://localhost:7300 \
#     bash first-steps.sh
#
# in a clone of the project's repository.
set -euo pipefail

api() { # METHOD PATH [JSON [HEADER]]
  local body=()
  [ $# -lt 3 ] || body=(--header 'content-type: application/json' --data "$3" --header "${4:-accept: application/json}")
  curl --silent --show-error --fail-with-body --request "$1" --header "authorization: Bearer $SPECWRIGHT_API_KEY" \
    --retry 3 "${body[@]}" "$SPECWRIGHT_URL$2"
}
# The text at a key of JSON; `jq` does it better where it is installed.
text() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
number() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p"; }

start='{"sessionType":"componentCoding","context":"Billing","component":"Money","executorQueue":null}'
# With the key it is one session, however often the start is sent.
session=$(api POST /v1/sessions "$start" "idempotency-key: $(date +%s)-$RANDOM$RANDOM" | text sessionId)
echo "session $session"

# Waits up to 20 s for something to happen after the cursor, and never advances anything.
next=$(api GET "/v1/sessions/$session/command")
while [[ $next != *'"kind":"command"'* ]]; do
  cursor=$(number cursor <<<"$next")
  next=$(api GET "/v1/sessions/$session/command?waitMs=20000&after=$cursor")
done
command=$(text id <<<"$next")
branch=$(text branch <<<"$next")
echo "command $command"

# For a minute nobody else works on it; PUT the same with the number to keep it.
taken="{\"commandId\":\"$command\",\"owner\":\"$(hostname)\",\"ttlMs\":60000}"
lease=$(api POST "/v1/sessions/$session/lease" "$taken" | number number)

# What the command's script says: a branch of its own, pushed.
git fetch --quiet origin
git switch --quiet --create "$branch" origin/main
git push --quiet origin "$branch"

evidence="{\"git\":{\"branch\":\"$branch\",\"baseSha\":\"$(git rev-parse HEAD)\"}}"
report="{\"commandId\":\"$command\",\"lease\":$lease,\"result\":{\"status\":\"ok\",\"evidence\":$evidence}}"
answer=$(api POST "/v1/sessions/$session/results" "$report")
echo "accepted; next: $(text title <<<"$answer")"
# Safe to repeat: the same report gets the first answer.
api POST "/v1/sessions/$session/results" "$report" | grep --only-matching '"duplicate":true'

# As a page, and as a stream that stays open until the session ends; `last-event-id` goes on after an event.
api GET "/v1/sessions/$session/events?limit=100" | grep --only-matching '"type":"[^"]*"'
curl --silent --no-buffer --max-time 2 --header "authorization: Bearer $SPECWRIGHT_API_KEY" \
  --header 'accept: text/event-stream' --header 'last-event-id: 1' "$SPECWRIGHT_URL/v1/sessions/$session/events" || true

api POST "/v1/sessions/$session/cancel" '{"reason":"these were the first steps"}'
