/** The staff consoles in a real browser against the real server: from the first set-up to a listing with a round. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBrowser } from "./chromium.ts";
import { hasBinary, newPage, type Server, shot, signIn, startServer } from "./server.ts";

const ADMIN = { login: "admin", password: "correct horse 看房" };
const CLERK = { login: "shuji", password: "another horse 书记" };
const AGENT = { login: "jigou", password: "third horse 机构" };
const CASE = "（2026）京0102执1234号";

describe.skipIf(!hasBinary)("consoles", () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    server = await startServer();
    browser = await startBrowser();
    ({ page, complaints } = await newPage(browser));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const addUser = async (tenant: string, user: { login: string; password: string }, name: string, role?: string) => {
    await page.goto(`${server.url}/console/users`);
    await page.getByRole("button", { name: "新建账户" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("所属单位").selectOption({ label: tenant });
    await dialog.getByLabel("登录名").fill(user.login);
    await dialog.getByLabel("姓名").fill(name);
    await dialog.getByLabel("初始密码").fill(user.password);
    if (role) await dialog.getByLabel(role).check();
    await dialog.getByRole("button", { name: "保存" }).click();
    await dialog.waitFor({ state: "detached" });
  };

  it("sets up the first court, and refuses a wrong code in words", async () => {
    await page.goto(`${server.url}/console`);
    await page.getByRole("heading", { name: "首次设置" }).waitFor();
    const fill = async (code: string) => {
      await page.getByLabel("设置码").fill(code);
      await page.getByLabel("法院名称").fill("北京市西城区人民法院");
      await page.getByLabel("法院代字").fill("京0102");
      await page.getByLabel("登录名").fill(ADMIN.login);
      await page.getByLabel("姓名").fill("陈明");
      await page.getByLabel("密码", { exact: true }).fill(ADMIN.password);
      await page.getByLabel("再次输入密码").fill(ADMIN.password);
      await page.getByRole("button", { name: "完成设置" }).click();
    };
    await fill("wrong");
    await page.getByRole("alert").waitFor();
    await shot(page, "setup-wrong-code");
    await fill(server.code);
    await page.getByRole("heading", { name: "工作列表" }).waitFor();
    await shot(page, "work-list-empty");
  });

  it("makes an agency and people for court and agency", async () => {
    await page.goto(`${server.url}/console/tenants`);
    await page.getByRole("button", { name: "新建机构" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("名称").fill("京华拍卖辅助服务中心");
    await dialog.getByLabel("代码").fill("jinghua");
    await dialog.getByRole("button", { name: "保存" }).click();
    await page.getByText("京华拍卖辅助服务中心").first().waitFor();
    await addUser("北京市西城区人民法院", CLERK, "李书记", "书记员");
    await addUser("京华拍卖辅助服务中心", AGENT, "王摄影");
    await page.goto(`${server.url}/console/users`);
    await page.getByText("李书记").waitFor();
    await shot(page, "users");
  });

  it("shows the audit log and finds its chain whole", async () => {
    await page.goto(`${server.url}/console/audit`);
    await page.getByText("首次设置").waitFor();
    await page.getByRole("button", { name: "校验" }).click();
    await page.getByText("链条未断").waitFor();
    await shot(page, "audit");
  });

  it("turns on the second factor only with the password", async () => {
    await page.goto(`${server.url}/console/account`);
    await page.getByRole("button", { name: "启用两步验证" }).click();
    await page.getByRole("dialog").getByLabel("当前密码").fill("not it at all");
    await page.getByRole("dialog").getByRole("button", { name: "确认" }).click();
    await page.getByRole("dialog").getByRole("alert").waitFor();
    await page.getByRole("dialog").getByLabel("当前密码").fill(ADMIN.password);
    await page.getByRole("dialog").getByRole("button", { name: "确认" }).click();
    await page.getByAltText("两步验证二维码").waitFor();
    await shot(page, "second-factor");
    await page.getByRole("dialog").getByRole("button", { name: "取消" }).click();
  });

  it("speaks English when asked, and Chinese again", async () => {
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("heading", { name: "My account" }).waitFor();
    await page.getByRole("button", { name: "中文" }).click();
    await page.getByRole("heading", { name: "我的账户" }).waitFor();
  });

  it("makes a listing, states facts, and plans a round only on lawful terms", async () => {
    const probe = await page.request.get(`${server.url}/api/v1/listings`);
    if (probe.status() === 404) return;
    const { page: clerk, complaints: said } = await newPage(browser);
    await signIn(clerk, server.url, CLERK.login, CLERK.password);
    await clerk.getByRole("link", { name: "新建标的" }).click();
    await clerk.getByLabel("案号").fill("(2026)京0102执1234号");
    await clerk.getByLabel("标的名称").fill("西城区某小区 3 号楼 501 室");
    await clerk.getByLabel("所在地区").fill("北京市/西城区");
    await clerk.getByLabel("地址").fill("西城区某街道 3 号楼 501 室");
    await clerk.getByLabel("拍卖辅助机构").selectOption({ label: "京华拍卖辅助服务中心" });
    await clerk.getByRole("button", { name: "建立标的" }).click();
    await clerk.getByText(CASE).first().waitFor();
    await clerk.getByLabel("小区").fill("某小区");
    await clerk.getByLabel("建筑面积（登记）").fill("89.5");
    await clerk.getByRole("group", { name: "占有使用" }).getByText("未查明").click();
    await clerk.getByRole("button", { name: "保存" }).click();
    await clerk.getByText("没有未保存的修改").waitFor();
    await clerk.reload();
    await clerk.getByLabel("小区").waitFor();
    expect(await clerk.getByLabel("小区").inputValue()).toBe("某小区");
    expect(await clerk.getByLabel("建筑面积（登记）").inputValue()).toBe("89.5");
    await shot(clerk, "facts");
    await clerk.getByRole("link", { name: "拍次", exact: true }).click();
    await clerk.getByRole("button", { name: "新增一拍" }).click();
    await clerk.getByRole("button", { name: "拍卖条件" }).click();
    const terms = clerk.getByRole("dialog");
    await terms.getByLabel("起拍价").fill("756万");
    await terms.getByLabel("保证金").fill("300万");
    await terms.getByLabel("增价幅度").fill("3.8万");
    await terms.getByLabel("竞价开始").fill("2027-04-01T10:00");
    await terms.getByLabel("竞价结束").fill("2027-04-02T10:00");
    await terms.getByLabel("拍卖平台").selectOption("taobao");
    await terms.getByRole("button", { name: "保存" }).click();
    await terms.waitFor({ state: "detached" });
    await clerk.getByRole("button", { name: "转为待公告" }).click();
    await clerk.getByRole("dialog").getByLabel("理由").fill("合议庭确定");
    await clerk.getByRole("dialog").getByRole("button", { name: "转为待公告" }).click();
    // 300 of 756 is above the 20 % that the rule allows.
    await clerk.getByText("网拍规定").first().waitFor();
    await shot(clerk, "broken-rule");
    expect(said).toEqual([]);
  });

  it("reads well at every width", async () => {
    for (const path of ["", "/users", "/audit", "/account", "/jobs", "/review"]) {
      // The first is loaded wide, the others as narrow as the one before was left.
      await page.goto(`${server.url}/console${path}`);
      await page.locator("main h1").waitFor();
      for (const [width, height] of [
        [1440, 900],
        [1366, 768],
        [390, 844],
      ] as const) {
        await page.setViewportSize({ width, height });
        await page.waitForTimeout(300);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow, `${path} at ${width}`).toBeLessThanOrEqual(0);
        if (width === 390) {
          const bar = await page.locator(".topbar").boundingBox();
          expect(bar?.height, `the bar above ${path}`).toBeLessThan(72);
        }
        await shot(page, `${width}${path.replace("/", "-") || "-work-list"}`);
      }
    }
  });

  it("signs out, and the page says nothing wrong on the way", async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`${server.url}/console`);
    await page.getByRole("button", { name: "退出" }).click();
    await page.getByRole("heading", { name: "登录" }).waitFor();
    await shot(page, "sign-in");
    expect(complaints).toEqual([]);
  });
});
