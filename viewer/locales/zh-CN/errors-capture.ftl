# 拍摄清单的错误：<slug>-title 为标题，<slug> 为说明。
shot-list-too-many-title = 房间太多
shot-list-too-many = 共 { $count } 个房间，一份拍摄清单最多 80 个。
shot-list-room-title = 房间填写有误
shot-list-room = 第 { $room } 个房间：{ $what }。
