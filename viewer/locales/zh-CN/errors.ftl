# 每个错误两条：<slug>-title 是标题，<slug> 是说明。
internal-title = 服务器内部错误
internal = 服务器出错，未能完成操作。请稍后再试；若仍不行，请把请求编号告诉技术人员。
invalid-request-title = 请求有误
invalid-request = 请求的内容不合要求：{ $reason }
method-not-allowed-title = 不支持的请求方法
method-not-allowed = 这个地址只能读取。
not-found-title = 没有找到
not-found = 没有找到您要的内容。它可能已经移走，或者您无权查看。
stale-title = 内容已被他人修改
stale = 在您打开之后，这项内容已被他人修改。请重新载入，再作修改。
taken-title = 已被占用
taken = “{ $value }”已被占用，请换一个。
storage-full-title = 存储空间不足
storage-full = 服务器的存储空间已满，暂时不能保存。已有内容不受影响，请联系技术人员。
database-unavailable-title = 数据库暂时不可用
database-unavailable = 数据库暂时没有响应，请稍后再试。
signed-out-title = 请先登录
signed-out = 您还没有登录，或登录已过期。请重新登录。
role-missing-title = 没有权限
role-missing = 此操作需要以下角色之一：{ $needed }。请联系本院管理员。
scope-missing-title = 令牌权限不足
scope-missing = 此 API 令牌没有“{ $scope }”权限，请使用有此权限的令牌。
csrf-title = 请求未通过安全校验
csrf = 此请求缺少正确的 X-CSRF-Token。请刷新页面后重试。
wrong-password-title = 登录失败
wrong-password = 登录名或密码不正确。
second-factor-required-title = 需要动态验证码
second-factor-required = 此账号已启用两步验证，请输入验证器上的动态验证码。
wrong-code-title = 验证码不正确
wrong-code = 验证码不正确或已用过，请等待下一个验证码。
too-many-failures-title = 尝试次数过多
too-many-failures = 登录失败次数过多，请 15 分钟后再试。
weak-password-title = 密码不符合要求
weak-password = 密码至少 { $least } 个字符，且不能与登录名相同。
setup-done-title = 初始设置已完成
setup-done = 初始设置已完成，请直接登录。
setup-wrong-code-title = 设置码不正确
setup-wrong-code = 设置码不正确，请使用服务器最近一次启动时显示的设置码。
tour-wrong-state-title = 当前状态不能执行此操作
tour-wrong-state = 漫游当前状态为“{ $state }”，不能执行“{ $step }”。请重新载入，查看最新状态。
tour-same-person-title = 须由另一人办理
tour-same-person = 同一人不得既{ $earlier ->
    [submitted] 提交
   *[reviewed] 审核
    }又{ $step ->
    [publish] 发布
   *[review] 审核
    }同一漫游，请由同事办理。
tour-not-allowed-title = 没有权限
tour-not-allowed = 您不能对此漫游执行此操作，需要本院的角色：{ $needed }。
tour-empty-title = 漫游还没有场景
tour-empty = 漫游还没有场景，请至少添加一张全景。
reason-missing-title = 请填写理由
reason-missing = 请填写理由。
tour-remark-title = 退回意见有误
tour-remark = 退回意见有误：{ $what }。
preview-needs-round-title = 还没有拍卖轮次
preview-needs-round = 标的还没有拍卖轮次，无法预览标的页面。请先安排拍卖轮次。
shown-unseen-title = 还有内容未查看
shown-unseen = 还有 { $count } 个照片、视频或录音未按现状查看：{ $names }。请逐张打开照片，逐个看完视频、听完录音后再通过。
tour-document-title = 漫游内容有误
tour-document = 第 { $scene } 个场景有误：{ $what }
tour-withdrawn-title = 漫游已下架
tour-withdrawn = 此漫游已下架，不再提供查看。
