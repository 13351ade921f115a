#!/usr/bin/env bash
# test_random.sh GENERATE_MANY ROUND_TRIP INCLUDES... - random descriptions: each is refused with words, or its glue
# compiles without a warning, for the board too, its page is JavaScript, and each endpoint goes there and back.
# SEED=7 COUNT=1000 in the environment: others, and more of them.
# SPDX-License-Identifier: Apache-2.0
source_folder=$(realpath "$(dirname "$0")/../../..") || exit 1
source "$source_folder/tests/cli/common.sh"
many=$1 round_trip=$2
includes=("${@:3}")
seed=${SEED-1} count=${COUNT-200}
echo "random descriptions: seed $seed; again: SEED=$seed $0 ..."

check 'random descriptions' exits 0 node "$source_folder/tests/cli/random_description.mjs" --count "$count" --seed "$seed" --out in
mkdir all
check 'each is generated or refused with words' exits 0 "$many" all in/[0-9]*.json
cat out
read -r generated _ refused _ <out
check 'none is forgotten' test $((generated + refused)) -eq "$count"
check 'the good ones, no others' test "$generated" -eq "$(grep -c ': null' in/expected.json)"
check 'most are good ones' test "$generated" -ge $((count / 2))

# Two compilers at a time. What fails is said, and counted by the file that is missing.
cat >compile_one.sh <<SCRIPT
includes=($(printf '%q ' "${includes[@]}"))
source "$source_folder/tests/cli/generate/compile.sh"
as_library "\$1" || touch "\$1/failed"
for_board "\$1" "\$1/glue.c" || touch "\$1/failed"
SCRIPT
printf '%s\n' all/* | xargs -P 2 -L 1 bash compile_one.sh
check 'all of them compile without a warning, for host and board' test -z "$(ls all/*/failed 2>/dev/null)"
for folder in all/*; do
    cp "in/$(basename "$folder").json" "$folder/dashboard.json"
done
check 'each endpoint, there and back' exits 0 "$round_trip" "$seed" all/*/
cat out
cat >look.mjs <<'JS'
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
let bad = 0;
const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
for (const path of process.argv.slice(2)) {
  const page = readFileSync(path, 'utf8');
  const scripts = [...page.matchAll(/<script>(.*?)<\/script>/gs)];
  const style = page.match(/<style>(.*?)<\/style>/s)[1];
  try {
    if (scripts.length !== 1) throw new Error(`${scripts.length} scripts`);
    new Function(scripts[0][1]);
    if (!page.includes(`script-src ${hash(scripts[0][1])};style-src ${hash(style)};`)) throw new Error('its policy');
  } catch (error) {
    bad++;
    console.error(`${path}: ${error.message}`);
  }
}
process.exit(bad ? 1 : 0);
JS
check 'each page has one script, which JavaScript can read and the policy lets run' node look.mjs all/*/page.html
finish
