# 离线副本的说明条
exchange-copy-what = 离线副本
exchange-copy-draft = 草稿，尚未公布
exchange-copy-published = {$at} 公布，第 {$number} 版
exchange-copy-root = 根哈希 {$root}
exchange-copy-site = 以法院网站为准
