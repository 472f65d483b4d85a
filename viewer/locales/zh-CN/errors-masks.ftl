# 隐私遮挡的错误：<slug>-title 为标题，<slug> 为说明。
mask-wrong-title = 遮挡区域有误
mask-wrong = 第 { $mask } 处遮挡：{ $what }。
masks-too-many-title = 遮挡过多
masks-too-many = 共 { $count } 处遮挡；一张全景图最多 200 处。
masks-undecided-title = 还有建议遮挡未处理
masks-undecided = 还有 { $count } 处建议遮挡未处理。请逐一确认或否决后再提交。
masks-pending-title = 遮挡后的图片仍在生成
masks-pending = 还有 { $count } 张全景图正在按遮挡重新生成，完成后请再试。
masks-unseen-title = 还有遮挡未查看
masks-unseen = 还有 { $count } 处遮挡未查看。请逐一查看后再通过。
masks-not-allowed-title = 无权操作
masks-not-allowed = 您无权处理该标的的遮挡：遮挡由制作方绘制，由法院审核员核对。
mask-same-person-title = 需要他人复核
mask-same-person = 修改遮挡的人不能复核该遮挡，请由同事复核。
