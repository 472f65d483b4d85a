# 头显中的全景：画面里的文字
headset-leave = 退出头显
headset-close = 再次选择此卡片即可关闭。
headset-seen-on = 发现于 { $date }
headset-on-page = 请退出头显后在网页上打开。
