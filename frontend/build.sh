#!/bin/sh
# Builds portal/static/postroom/vendor/codemirror.js and its licence file from the pinned packages of package-lock.json.
# Needs Node.js and npm. The result is committed, so that neither is needed to install or run Postroom.
set -eu
cd "$(dirname "$0")"
out=../portal/static/postroom/vendor

npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
node_modules/.bin/esbuild codemirror.js --bundle --format=esm --minify --target=es2022 --legal-comments=none \
  --banner:js="// CodeMirror 6, MIT; see LICENSE-codemirror.txt. Built by frontend/build.sh: do not edit." \
  --metafile=node_modules/.bundle.json --outfile="$out/codemirror.js" --log-level=warning
node licences.js node_modules/.bundle.json > "$out/LICENSE-codemirror.txt"
