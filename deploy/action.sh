#!/usr/bin/env bash
# What action.yml runs: problems as annotations, the plan as one comment on the change that is updated each time.
set -uo pipefail
: "${KSYNC_PATH:?}"
marker='<!-- ksync plan -->'
strict=()
[[ ${KSYNC_STRICT:-false} == true ]] && strict=(--strict)
sarif=()
[[ -n ${KSYNC_SARIF:-} ]] && sarif=(--format "sarif=$KSYNC_SARIF")

ksync validate --offline "${strict[@]}" "${sarif[@]}" --format github "$KSYNC_PATH" || exit 1
[[ -n ${KSYNC_PLAN_PROFILE:-} ]] || exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ksync plan "$KSYNC_PATH" --profile "$KSYNC_PLAN_PROFILE" --format "markdown=$work/plan.md" --format text
code=$? # 2: changes are pending, which is no failure here
[[ $code == 1 && ! -s $work/plan.md ]] && exit 1
[[ -n ${GITHUB_STEP_SUMMARY:-} ]] && cat "$work/plan.md" >>"$GITHUB_STEP_SUMMARY"

api() { # METHOD PATH [FILE]
  curl --silent --show-error --fail --request "$1" --header "Authorization: Bearer $FORGE_TOKEN" \
    --header 'Content-Type: application/json' ${3:+--data "@$3"} "$FORGE_API/repos/$FORGE_REPOSITORY/$2"
}

if [[ -n ${FORGE_CHANGE:-} && -n ${FORGE_TOKEN:-} ]]; then
  python3 - "$marker" "$work/plan.md" >"$work/body.json" <<'PYTHON'
import json, sys
marker, file = sys.argv[1:]
print(json.dumps({"body": f"{marker}\n{open(file, encoding='utf-8').read()}"}))
PYTHON
  known=$(api GET "issues/$FORGE_CHANGE/comments?per_page=100" | python3 -c '
import json, sys
print(next((str(one["id"]) for one in json.load(sys.stdin) if one["body"].startswith(sys.argv[1])), ""))' "$marker") || exit 1
  if [[ -n $known ]]; then
    api PATCH "issues/comments/$known" "$work/body.json" >"$work/answer" || exit 1
  else
    api POST "issues/$FORGE_CHANGE/comments" "$work/body.json" >"$work/answer" || exit 1
  fi
fi
[[ $code != 1 ]]
