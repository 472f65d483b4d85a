# 没有 WebGL 时的看房页面
tour-stills-note = 此设备无法显示可转动的全景，以下为各场景的照片。
tour-stills-masked = 此场景的画面有 { $count } 处隐私遮挡，公开前均由法院核对。
tour-still = { $scene }，{ $side }
tour-side-f = 正前方
tour-side-r = 右侧
tour-side-b = 后方
tour-side-l = 左侧
tour-side-u = 上方
tour-side-d = 下方
