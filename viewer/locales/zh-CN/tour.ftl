tour-loading = 正在打开全景
