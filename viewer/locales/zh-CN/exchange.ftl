# 与其他全景软件互换，离线副本
exchange-defect = 瑕疵
exchange-narration = 解说
exchange-captions = 字幕
exchange-seen-on = 发现日期：{$day}
exchange-announcement = 公告记载：{$text}
exchange-length = {$length} 米（误差 ±{$error} 米）
exchange-begins = 开始时间：{$when}（{$zone}）
exchange-missing = 这里还缺全景软件本身。请按 README.txt 的说明，在本文件夹中运行“npm install”，再通过网页服务器打开。
exchange-scenes = 场景
exchange-close = 关闭
exchange-no-script = 浏览器没有启用脚本，只能看到下面的静态图片。
exchange-broken = 文件不完整，或浏览器过旧。请先把压缩包全部解压，再用 Chrome、Edge、Firefox 或 Safari 的较新版本打开 index.html。
exchange-notice = {$court}“{$title}”，第 {$number} 版，{$at}（北京时间）公布，根哈希 {$root}。最新情况以 {$address} 为准。
exchange-notice-draft = {$court}“{$title}”的草稿，尚未审核，不得公开。公开的内容以 {$address} 为准。
exchange-masked = 画面和图片中的马赛克是隐私遮挡，公开前均由法院核对：
exchange-masked-scene = {$scene}：{$masked}
exchange-masked-photos = 标注的图片：{$masked}
exchange-licence =
    图片由法院或其委托的机构制作，只供了解本次拍卖的财产，未经法院同意不得另作他用。
    被遮盖的内容在这里同样被遮盖；这里没有原始照片。
exchange-readme-pannellum =
    用 Pannellum 2.5 打开：
    1. 解压，在本文件夹中运行“npm install”，即取得 Pannellum；
       或从 https://pannellum.org 下载，把 pannellum.js 和 pannellum.css 放入 node_modules/pannellum/build/。
    2. 用任何网页服务器提供本文件夹（例如“npx serve”），打开 index.html。
    tour.json 是 Pannellum 的配置，图块在 tiles/ 中。
exchange-readme-marzipano =
    用 Marzipano 0.10 打开：
    1. 解压，在本文件夹中运行“npm install”，即取得 Marzipano；
       或从 https://www.marzipano.net 下载，把 marzipano.js 放入 node_modules/marzipano/dist/。
    2. 用任何网页服务器提供本文件夹（例如“npx serve”），打开 index.html。
    data.js 与 Marzipano Tool 导出的格式相同，可以连同 tiles/ 放进它导出的项目。
exchange-readme-psv =
    用 Photo Sphere Viewer 5 打开：
    1. 解压，在本文件夹中运行“npm install”，即取得 Photo Sphere Viewer 及其插件。
    2. 用任何网页服务器提供本文件夹（例如“npx serve”），打开 index.html。
    tour.json 中的 nodes 就是 VirtualTourPlugin 的节点，图块在 tiles/ 中（重新切分，JPEG 质量 92）。
exchange-readme-offline =
    离线副本：先把压缩包全部解压，再双击 index.html。不需要网络，也不会发出任何网络请求。
    proof/ 中有法院的签名。核对：
      kanfang verify-manifest --keys proof/jwks.json proof/manifest.json
    （草稿没有签名。）
