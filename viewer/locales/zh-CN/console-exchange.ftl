# 导出：其他全景软件、离线副本
exchange-export = 导出
exchange-export-title = 导出全景
exchange-of = 内容
exchange-of-published = 已公布的第 {$number} 版
exchange-of-draft = 当前草稿
exchange-kind = 用途
exchange-kind-offline = 离线副本
exchange-kind-pannellum = Pannellum
exchange-kind-marzipano = Marzipano
exchange-kind-psv = Photo Sphere Viewer
exchange-about-offline = 解压后双击 index.html 即可观看，不需要网络；已公布的版本附有法院签名，可以核对。
exchange-about-pannellum = Pannellum 2.5 的多分辨率项目，附说明。图块与网站上的完全相同，遮挡同样有效。
exchange-about-marzipano = 与 Marzipano Tool 导出的格式相同的项目，附说明。图块重新切分，遮挡同样有效。
exchange-about-psv = Photo Sphere Viewer 5 的虚拟漫游，附说明。图块重新切分，遮挡同样有效。
exchange-draft-warning = 草稿未经法院审核，不得公开。
exchange-download = 下载压缩包
