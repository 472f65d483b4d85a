# 导出：其他全景软件、离线副本
console-exchange-export = 导出
console-exchange-export-title = 导出全景
console-exchange-of = 内容
console-exchange-of-published = 已公布的第 {$number} 版
console-exchange-of-draft = 当前草稿
console-exchange-kind = 用途
console-exchange-kind-offline = 离线副本
console-exchange-kind-pannellum = Pannellum
console-exchange-kind-marzipano = Marzipano
console-exchange-kind-psv = Photo Sphere Viewer
console-exchange-about-offline = 解压后双击 index.html 即可观看，不需要网络；已公布的版本附有法院签名，可以核对。
console-exchange-about-pannellum = Pannellum 2.5 的多分辨率项目，附说明。图块与网站上的完全相同，遮挡同样有效。
console-exchange-about-marzipano = 与 Marzipano Tool 导出的格式相同的项目，附说明。图块重新切分，遮挡同样有效。
console-exchange-about-psv = Photo Sphere Viewer 5 的虚拟漫游，附说明。图块重新切分，遮挡同样有效。
console-exchange-draft-warning = 草稿未经法院审核，不得公开。
console-exchange-download = 下载压缩包
