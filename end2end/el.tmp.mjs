import { chromium } from "playwright-core";
const [port, scheme, width, out, path, sel] = process.argv.slice(2);
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--headless","--no-sandbox","--disable-gpu","--disable-quic","--no-first-run","--disable-background-networking","--disable-component-update","--disable-sync"] });
const c = await b.newContext({ viewport: { width: +width, height: 900 }, colorScheme: scheme });
const p = await c.newPage();
await p.goto(`http://127.0.0.1:${port}/sign-in`);
await p.fill('input[name="name"]', "Olga Owner"); await p.fill('input[name="password"]', "oars-and-anchors-1"); await p.press('input[name="password"]', "Enter"); await p.waitForLoadState("networkidle");
await p.goto(`http://127.0.0.1:${port}${path}`); await p.waitForTimeout(400);
await p.locator(sel).first().screenshot({ path: out }); await b.close();
