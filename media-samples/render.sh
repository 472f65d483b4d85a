#!/usr/bin/env bash
# Renders the sample media. Resumable: samples lie under .render/slices, what was made with the same recipe is left alone.
#   render.sh [panoramas]     all standpoints as full spheres, 8192 wide (hours); options: --width, --samples, --only, --finish-only, --into
#   render.sh photos          the sets of ordinary photos and the dual-fisheye pictures; options: --samples, --only
#   render.sh depth           the depth maps (two minutes)
#   render.sh videos          the films: bakes the light (half an hour of one core), films, encodes; options: --only
#   render.sh film-edges [NAME…] videos/edges.json, the truth for films; after every change of a film; only of films that begin with NAME
#   render.sh edges [NAME…]   edges.json, the truth for tests of projection; after every change of a picture; only of pictures that begin with NAME
#   render.sh --quick         one small picture of each kind into .render/quick: proves that the scripts run
set -euo pipefail
cd "$(dirname "$0")"
# KANFANG_BLENDER: where Blender is kept, if not here.
tools=${KANFANG_BLENDER:-.render/venv}
if [ ! -x "$tools/bin/python" ]; then
  python3.11 -m venv "$tools"
  "$tools/bin/pip" install --quiet 'bpy==4.5.15' 'Pillow==13.0.0'
fi
[ -f /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] || { echo "render.sh: Debian's package fonts-noto-cjk is needed for the printed papers" >&2; exit 1; }
# Without a terminal on standard input: Blender as a background job would be stopped by it.
scene() { nice -n 19 "$tools/bin/python" "scene/$1.py" "${@:2}" </dev/null; }
kind=panoramas
case "${1:-}" in
  panoramas | photos | depth | edges | videos | film-edges) kind=$1; shift ;;
  --quick)
    scene render_panoramas --width 128 --samples 2 --only bedroom-second --into .render/quick/panoramas
    scene render_photos --quick --samples 1
    scene quick_film --quick
    exit ;;
esac
case "$kind" in
  panoramas) scene render_panoramas "$@" ;;
  photos) scene render_photos "$@" ;;
  depth) scene depth_maps ;;
  edges) scene edges "$@" ;;
  videos) scene bake; scene film "$@" ;;
  film-edges) scene film_edges "$@" ;;
esac
