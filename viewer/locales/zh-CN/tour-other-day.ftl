# 全景：同一位置两个日期的对照
other-day-line = 两个日期的分界线
other-day-value = { $left } 占 { $at }%，{ $right } 占 { $rest }%
other-day-opened = 正在对照两个日期：左侧 { $left }，右侧 { $right }。方向键移动分界线，Esc 关闭。
other-day-unknown = 日期不详
