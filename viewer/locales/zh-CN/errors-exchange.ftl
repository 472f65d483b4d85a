# 与其他全景软件互换
export-nothing-published-title = 尚未公布
export-nothing-published = 该标的没有已公布的全景。请导出草稿，或先公布全景。
export-masks-pending-title = 遮挡后的图片仍在生成
export-masks-pending = 草稿中仍有全景显示了应遮挡的内容。请等处理完成后再试。
export-no-viewer-title = 缺少浏览程序
export-no-viewer = 此服务器没有附带离线浏览程序，请联系运行维护人员。
