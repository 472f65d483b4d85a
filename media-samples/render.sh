#!/usr/bin/env bash
# Renders the sample panoramas. Resumable: what is there with the same recipe is left alone.
#   render.sh            all standpoints, 8192 wide (hours)
#   render.sh --quick    one standpoint, 128 wide, into .render/quick/panoramas
# Other options go to scene/render_panoramas.py: --width, --samples, --only, --finish-only, --into.
set -euo pipefail
cd "$(dirname "$0")"
tools=.render/venv
if [ ! -x "$tools/bin/python" ]; then
  python3.11 -m venv "$tools"
  "$tools/bin/pip" install --quiet 'bpy==4.5.15' 'Pillow==13.0.0'
fi
[ -f /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] || { echo "render.sh: Debian's package fonts-noto-cjk is needed for the printed papers" >&2; exit 1; }
if [ "${1:-}" = --quick ]; then
  shift
  set -- --width 128 --samples 2 --only bedroom-second --into .render/quick/panoramas "$@"
fi
# Without a terminal on standard input: Blender as a background job would be stopped by it.
exec nice -n 19 "$tools/bin/python" scene/render_panoramas.py "$@" </dev/null
